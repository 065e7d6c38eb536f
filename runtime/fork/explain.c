// The past of the twin (store/past.h) says what its fields were before; the fork runs the turn.

#include "fork/explain.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "fork/difference.h"
#include "script/script_files.h"
#include "script/trace.h"
#include "store/past.h"
#include "store/state_file.h"
#include "store/versions.h"
#include "twin/revision.h"
#include "twin/snapshot.h"
#include "twin/world.h"

#include <stdio.h>
#include <string.h>

#define PATIENCE 20 // times a call's time: a traced line takes some times as long

struct explain {
    struct fork fork; // first: the sink's context
    const struct explain_request *request;
    struct region region;
    struct revision recorded;
    struct past past; // the twin before, where `has_past`
    bool has_past;
    const struct model *model; // that the recorded changes refer to
    char id[TWIN_ID_MAX + 1];
    struct trace *trace;
    struct script_files files; // of the version that ran
    int revisions;             // that the turn has made
    bool is_equal;
    struct difference first;
};

static void on_predict(void *context, const struct twin *twin, int prediction) {
    (void)context, (void)twin, (void)prediction; // its result is an input of its own
}

static bool is_same(const struct revision *one, const struct revision *other) {
    struct buffer a = {0}, b = {0};
    revision_encode(one, one->received, &a);
    revision_encode(other, one->received, &b);
    bool is = a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
    buffer_fini(&a);
    buffer_fini(&b);
    return is;
}

static void on_revision(void *context, struct twin *twin, const struct revision *revision) {
    struct explain *explain = context;
    if (explain->revisions++ > 0) return;
    explain->model = twin->model;
    snprintf(explain->id, sizeof explain->id, "%s", twin->id);
    explain->is_equal = is_same(&explain->recorded, revision);
    if (explain->is_equal) return;
    struct side recorded = {&explain->recorded, twin->model}, now = {revision, twin->model};
    struct difference *first = &explain->first;
    if (difference_find(&recorded, &now, explain->fork.world, first)) return;
    snprintf(first->field, sizeof first->field, "cause");
    snprintf(first->one, sizeof first->one, "rev %llu before it",
             (unsigned long long)explain->recorded.previous);
    snprintf(first->other, sizeof first->other, "rev %llu before it",
             (unsigned long long)revision->previous);
}

// ---- which revision

// Of the kinds of fields the one that a script or a device set last.
static bool find_field(const struct twin *twin, const char *name, uint64_t *rev) {
    bool is_known = false;
    for (int i = 0; i < twin->model->field_count; i++) {
        if (strcmp(twin->model->fields[i].name, name) != 0) continue;
        is_known = true;
        uint64_t set = twin_shown(twin, i)->rev;
        if (set > *rev) *rev = set;
    }
    int alarm = model_alarm(twin->model, name, strlen(name));
    if (alarm >= 0) *rev = twin->alarms[alarm].rev;
    return is_known || alarm >= 0;
}

static bool find_rev(struct explain *explain, uint64_t *rev, struct err *err) {
    const struct explain_request *request = explain->request;
    struct past now;
    *rev = request->rev ? request->rev : request->newest;
    if (!request->field) return true;
    bool is_good = past_open(&now, request->source.log, request->number, request->newest,
                             request->rev ? request->rev : request->newest, err);
    uint64_t set = 0;
    if (is_good && !find_field(now.twin, request->field, &set))
        is_good = err_set(err, ERR_NOT_FOUND, "%s has no field or alarm '%.64s'",
                          now.twin->model->name, request->field);
    else if (is_good && set == 0 && !request->rev)
        is_good = err_set(err, ERR_NOT_FOUND, "nothing has set '%.64s' yet", request->field);
    if (is_good && !request->rev) *rev = set;
    past_close(&now);
    return is_good;
}

static bool read_recorded(struct explain *explain, struct err *err) {
    const struct explain_request *request = explain->request;
    uint64_t rev;
    if (!find_rev(explain, &rev, err) ||
        !fork_read(&explain->fork, rev, &explain->region, &explain->recorded, err))
        return false;
    const struct revision *recorded = &explain->recorded;
    if (recorded->twin != request->number)
        return err_set(err, ERR_NOT_FOUND,
                       "rev %llu is of another twin; its own are in its revisions",
                       (unsigned long long)rev);
    if (recorded->previous == 0) return true;
    explain->has_past =
        past_open(&explain->past, request->source.log, request->number, rev, rev - 1, err);
    if (!explain->has_past) past_close(&explain->past);
    return explain->has_past;
}

// ---- the turn

static bool run(struct explain *explain, struct err *err) {
    const struct revision *recorded = &explain->recorded;
    struct fork *fork = &explain->fork;
    fork_rewind(fork, recorded->rev - 1, recorded->received);
    if (!fork_serve(fork, recorded->present, err) ||
        !fork_repeat(fork, recorded, &explain->region, err))
        return false;
    if (explain->revisions > 0) return true;
    const struct twin *twin = world_twin(fork->world, recorded->twin);
    if (!twin) twin = explain->past.twin;
    if (!twin)
        return err_set(err, ERR_INTERNAL, "rev %llu, run again, makes no twin",
                       (unsigned long long)recorded->rev);
    explain->model = twin->model;
    snprintf(explain->id, sizeof explain->id, "%s", twin->id);
    snprintf(explain->first.field, sizeof explain->first.field, "revision");
    snprintf(explain->first.one, sizeof explain->first.one, "one");
    snprintf(explain->first.other, sizeof explain->first.other, "none");
    return true;
}

static bool read_files(struct explain *explain, struct err *err) {
    struct buffer bytes = {0};
    bool is_good = versions_read_files(explain->request->source.file, explain->recorded.version,
                                       &bytes, err) &&
                   script_files_decode(bytes.bytes, bytes.length, &explain->files, err);
    buffer_fini(&bytes);
    return is_good;
}

// ---- as JSON

static void write_unsigned(struct buffer *json, const char *key, uint64_t number) {
    json_key(json, key);
    json_unsigned(json, number);
}

static void write_from(struct explain *explain, struct buffer *json) {
    const struct revision *recorded = &explain->recorded;
    struct revision sender;
    struct region region = {0};
    struct err err;
    if (recorded->from_rev == 0) return;
    json_key(json, "from");
    json_open(json, '{');
    write_unsigned(json, "rev", recorded->from_rev);
    struct fork *fork = &explain->fork;
    const struct twin *twin = fork_read(fork, recorded->from_rev, &region, &sender, &err)
                                  ? world_twin(fork->world, sender.twin)
                                  : NULL;
    if (twin) json_member(json, "twin", twin->id);
    json_close(json, '}');
    region_fini(&region);
}

static void write_cause(struct explain *explain, struct buffer *json) {
    static const char *const actors[] = {"runtime", "coap", "http", "websocket"};
    const struct revision *recorded = &explain->recorded;
    json_member(json, "twin", explain->id);
    write_unsigned(json, "rev", recorded->rev);
    json_member_time(json, "received", recorded->received);
    json_member(json, "input", input_kind_name(recorded->kind));
    json_key(json, "actor");
    json_open(json, '{');
    json_member(json, "kind",
                recorded->actor.kind < ARRAY_LEN(actors) ? actors[recorded->actor.kind] : "");
    if (recorded->actor.length > 0) {
        json_key(json, "name");
        json_text(json, (const char *)recorded->actor.bytes, recorded->actor.length);
    }
    json_close(json, '}');
    json_key(json, "version");
    buffer_printf(json, "\"%08llx\"", (unsigned long long)(recorded->version >> 32));
    write_from(explain, json);
}

// What it said before; false when that says nothing.
static bool say_before(const struct explain *explain, const struct change *change, char *out,
                       int size) {
    const struct twin *twin = explain->has_past ? explain->past.twin : NULL;
    struct change before = *change;
    if (!twin || twin->model->layout != explain->model->layout) return false;
    if (change->kind == CHANGE_SET || change->kind == CHANGE_SAMPLE) {
        before.value = slot_value(twin_shown(twin, change->index));
    } else if (change->kind == CHANGE_ALARM) {
        before.state = twin->alarms[change->index].state;
        before.is_acked = twin->alarms[change->index].is_acked;
    } else {
        return false;
    }
    change_text(&before, out, size);
    return true;
}

static void write_change(const struct explain *explain, const struct change *change,
                         bool has_before, struct buffer *json) {
    char subject[SUBJECT_MAX], text[420];
    change_subject(change, explain->model, explain->fork.world, subject, sizeof subject);
    json_open(json, '{');
    json_member(json, "field", subject);
    if (has_before && say_before(explain, change, text, sizeof text))
        json_member(json, "before", text);
    change_text(change, text, sizeof text);
    json_member(json, has_before ? "after" : "value", text);
    json_close(json, '}');
}

static void write_changes(const struct explain *explain, struct buffer *json) {
    const struct revision *recorded = &explain->recorded;
    json_key(json, "took_in");
    json_open(json, '[');
    for (int i = 0; i < recorded->input_count; i++)
        write_change(explain, &recorded->changes[i], false, json);
    json_close(json, ']');
    json_key(json, "effects");
    json_open(json, '[');
    for (int i = recorded->input_count; i < recorded->change_count; i++)
        write_change(explain, &recorded->changes[i], true, json);
    json_close(json, ']');
}

static void write_text(const struct explain *explain, const struct trace_line *line,
                       struct buffer *json) {
    for (int i = 0; i < explain->files.count; i++) {
        const struct script_file *file = &explain->files.files[i];
        if (strcmp(file->path, line->file) != 0) continue;
        const char *at = file->text;
        for (int number = 1; at && number < line->number; number++)
            if ((at = strchr(at, '\n'))) at++;
        if (!at) return;
        json_key(json, "text");
        json_text(json, at, strcspn(at, "\r\n"));
        return;
    }
}

static void write_handlers(const struct trace *trace, struct buffer *json) {
    static const char *const outcomes[] = {"ok", "error", "stopped", "memory"};
    json_key(json, "handlers");
    json_open(json, '[');
    for (int i = 0; i < trace->handler_count; i++) {
        const struct trace_handler *handler = &trace->handlers[i];
        json_open(json, '{');
        json_member(json, "handler", handler->name);
        json_member(json, "outcome", outcomes[handler->outcome]);
        if (handler->why[0]) json_member(json, "why", handler->why);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write_lines(const struct explain *explain, struct buffer *json) {
    const struct trace *trace = explain->trace;
    int depth = trace->line_count > 0 ? trace->lines[0].depth : 0;
    json_key(json, "lines");
    json_open(json, '[');
    for (int i = 0; i < trace->line_count; i++) {
        const struct trace_line *line = &trace->lines[i];
        json_open(json, '{');
        write_unsigned(json, "handler", (uint64_t)line->handler);
        json_member(json, "file", line->file);
        write_unsigned(json, "line", (uint64_t)line->number);
        write_text(explain, line, json);
        write_unsigned(json, "count", line->count);
        write_unsigned(json, "depth", line->depth > depth ? (uint64_t)(line->depth - depth) : 0);
        json_key(json, "locals");
        json_open(json, '{');
        for (int j = 0; j < line->local_count; j++)
            json_member(json, line->locals[j].name, line->locals[j].text);
        json_close(json, '}');
        json_close(json, '}');
    }
    json_close(json, ']');
    if (!trace->is_cut) return;
    json_key(json, "is_cut");
    json_boolean(json, true);
}

static void write_all(struct explain *explain, struct buffer *json) {
    json_open(json, '{');
    write_cause(explain, json);
    write_changes(explain, json);
    write_handlers(explain->trace, json);
    write_lines(explain, json);
    json_key(json, "equal");
    json_boolean(json, explain->is_equal);
    if (!explain->is_equal) {
        json_key(json, "first");
        json_open(json, '{');
        json_member(json, "field", explain->first.field);
        json_member(json, "recorded", explain->first.one);
        json_member(json, "now", explain->first.other);
        json_close(json, '}');
    }
    json_close(json, '}');
}

bool explain_run(const struct explain_request *request, struct buffer *json, struct err *err) {
    struct explain explain = {.request = request, .trace = trace_new()};
    struct fork_options options = {.source = request->source,
                                   .snapshot = request->snapshot,
                                   .sink = {.on_revision = on_revision, .on_predict = on_predict},
                                   .patience = PATIENCE,
                                   .trace = explain.trace};
    bool is_good = fork_open(&explain.fork, &options, err) && read_recorded(&explain, err) &&
                   run(&explain, err) && read_files(&explain, err);
    if (is_good) write_all(&explain, json);
    if (explain.has_past) past_close(&explain.past);
    script_files_fini(&explain.files);
    fork_close(&explain.fork);
    trace_free(explain.trace);
    region_fini(&explain.region);
    return is_good;
}
