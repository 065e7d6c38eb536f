// Asks for the twin many times a second and keeps each value whose time has moved on. What comes
// faster than that is thinned to the newest, as a dashboard sees it. Lines are written at the end,
// in the order of their samples' times, for a device may send its fields out of order.

#include "ctl/record.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"
#include "script/duration.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLL_NS 50000000L // 20 a second
#define HEARD_MAX 1000000 // values kept, about 100 MB
#define NAME_MAX_BYTES 65 // of a field, with its NUL

static int record_run(const struct session *session, int argc, char **argv);

const struct verb record_verb = {
    .name = "record",
    .words = "ID --for 10m",
    .summary = "what a live twin hears, as a fixture for t:play of its tests",
    .options = "--for DURATION    how long; ctrl-c ends it sooner and keeps what came\n"
               "--out FILE        instead of standard output\n",
    .run = record_run,
};

struct heard {  // one value of one field
    int64_t at; // milliseconds
    int order;  // of arrival, so that sorting keeps it
    char field[NAME_MAX_BYTES];
    char *json;
};

struct record {
    const char *id, *out;
    int64_t for_us;
    struct heard *list;
    int count, capacity;
    struct newest { // of each field
        char field[NAME_MAX_BYTES];
        int64_t at;
    } * newest;
    int newest_count;
    bool is_begun; // what was there before is known
};

static volatile sig_atomic_t is_stopped;

static void on_signal(int number) {
    (void)number;
    is_stopped = 1;
}

static int64_t monotonic_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

// "2026-11-22T18:00:00.123Z" as milliseconds; -1 when it is none.
static int64_t parse_time(const cJSON *at) {
    struct tm day = {0};
    int milliseconds = 0;
    if (!cJSON_IsString(at)) return -1;
    if (sscanf(at->valuestring, "%d-%d-%dT%d:%d:%d.%d", &day.tm_year, &day.tm_mon, &day.tm_mday,
               &day.tm_hour, &day.tm_min, &day.tm_sec, &milliseconds) < 6)
        return -1;
    day.tm_year -= 1900;
    day.tm_mon -= 1;
    return (int64_t)timegm(&day) * 1000 + milliseconds;
}

// Whether a field's time has moved on; it is remembered.
static bool is_news(struct record *record, const char *field, int64_t at) {
    for (int i = 0; i < record->newest_count; i++) {
        struct newest *newest = &record->newest[i];
        if (strcmp(newest->field, field) != 0) continue;
        bool is_newer = at > newest->at;
        if (is_newer) newest->at = at;
        return is_newer;
    }
    record->newest =
        xrealloc(record->newest, (size_t)(record->newest_count + 1) * sizeof *record->newest);
    struct newest *newest = &record->newest[record->newest_count++];
    snprintf(newest->field, sizeof newest->field, "%s", field);
    newest->at = at;
    return record->is_begun;
}

static void hear(struct record *record, const cJSON *slot, const cJSON *value) {
    int64_t at = parse_time(member(slot, "at", NULL));
    if (at < 0 || !is_news(record, slot->string, at)) return;
    if (!value || cJSON_IsNull(value)) return;
    if (record->count == HEARD_MAX) {
        is_stopped = 1;
        return;
    }
    if (record->count == record->capacity) {
        record->capacity = 2 * record->capacity + 256;
        record->list = xrealloc(record->list, (size_t)record->capacity * sizeof *record->list);
    }
    struct heard *heard = &record->list[record->count];
    *heard = (struct heard){.at = at, .order = record->count++};
    snprintf(heard->field, sizeof heard->field, "%s", slot->string);
    heard->json = cJSON_PrintUnformatted(value);
}

static bool poll_once(struct record *record, struct client *client, const char *path,
                      struct err *err) {
    struct answer answer;
    if (!client_ask(client, &(struct request){.method = "GET", .path = path}, &answer, err))
        return false;
    const cJSON *slot;
    cJSON_ArrayForEach(slot, member(answer.body, "telemetry", NULL)) {
        hear(record, slot, member(slot, "value", NULL));
    }
    cJSON_ArrayForEach(slot, member(answer.body, "properties", NULL)) {
        hear(record, slot, member(slot, "reported", NULL));
    }
    record->is_begun = true;
    answer_fini(&answer);
    return true;
}

static void show_progress(const struct record *record, int64_t left_us, bool is_last) {
    if (!isatty(STDERR_FILENO)) return;
    fprintf(stderr, "\r%s: %d values, %lld s left  %s", record->id, record->count,
            (long long)(left_us / 1000000), is_last ? "\n" : "");
}

static bool listen_to(struct record *record, struct client *client, struct err *err) {
    char *escaped = client_escape(record->id);
    struct buffer path = {0};
    buffer_printf(&path, "/twins/%s", escaped);
    free(escaped);
    int64_t end = monotonic_us() + record->for_us, now;
    bool is_good = true;
    while (is_good && !is_stopped && (now = monotonic_us()) < end) {
        is_good = poll_once(record, client, (const char *)path.bytes, err);
        show_progress(record, end - now, false);
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL); // a signal ends it at once
    }
    if (is_good) is_good = poll_once(record, client, (const char *)path.bytes, err); // the newest
    show_progress(record, 0, true);
    buffer_fini(&path);
    return is_good;
}

static int compare(const void *left, const void *right) {
    const struct heard *a = left, *b = right;
    if (a->at != b->at) return a->at < b->at ? -1 : 1;
    return a->order - b->order;
}

// One line for all values of one time, seconds from the first.
static bool write_lines(struct record *record, FILE *out) {
    qsort(record->list, (size_t)record->count, sizeof *record->list, compare);
    struct buffer line = {0};
    for (int i = 0; i < record->count;) {
        int64_t at = record->list[i].at;
        line.length = 0;
        json_open(&line, '{');
        json_key(&line, "twin");
        json_string(&line, record->id);
        json_key(&line, "at");
        json_seconds(&line, (at - record->list[0].at) * 1000);
        json_key(&line, "values");
        json_open(&line, '{');
        for (; i < record->count && record->list[i].at == at; i++) {
            json_key(&line, record->list[i].field);
            json_raw(&line, record->list[i].json);
        }
        json_close(&line, '}');
        json_close(&line, '}');
        fprintf(out, "%.*s\n", (int)line.length, (const char *)line.bytes);
    }
    buffer_fini(&line);
    return fflush(out) == 0 && !ferror(out);
}

static bool write_fixture(struct record *record, struct err *err) {
    FILE *out = record->out ? fopen(record->out, "w") : stdout;
    bool is_good = out && write_lines(record, out);
    if (!is_good)
        err_set(err, ERR_INVALID, "cannot write %.200s: %s",
                record->out ? record->out : "the output", strerror(errno));
    if (out && record->out) fclose(out);
    return is_good;
}

static bool parse(struct record *record, int *argc, char **argv, struct err *err) {
    const char *duration = NULL;
    const struct argument arguments[] = {{.name = "--for", .value = &duration},
                                         {.name = "--out", .value = &record->out}};
    if (!arguments_take(arguments, ARRAY_LEN(arguments), argc, argv, err) ||
        !arguments_end(argc, argv, 1, 1, err))
        return false;
    record->id = argv[0];
    if (!duration) return err_set(err, ERR_INVALID, "--for is missing; write how long: --for 10m");
    return duration_parse(duration, &record->for_us) ||
           err_set(err, ERR_INVALID, "--for \"%.40s\" is no duration; write " DURATION_FORM,
                   duration);
}

static int record_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct record record = {0};
    if (!parse(&record, &argc, argv, &err)) return session_misused(&record_verb, &err);
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct client *client = client_new(session->url, &err);
    int code = EXIT_GOOD;
    bool is_heard = client && listen_to(&record, client, &err);
    if (!is_heard) code = session_unanswered(&record_verb, false, &err);
    if (is_heard && record.count == 0) {
        err_set(&err, ERR_NOT_FOUND, "%.64s sent nothing in that time", record.id);
        code = session_failed(&err, "twinctl watch %s", record.id);
    } else if (record.count > 0 && !write_fixture(&record, &err)) { // also what came before a loss
        code = session_failed(&err, "another file: --out FILE");
    }
    for (int i = 0; i < record.count; i++)
        free(record.list[i].json);
    free(record.list);
    free(record.newest);
    client_free(client);
    return code;
}
