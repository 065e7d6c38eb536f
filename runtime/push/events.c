#include "push/events.h"

#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/memory.h"
#include "push/desk.h"
#include "push/service.h"
#include "push/stream.h"
#include "push/twin_json.h"
#include "twin/change.h"
#include "twin/input.h"
#include "twin/name.h"
#include "twin/world.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RING 4096
#define READERS_MAX 1000
#define PATTERN_MAX 160
#define GREET_US 1000       // the exchange must know the stream first
#define QUIET_US 15000000LL // then a comment says that the connection stands

struct event {
    uint64_t rev;
    const char *kind; // "alarm", "command", ...
    char *twin;       // its id, NULL: of none
    char *data;       // JSON
};

struct event_reader {
    struct stream stream; // first
    struct events *events;
    uint64_t next; // number of the event that it is told next
    char twin[PATTERN_MAX], kind[PATTERN_MAX];
    bool is_greeted, has_gap; // has_gap: and is to be told
    bool is_quiet;            // a comment is due
    struct event_reader *following;
};

struct events {
    struct service *service;
    struct event ring[RING];
    uint64_t count;     // that ever were: the newest is number count - 1
    uint64_t told;      // those before this number are on disk
    uint64_t begin_rev; // of the world when they began to be kept
    struct event_reader *readers;
    int reader_count;
    struct loop_timer greeting, keeping;
};

static void on_quiet(void *context);

struct events *events_new(struct service *service) {
    struct events *events = xcalloc(1, sizeof *events);
    events->service = service;
    events->begin_rev = service->world->rev;
    loop_timer_set(service->options.loop, &events->keeping, QUIET_US, on_quiet, events);
    return events;
}

void events_free(struct events *events) {
    if (!events) return;
    loop_timer_clear(events->service->options.loop, &events->greeting);
    loop_timer_clear(events->service->options.loop, &events->keeping);
    for (int i = 0; i < RING; i++) {
        free(events->ring[i].twin);
        free(events->ring[i].data);
    }
    free(events);
}

static void wake_all(struct events *events) {
    for (struct event_reader *reader = events->readers; reader; reader = reader->following)
        if (reader->stream.on_more) reader->stream.on_more(&reader->stream);
}

static void on_greeting(void *context) {
    wake_all(context);
}

static void on_quiet(void *context) {
    struct events *events = context;
    for (struct event_reader *reader = events->readers; reader; reader = reader->following)
        reader->is_quiet = true;
    wake_all(events);
    loop_timer_set(events->service->options.loop, &events->keeping, QUIET_US, on_quiet, events);
}

// ---- what happens

// Takes the JSON over.
static void keep(struct events *events, const char *kind, const struct twin *twin,
                 struct buffer *json) {
    struct event *event = &events->ring[events->count++ % RING];
    free(event->twin);
    free(event->data);
    buffer_byte(json, 0);
    *event = (struct event){.rev = events->service->world->rev,
                            .kind = kind,
                            .twin = twin ? xstrdup(twin->id) : NULL,
                            .data = (char *)json->bytes};
}

static void begin(const struct events *events, const struct twin *twin, struct buffer *json) {
    const struct door *door = events->service->options.door;
    json_open(json, '{');
    json_key(json, "rev");
    json_unsigned(json, events->service->world->rev);
    json_member_time(json, "at", door->now(door->context));
    if (!twin) return;
    json_member(json, "twin", twin->id);
    json_member(json, "model", twin->model->name);
}

static void write_text(struct buffer *json, const char *key, const struct change *change) {
    json_key(json, key);
    json_text(json, change->text.text, change->text.length);
}

static void write_field(struct buffer *json, const struct twin *twin, const struct change *change) {
    json_member(json, "field", twin->model->fields[change->index].name);
    json_key(json, "value");
    value_json_write(change->value, json);
}

static void write_amended(struct buffer *json, const struct twin *twin,
                          const struct change *change) {
    write_field(json, twin, change);
    json_key(json, "was");
    value_json_write(change->amend.was, json);
    json_member_time(json, "time", change->at);
}

static void write_command(struct buffer *json, const struct twin *twin,
                          const struct change *change) {
    json_member(json, "command", twin->model->commands[change->index].name);
    json_key(json, "id");
    json_unsigned(json, change->other);
    json_member(json, "state", command_state_name(change->state));
    if (change->state != COMMAND_QUEUED && change->text.length > 0)
        write_text(json, "result", change);
}

// What it is called, NULL when nobody is told of it.
static const char *kind_of(const struct twin *twin, const struct change *change) {
    switch (change->kind) {
    case CHANGE_ALARM:
        return change->is_edge || change->is_acked ? "alarm" : NULL;
    case CHANGE_SET:
        return twin->model->fields[change->index].kind == FIELD_DESIRED ? "desired" : NULL;
    case CHANGE_COMMAND:
        return "command";
    case CHANGE_CREATE:
        return "created";
    case CHANGE_RETIRE:
        return "retired";
    case CHANGE_LIFECYCLE:
        return "lifecycle";
    case CHANGE_RESET:
        return "replaced";
    case CHANGE_FAILED:
        return "failed";
    case CHANGE_AMEND:
        return change->state == AMEND_GIVEN ? "amended" : NULL;
    default:
        return NULL;
    }
}

void events_on_change(struct events *events, const struct twin *twin, const struct change *changes,
                      int count) {
    for (int i = 0; i < count; i++) {
        const struct change *change = &changes[i];
        const char *kind = kind_of(twin, change);
        struct buffer json = {0};
        if (!kind) continue;
        begin(events, twin, &json);
        if (change->kind == CHANGE_ALARM)
            alarm_json_members(twin, change->index, change->state == ALARM_ACTIVE, change->is_acked,
                               &json);
        if (change->kind == CHANGE_SET) write_field(&json, twin, change);
        if (change->kind == CHANGE_COMMAND) write_command(&json, twin, change);
        if (change->kind == CHANGE_LIFECYCLE)
            json_member(&json, "value", lifecycle_name(change->state));
        if (change->kind == CHANGE_FAILED) write_text(&json, "why", change);
        if (change->kind == CHANGE_AMEND) write_amended(&json, twin, change);
        json_close(&json, '}');
        keep(events, kind, twin, &json);
    }
}

void events_on_version(struct events *events, const struct version_news *news) {
    struct buffer json = {0};
    char version[9];
    snprintf(version, sizeof version, "%08x", (unsigned)(news->version >> 32));
    begin(events, NULL, &json);
    json_member(&json, "version", version);
    json_member(&json, "state", news->state);
    if (news->author && news->author[0]) json_member(&json, "author", news->author);
    if (news->why && news->why[0]) json_member(&json, "why", news->why);
    json_close(&json, '}');
    keep(events, "version", NULL, &json);
    events_on_durable(events);
}

void events_on_durable(struct events *events) {
    uint64_t before = events->told, durable = events->service->durable.rev;
    if (events->told + RING < events->count) events->told = events->count - RING;
    while (events->told < events->count && events->ring[events->told % RING].rev <= durable)
        events->told++;
    if (events->told != before) wake_all(events);
}

// ---- who reads

static bool add(void *out, size_t most, size_t *length, const char *text) {
    size_t size = strlen(text);
    if (size > most - *length) return false;
    memcpy((char *)out + *length, text, size);
    *length += size;
    return true;
}

static bool wants(const struct event_reader *reader, const struct event *event) {
    return (!reader->twin[0] || (event->twin && glob_match(reader->twin, event->twin))) &&
           (!reader->kind[0] || glob_match(reader->kind, event->kind));
}

static bool add_event(const struct event *event, void *out, size_t most, size_t *length) {
    char head[96];
    snprintf(head, sizeof head, "id: %llu\nevent: %s\ndata: ", (unsigned long long)event->rev,
             event->kind);
    if (strlen(head) + strlen(event->data) + 2 > most - *length) return false;
    return add(out, most, length, head) && add(out, most, length, event->data) &&
           add(out, most, length, "\n\n");
}

static uint64_t oldest_of(const struct events *events) {
    return events->count > RING ? events->count - RING : 0;
}

// What happened before this revision may be in the ring no more, or never was.
static uint64_t known_from(const struct events *events) {
    uint64_t oldest = oldest_of(events);
    return oldest > 0 ? events->ring[oldest % RING].rev : events->begin_rev;
}

static void add_gap(struct event_reader *reader, void *out, size_t most, size_t *length) {
    struct events *events = reader->events;
    char text[96];
    if (reader->next < oldest_of(events)) {
        reader->has_gap = true;
        reader->next = oldest_of(events);
    }
    snprintf(text, sizeof text, "event: gap\ndata: {\"before\":%llu}\n\n",
             (unsigned long long)known_from(events));
    if (reader->has_gap) reader->has_gap = !add(out, most, length, text);
}

static enum stream_state take(struct stream *stream, void *out, size_t most, size_t *length,
                              struct err *err) {
    struct event_reader *reader = (struct event_reader *)stream;
    struct events *events = reader->events;
    (void)err;
    *length = 0;
    if (!reader->is_greeted) reader->is_greeted = add(out, most, length, "retry: 1000\n\n");
    add_gap(reader, out, most, length);
    for (; reader->next < events->told; reader->next++) {
        const struct event *event = &events->ring[reader->next % RING];
        if (wants(reader, event) && !add_event(event, out, most, length)) break;
    }
    if (*length == 0 && reader->is_quiet) add(out, most, length, ":\n\n");
    reader->is_quiet = false;
    return STREAM_GOES_ON;
}

static void leave(struct stream *stream) {
    struct event_reader *reader = (struct event_reader *)stream;
    struct event_reader **place = &reader->events->readers;
    while (*place != reader)
        place = &(*place)->following;
    *place = reader->following;
    reader->events->reader_count--;
    free(reader);
}

// The first event behind `since`.
static uint64_t place_of(const struct events *events, uint64_t since) {
    uint64_t place = oldest_of(events);
    if (since == 0) return events->told;
    while (place < events->told && events->ring[place % RING].rev <= since)
        place++;
    return place;
}

struct stream *events_read(struct events *events, const struct events_wish *wish, struct err *err) {
    if (events->reader_count >= READERS_MAX) {
        err_set(err, ERR_UNAVAILABLE, "%d read events already", READERS_MAX);
        return NULL;
    }
    struct event_reader *reader = xcalloc(1, sizeof *reader);
    reader->stream = (struct stream){.take = take, .leave = leave};
    reader->events = events;
    reader->next = place_of(events, wish->since);
    reader->has_gap = wish->since != 0 && wish->since < known_from(events);
    snprintf(reader->twin, sizeof reader->twin, "%s", wish->twin ? wish->twin : "");
    snprintf(reader->kind, sizeof reader->kind, "%s", wish->kind ? wish->kind : "");
    reader->following = events->readers;
    events->readers = reader;
    events->reader_count++;
    loop_timer_set(events->service->options.loop, &events->greeting, GREET_US, on_greeting, events);
    return &reader->stream;
}
