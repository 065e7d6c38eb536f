// A message is a function of its number alone (twins, values), so nothing about it is kept while it
// is in flight and what was acknowledged can be said again from the number.

#include "sim/load.h"

#include "base/chance.h"
#include "base/err.h"
#include "base/memory.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_DIGITS 7
#define ID_BYTES 65
#define TICK_MESSAGES 256 // then answers are looked at

struct load {
    struct reading readings[OPTIONS_FIELDS];
    uint32_t twins; // a message
    uint64_t next;  // number of the next message
    uint64_t sent;
    double interval_us; // 0: closed loop
    uint8_t *is_busy;   // one a twin, only with VALUES_SEQUENCE
};

static void send_next(struct run *run, struct exchange *exchange, int64_t now);
static bool next_find(struct run *run);
static void values_fill(const struct run *run, uint64_t number, uint32_t twin, int64_t now);
static uint8_t *pack_write(const struct run *run, uint8_t *out, uint64_t number, int64_t now);
static uint32_t twin_of(const struct run *run, uint64_t number, uint32_t index);
static void busy_set(const struct run *run, uint64_t number, bool is_busy);
static uint32_t twins_of(const struct options *options);
static size_t id_write(const struct options *options, uint32_t twin, char *out);

static bool load_open(struct run *run, struct err *err) {
    const struct options *options = run->options;
    struct load *load = run->mode_state = xcalloc(1, sizeof *load);
    for (int i = 0; i < options->field_count; i++) {
        load->readings[i].name = options->fields[i].name;
        load->readings[i].unit = options->fields[i].unit[0] ? options->fields[i].unit : NULL;
    }
    load->twins = twins_of(options);
    if (options->rate > 0) load->interval_us = 1e6 * load->twins / (options->rate * options->count);
    if (options->values == VALUES_SEQUENCE) load->is_busy = xcalloc(options->count, 1);
    (void)err;
    return true;
}

static void load_close(struct run *run) {
    struct load *load = run->mode_state;
    free(load->is_busy);
    free(load);
}

static int64_t load_tick(struct run *run, int64_t now) {
    struct load *load = run->mode_state;
    for (int i = 0; i < TICK_MESSAGES; i++) {
        if (run->options->messages && load->sent == run->options->messages) return 0;
        int64_t due = load->interval_us > 0
                          ? run->began + (int64_t)((double)load->sent * load->interval_us)
                          : now;
        if (due > now) return due;
        if (!next_find(run)) return INT64_MAX;
        uint32_t peer = twin_of(run, load->next, 0) % run->options->peers;
        struct exchange *exchange = transport_begin(run->transport, peer);
        if (!exchange) return INT64_MAX;
        exchange->started = due;
        send_next(run, exchange, now);
    }
    return now;
}

static void load_on_answer(struct run *run, const struct exchange *exchange,
                           const struct message *answer, int64_t now) {
    struct load *load = run->mode_state;
    busy_set(run, exchange->user, false);
    // Of a pack that was refused in part nothing is put on file, as it is not said here which part.
    if (!run->acked || !answer || tally_accepted(answer, exchange->records) < exchange->records)
        return;
    char id[ID_BYTES];
    for (uint32_t i = 0; i < load->twins; i++) {
        uint32_t twin = twin_of(run, exchange->user, i);
        id_write(run->options, twin, id);
        values_fill(run, exchange->user, twin, now);
        acked_add(run->acked, id, load->readings, run->options->field_count);
    }
}

static uint32_t load_slots(const struct options *options) {
    return options->window;
}

static size_t load_datagram(const struct options *options) {
    size_t bytes = RUN_POST_BYTES + SENML_PACK_BYTES;
    for (int i = 0; i < options->field_count; i++) {
        struct reading reading = {.name = options->fields[i].name, .unit = options->fields[i].unit};
        bytes += twins_of(options) * senml_bound(NULL, &reading, 1);
    }
    return bytes + twins_of(options) * ID_BYTES;
}

const struct mode load_mode = {
    .name = "load",
    .open = load_open,
    .close = load_close,
    .tick = load_tick,
    .on_answer = load_on_answer,
    .slots = load_slots,
    .datagram = load_datagram,
};

static void send_next(struct run *run, struct exchange *exchange, int64_t now) {
    struct load *load = run->mode_state;
    uint64_t number = load->next++;
    char id[ID_BYTES];
    id_write(run->options, twin_of(run, number, 0), id);
    uint8_t *at = run_post(run, exchange, run->options->pack ? NULL : id);
    at = pack_write(run, at, number, now);
    exchange->user = number;
    exchange->records = load->twins * (uint32_t)run->options->field_count;
    busy_set(run, number, true);
    transport_send(run->transport, exchange, at, now);
    load->sent++;
    run->tally.sent++;
}

static uint8_t *pack_write(const struct run *run, uint8_t *out, uint64_t number, int64_t now) {
    const struct options *options = run->options;
    const struct load *load = run->mode_state;
    char base[ID_BYTES + 1];
    out = senml_begin(out, options->format, (int)load->twins * options->field_count);
    for (uint32_t i = 0; i < load->twins; i++) {
        uint32_t twin = twin_of(run, number, i);
        values_fill(run, number, twin, now);
        if (options->pack) {
            memcpy(base + id_write(options, twin, base), "/", 2);
        }
        out = senml_group(out, options->format, options->pack ? base : NULL, load->readings,
                          options->field_count, i == 0);
    }
    return senml_end(out, options->format);
}

// Passes over messages to twins that still wait. False when all do.
static bool next_find(struct run *run) {
    struct load *load = run->mode_state;
    if (!load->is_busy) return true;
    for (uint32_t tried = 0; tried < run->options->count; tried++, load->next++) {
        bool is_busy = false;
        for (uint32_t i = 0; i < load->twins; i++)
            is_busy |= load->is_busy[twin_of(run, load->next, i)];
        if (!is_busy) return true;
    }
    return false;
}

static void busy_set(const struct run *run, uint64_t number, bool is_busy) {
    struct load *load = run->mode_state;
    if (!load->is_busy) return;
    for (uint32_t i = 0; i < load->twins; i++)
        load->is_busy[twin_of(run, number, i)] = is_busy;
}

static void values_fill(const struct run *run, uint64_t number, uint32_t twin, int64_t now) {
    const struct options *options = run->options;
    struct load *load = run->mode_state;
    uint64_t level = chance_mix(options->seed + twin);
    uint64_t noise = chance_mix(options->seed + ((number << 20) ^ twin));
    for (int i = 0; i < options->field_count; i++) {
        // A level of the twin's own, 20 to 40, and noise of 4 on it.
        double walk = (double)(2000 + (level >> 3 * i) % 2000 + (noise >> 3 * i) % 400) / 100;
        bool is_sequence = options->values == VALUES_SEQUENCE;
        double sequence = (double)(number * load->twins / options->count);
        load->readings[i].value = is_sequence ? sequence : walk;
    }
    if (options->values == VALUES_CLOCK)
        load->readings[0].value = (double)(now % (LOAD_CLOCK_S * 1000000)) / 1e6;
}

static uint32_t twin_of(const struct run *run, uint64_t number, uint32_t index) {
    const struct load *load = run->mode_state;
    return (uint32_t)((number * load->twins + index) % run->options->count);
}

static uint32_t twins_of(const struct options *options) {
    return options->pack ? options->pack / (uint32_t)options->field_count : 1;
}

// The prefix and seven digits; gives the length.
static size_t id_write(const struct options *options, uint32_t twin, char *out) {
    size_t length = strlen(options->prefix);
    memcpy(out, options->prefix, length);
    for (int i = ID_DIGITS - 1; i >= 0; i--, twin /= 10)
        out[length + (size_t)i] = (char)('0' + twin % 10);
    out[length + ID_DIGITS] = '\0';
    return length + ID_DIGITS;
}
