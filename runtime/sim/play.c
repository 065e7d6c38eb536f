// A row waits for the answer to the one before it, as a real device would (RFC 7252 4.7, NSTART 1);
// when the server is slow the recording falls behind and no row is lost.

#include "sim/play.h"

#include "base/csv.h"
#include "base/err.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_US 1000000 // without a time column

struct play {
    struct csv *csv;
    int columns[OPTIONS_COLUMNS];             // in the file
    int time_column;                          // -1: none
    struct reading readings[OPTIONS_COLUMNS]; // the row that is due next
    int reading_count;
    int64_t row_time;   // of that row, as recorded
    int64_t first_time; // of the first row
    int64_t began;      // when the first row was due, monotonic
    struct reading sent[OPTIONS_COLUMNS];
    int sent_count;
    bool is_waiting;
};

static bool columns_find(struct play *play, const struct options *options, struct err *err);
static bool row_read(struct run *run);
static void row_send(struct run *run, struct exchange *exchange, int64_t now);

static bool play_open(struct run *run, struct err *err) {
    const struct options *options = run->options;
    struct csv *csv = csv_open(options->play, err);
    if (!csv) return false;
    struct play *play = run->mode_state = xcalloc(1, sizeof *play);
    play->csv = csv;
    if (!columns_find(play, options, err)) return false;
    if (!row_read(run))
        return err_set(err, ERR_INVALID, "--play %s has no row with a value of a mapped column",
                       options->play);
    play->first_time = play->row_time;
    play->began = transport_now();
    return true;
}

static void play_close(struct run *run) {
    struct play *play = run->mode_state;
    csv_close(play->csv);
    free(play);
}

static int64_t play_tick(struct run *run, int64_t now) {
    struct play *play = run->mode_state;
    if (play->is_waiting) return INT64_MAX;
    double passed = (double)(play->row_time - play->first_time) / run->options->speed;
    int64_t due = play->began + (int64_t)passed;
    if (due > now) return due;
    struct exchange *exchange = transport_begin(run->transport, 0);
    if (!exchange) return INT64_MAX;
    row_send(run, exchange, now);
    if (row_read(run)) return INT64_MAX;
    if (!run->options->is_looped) return 0;
    csv_rewind(play->csv);
    if (!row_read(run)) return 0;
    play->first_time = play->row_time;
    play->began = now + ROW_US;
    return INT64_MAX;
}

static void play_on_answer(struct run *run, const struct exchange *exchange,
                           const struct message *answer, int64_t now) {
    (void)exchange, (void)now;
    struct play *play = run->mode_state;
    play->is_waiting = false;
    if (run->acked && answer && answer->code >> 5 == 2)
        acked_add(run->acked, run->options->twin, play->sent, play->sent_count);
}

static uint32_t play_slots(const struct options *options) {
    (void)options;
    return 1;
}

static size_t play_datagram(const struct options *options) {
    size_t bytes = RUN_POST_BYTES + SENML_PACK_BYTES;
    for (int i = 0; i < options->column_count; i++) {
        struct reading reading = {.name = options->columns[i].field};
        bytes += senml_bound(NULL, &reading, 1);
    }
    return bytes;
}

const struct mode play_mode = {
    .name = "play",
    .open = play_open,
    .close = play_close,
    .tick = play_tick,
    .on_answer = play_on_answer,
    .slots = play_slots,
    .datagram = play_datagram,
};

static bool columns_find(struct play *play, const struct options *options, struct err *err) {
    for (int i = 0; i < options->column_count; i++) {
        play->columns[i] = csv_column(play->csv, options->columns[i].column);
        if (play->columns[i] < 0)
            return err_set(err, ERR_INVALID, "--map %s=%s: %s has the columns %s",
                           options->columns[i].column, options->columns[i].field, options->play,
                           csv_names(play->csv));
    }
    play->time_column = options->time_column ? csv_column(play->csv, options->time_column) : -1;
    if (!options->time_column || play->time_column >= 0) return true;
    return err_set(err, ERR_INVALID, "--time %s: %s has the columns %s", options->time_column,
                   options->play, csv_names(play->csv));
}

// The next row that has a value. Cells that are no numbers, and rows without a time, are left out.
static bool row_read(struct run *run) {
    struct play *play = run->mode_state;
    const struct options *options = run->options;
    while (csv_next(play->csv)) {
        play->reading_count = 0;
        for (int i = 0; i < options->column_count; i++) {
            struct reading *reading = &play->readings[play->reading_count];
            *reading = (struct reading){.name = options->columns[i].field};
            if (csv_number(csv_cell(play->csv, play->columns[i]), &reading->value))
                play->reading_count++;
        }
        if (play->time_column < 0)
            play->row_time += ROW_US;
        else if (!csv_time(csv_cell(play->csv, play->time_column), 1e6, &play->row_time))
            continue;
        if (play->reading_count > 0) return true;
    }
    return false;
}

static void row_send(struct run *run, struct exchange *exchange, int64_t now) {
    struct play *play = run->mode_state;
    const struct options *options = run->options;
    uint8_t *at = run_post(run, exchange, options->twin);
    at = senml_begin(at, options->format, play->reading_count);
    at = senml_group(at, options->format, NULL, play->readings, play->reading_count, true);
    at = senml_end(at, options->format);
    exchange->started = now;
    exchange->records = (uint32_t)play->reading_count;
    transport_send(run->transport, exchange, at, now);
    memcpy(play->sent, play->readings, sizeof play->sent);
    play->sent_count = play->reading_count;
    play->is_waiting = true;
    run->tally.sent++;
}
