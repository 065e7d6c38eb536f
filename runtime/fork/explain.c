#include "fork/explain.h"

#include "base/err.h"
#include "base/memory.h"
#include "store/log.h"
#include "store/versions.h"
#include "turn/engine.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct explain {
    struct fork fork; // first: the sink's context
    struct explanation *out;
    struct region region;
    struct revision recorded;
    struct twin *before; // a copy, NULL = it was made by this turn
    int revisions;
};

static void say_before(const struct twin *before, const struct change *change, char *out,
                       int size) {
    struct change was = {.kind = change->kind, .index = change->index};
    snprintf(out, (size_t)size, "nothing");
    if (!before) return;
    switch (change->kind) {
    case CHANGE_SAMPLE:
    case CHANGE_SET:
        was.value = slot_value(&before->slots[change->index]);
        break;
    case CHANGE_ALARM:
        was.state = before->alarms[change->index].state;
        was.is_acked = before->alarms[change->index].is_acked;
        break;
    case CHANGE_QUALITY:
        was.quality = before->slots[change->index].quality;
        break;
    case CHANGE_LIFECYCLE:
        was.state = before->lifecycle;
        break;
    default:
        out[0] = 0;
        return;
    }
    change_text(&was, out, size);
}

static void take_writes(struct explain *explain, const struct revision *revision,
                        const struct twin *twin) {
    struct explanation *out = explain->out;
    bool is_same_layout = explain->before && explain->before->model == twin->model;
    out->writes = xcalloc((size_t)revision->change_count + 1, sizeof *out->writes);
    for (int i = 0; i < revision->change_count; i++) {
        const struct change *change = &revision->changes[i];
        struct write *write = &out->writes[out->write_count++];
        change_subject(change, twin->model, explain->fork.world, write->subject,
                       sizeof write->subject);
        say_before(is_same_layout ? explain->before : NULL, change, write->before,
                   sizeof write->before);
        change_text(change, write->after, sizeof write->after);
        write->is_input = i < revision->input_count;
    }
}

static void on_revision(void *context, struct twin *twin, const struct revision *revision) {
    struct explain *explain = context;
    struct explanation *out = explain->out;
    if (explain->revisions++ > 0) return;
    struct side recorded = {&explain->recorded, twin->model}, now = {revision, twin->model};
    out->is_equal = !difference_find(&recorded, &now, explain->fork.world, &out->difference);
    take_writes(explain, revision, twin);
}

static void on_predict(void *context, const struct twin *twin, int prediction) {
    (void)context, (void)twin, (void)prediction;
}

// Puts the event that the turn consumed into the queue.
static bool queue_event(struct explain *explain, struct err *err) {
    struct revision sender;
    struct explanation *out = explain->out;
    const struct revision *recorded = &explain->recorded;
    if (!fork_read(&explain->fork, recorded->from_rev, &explain->region, &sender, err))
        return false;
    if (recorded->from_index >= sender.change_count ||
        sender.changes[recorded->from_index].kind != CHANGE_EVENT)
        return err_set(err, ERR_INTERNAL, "rev %llu sent no such event",
                       (unsigned long long)sender.rev);
    const struct change *event = &sender.changes[recorded->from_index];
    const struct twin *from = world_twin(explain->fork.world, sender.twin);
    const struct twin *twin = world_twin(explain->fork.world, recorded->twin);
    snprintf(out->from_id, sizeof out->from_id, "%s", from ? from->id : "a twin that is gone");
    out->from_rev = sender.rev;
    char arguments[SUBJECT_MAX / 2], name[SUBJECT_MAX / 2];
    if (twin) change_subject(event, twin->model, explain->fork.world, name, sizeof name);
    change_text(event, arguments, sizeof arguments);
    snprintf(out->event, sizeof out->event, "%s%s", twin ? name : "", arguments + strlen("sent"));
    engine_requeue(explain->fork.engine, sender.rev, recorded->from_index, sender.twin, event);
    return true;
}

static bool read_files(struct explain *explain, struct err *err) {
    struct buffer bytes = {0};
    bool is_read = versions_read_files(explain->fork.options.source.file, explain->out->version,
                                       &bytes, err) &&
                   script_files_decode(bytes.bytes, bytes.length, &explain->out->files, err);
    buffer_fini(&bytes);
    return is_read;
}

static bool run(struct explain *explain, struct err *err) {
    const struct revision *recorded = &explain->recorded;
    struct revision failed;
    struct change event;
    bool has_event = false, is_retry = recorded->kind == INPUT_RETRY;
    if (!fork_serve(&explain->fork, recorded->present, err) || !read_files(explain, err))
        return false;
    if (recorded->kind == INPUT_EVENT && !queue_event(explain, err)) return false;
    if (is_retry && !fork_read_failed(&explain->fork, recorded->from_rev, &explain->region, &failed,
                                      &event, &has_event, err))
        return false;
    const struct twin *twin = world_twin(explain->fork.world, recorded->twin);
    if (!twin && recorded->previous != 0)
        return err_set(err, ERR_NOT_FOUND, "the log does not tell what it was before any more");
    if (twin) explain->before = twin_copy(twin);
    explain->out->trace.world = explain->fork.world;
    engine_trace(explain->fork.engine, &explain->out->trace);
    bool is_run = engine_repeat(explain->fork.engine, recorded, is_retry ? &failed : NULL,
                                has_event ? &event : NULL);
    return (is_run && explain->revisions > 0) ||
           err_set(err, ERR_INTERNAL, "running it again came to no revision");
}

// What it was, when it cannot be run again.
static void take_recorded(struct explain *explain) {
    const struct twin *twin = world_twin(explain->fork.world, explain->recorded.twin);
    if (twin && fork_take(&explain->fork, &explain->recorded)) {
        twin = world_twin(explain->fork.world, explain->recorded.twin);
        if (twin) take_writes(explain, &explain->recorded, twin);
    }
}

bool explain_run(const struct fork_source *source, struct snapshot *live, uint32_t number,
                 uint64_t rev, struct explanation *explanation, struct err *err) {
    struct explain explain = {.out = explanation};
    struct fork_options options = {.source = *source,
                                   .snapshot = rev > 1 ? live : NULL,
                                   .rev = rev - 1,
                                   .sink = {.on_revision = on_revision, .on_predict = on_predict},
                                   .patience = 1000};
    *explanation = (struct explanation){.rev = rev};
    bool is_good = fork_open(&explain.fork, &options, err) &&
                   fork_read(&explain.fork, rev, &explain.region, &explain.recorded, err);
    if (is_good && explain.recorded.twin != number)
        is_good =
            err_set(err, ERR_NOT_FOUND, "rev %llu is another twin's", (unsigned long long)rev);
    if (is_good) {
        struct err why;
        explanation->version = explain.recorded.version;
        explanation->received = explain.recorded.received;
        explanation->kind = explain.recorded.kind;
        explanation->actor = explain.recorded.actor;
        if (!run(&explain, &why)) {
            snprintf(explanation->missing, sizeof explanation->missing, "%s", why.text);
            take_recorded(&explain);
        }
    }
    explanation->trace.world = NULL;
    twin_free(explain.before);
    fork_close(&explain.fork);
    region_fini(&explain.region);
    return is_good;
}

void explanation_fini(struct explanation *explanation) {
    free(explanation->writes);
    trace_fini(&explanation->trace);
    script_files_fini(&explanation->files);
}

const char *explanation_line(const struct explanation *explanation, const struct trace_line *line,
                             int *length) {
    for (int i = 0; i < explanation->files.count; i++) {
        if (strcmp(explanation->files.files[i].path, line->file) != 0) continue;
        const char *at = explanation->files.files[i].text;
        for (int number = 1; at && number < line->line; number++) {
            at = strchr(at, '\n');
            if (at) at++;
        }
        if (!at) return NULL;
        *length = (int)strcspn(at, "\r\n");
        return at;
    }
    return NULL;
}
