#include "push/http_explain.h"

#include "base/json.h"
#include "base/memory.h"
#include "fork/explain.h"
#include "push/archive.h"
#include "push/http_twin.h"
#include "push/revision_json.h"
#include "push/service.h"
#include "twin/revision.h"
#include "twin/snapshot.h"
#include "twin/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct question {
    struct reading reading;
    struct fork_source source;
    struct snapshot *live;
    uint64_t rev;   // at or before; 0 = of now
    char field[80]; // "" = whatever was last
    struct explanation explanation;
};

// The revision that set the field as the twin has it; 0 when none did.
static uint64_t find_setter(const struct twin *twin, const char *name, struct err *err) {
    static const enum field_kind kinds[] = {FIELD_DERIVED, FIELD_DESIRED, FIELD_STATE,
                                            FIELD_PARAMETER};
    const struct model *model = twin->model;
    size_t length = strlen(name);
    int alarm = model_alarm(model, name, length);
    int field = model_sample_field(model, name, length);
    for (size_t i = 0; field == NONE && i < ARRAY_LEN(kinds); i++)
        field = model_field(model, kinds[i], name, length);
    if (field == NONE && alarm == NONE) {
        err_set(err, ERR_NOT_FOUND, "%s has no field or alarm '%.64s'", model->name, name);
        return 0;
    }
    uint64_t rev = field != NONE ? twin_shown(twin, field)->rev : twin->alarms[alarm].rev;
    if (rev == 0) err_set(err, ERR_NOT_FOUND, "nothing has set %s yet", name);
    return rev;
}

static bool read_question(struct reading *reading, struct log *log, struct err *err) {
    struct question *question = (struct question *)reading;
    uint64_t rev = question->rev ? question->rev : reading->newest;
    if (!past_open(&reading->past, log, reading->number, reading->newest, rev, err)) return false;
    const struct twin *twin = reading->past.twin;
    rev = question->field[0] ? find_setter(twin, question->field, err) : twin->rev;
    return rev != 0 && explain_run(&question->source, question->live, reading->number, rev,
                                   &question->explanation, err);
}

static void write_lines(const struct explanation *explanation, struct buffer *json) {
    json_key(json, "lines");
    json_open(json, '[');
    for (int i = 0; i < explanation->trace.count; i++) {
        const struct trace_line *line = &explanation->trace.lines[i];
        int length;
        const char *text = explanation_line(explanation, line, &length);
        json_open(json, '{');
        json_member(json, "file", line->file);
        json_key(json, "line");
        json_integer(json, line->line);
        json_key(json, "text");
        json_text(json, text ? text : "", text ? (size_t)length : 0);
        if (line->locals[0]) json_member(json, "locals", line->locals);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_key(json, "dropped");
    json_integer(json, explanation->trace.dropped);
}

static void write_writes(const struct explanation *explanation, struct buffer *json) {
    json_key(json, "writes");
    json_open(json, '[');
    for (int i = 0; i < explanation->write_count; i++) {
        const struct write *write = &explanation->writes[i];
        json_open(json, '{');
        json_member(json, "subject", write->subject);
        if (write->before[0]) json_member(json, "before", write->before);
        json_member(json, "after", write->after);
        json_key(json, "given");
        json_boolean(json, write->is_input);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write_from(const struct explanation *explanation, struct buffer *json) {
    if (!explanation->from_rev) return;
    json_key(json, "from");
    json_open(json, '{');
    json_member(json, "twin", explanation->from_id);
    json_key(json, "rev");
    json_unsigned(json, explanation->from_rev);
    json_member(json, "event", explanation->event);
    json_close(json, '}');
}

static void write_answer(struct reading *reading, const struct world *live, struct buffer *json) {
    const struct explanation *explanation = &((struct question *)reading)->explanation;
    char version[9];
    (void)live;
    snprintf(version, sizeof version, "%08x", (unsigned)(explanation->version >> 32));
    json_open(json, '{');
    json_member(json, "twin", reading->id);
    json_key(json, "rev");
    json_unsigned(json, explanation->rev);
    json_member_time(json, "received", explanation->received);
    json_member(json, "input", input_kind_name(explanation->kind));
    json_key(json, "actor");
    json_open(json, '{');
    json_member(json, "kind", revision_json_actor(explanation->actor.kind));
    json_key(json, "name");
    json_text(json, (const char *)explanation->actor.bytes, explanation->actor.length);
    json_close(json, '}');
    write_from(explanation, json);
    json_member(json, "version", version);
    json_key(json, "equal");
    json_boolean(json, explanation->is_equal && !explanation->missing[0]);
    if (explanation->missing[0]) {
        json_member(json, "missing", explanation->missing);
    } else if (!explanation->is_equal) {
        json_key(json, "difference");
        json_open(json, '{');
        json_member(json, "field", explanation->difference.field);
        json_member(json, "recorded", explanation->difference.one);
        json_member(json, "now", explanation->difference.other);
        json_close(json, '}');
    }
    write_lines(explanation, json);
    write_writes(explanation, json);
    json_close(json, '}');
}

static void free_question(struct reading *reading) {
    struct question *question = (struct question *)reading;
    snapshot_close(question->live);
    explanation_fini(&question->explanation);
    free(question);
}

static bool read_rev(const struct service *service, const struct http_request *request,
                     uint64_t *rev, struct err *err) {
    const char *text = http_query(request, "rev");
    char *end;
    *rev = 0;
    if (!text) return true;
    *rev = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    if (*rev == 0 || *end)
        return err_set(err, ERR_INVALID, "rev must be a revision's number, 1 or more, not '%.40s'",
                       text);
    return *rev <= service->world->rev ||
           err_set(err, ERR_NOT_FOUND, "there is no rev %llu yet; the newest is %llu",
                   (unsigned long long)*rev, (unsigned long long)service->world->rev);
}

bool http_explain_get(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    const struct push_options *options = &service->options;
    const struct twin *twin = http_twin_find(service, match, err);
    const char *field = http_query(request, "field");
    uint64_t rev;
    if (!twin || !read_rev(service, request, &rev, err)) return false;
    if (!service->archive || !options->state)
        return err_set(err, ERR_UNAVAILABLE, "the past is not kept by this program");
    struct question *question = xcalloc(1, sizeof *question);
    question->reading =
        (struct reading){.read = read_question, .write = write_answer, .free = free_question};
    question->source = (struct fork_source){options->log, options->state, options->call_us};
    question->rev = rev;
    if (field) snprintf(question->field, sizeof question->field, "%.79s", field);
    question->live = snapshot_open(service->world);
    response->cache = "no-store";
    response->later = archive_ask(service->archive, twin, &question->reading);
    return true;
}
