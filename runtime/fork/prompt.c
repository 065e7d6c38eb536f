#include "fork/prompt.h"

#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/memory.h"
#include "fork/difference.h"
#include "script/duration.h"
#include "script/prompt.h"
#include "script/script.h"
#include "turn/engine.h"
#include "twin/model.h"
#include "twin/revision.h"
#include "twin/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES_MAX 64
#define PATIENCE 50

struct prompt {
    struct fork fork; // first: the sink's context
    const struct prompt_request *request;
    struct twin *twin;
    int64_t now;
    char **before; // text of each of the twin's fields as the line began
    int before_count;
    struct buffer said, *json;
    char why[420];
};

static const struct actor nobody = {.kind = ACTOR_RUNTIME};

static void on_predict(void *context, const struct twin *twin, int prediction) {
    (void)context, (void)twin, (void)prediction;
}

static void text_of(const struct prompt *prompt, int field, char *out, int size) {
    const struct change change = {.kind = CHANGE_SET,
                                  .index = (uint16_t)field,
                                  .value = slot_value(twin_shown(prompt->twin, field))};
    change_text(&change, out, size);
}

static void keep_before(struct prompt *prompt) {
    int count = prompt->twin->model->field_count;
    for (int i = 0; i < prompt->before_count; i++)
        free(prompt->before[i]);
    prompt->before = xrealloc(prompt->before, sizeof *prompt->before * (size_t)(count + 1));
    prompt->before_count = count;
    for (int i = 0; i < count; i++) {
        char text[420];
        text_of(prompt, i, text, sizeof text);
        prompt->before[i] = xstrdup(text);
    }
}

static void write_change(struct prompt *prompt, const struct twin *twin,
                         const struct change *change) {
    char subject[SUBJECT_MAX], text[420];
    bool is_value = change->kind == CHANGE_SET || change->kind == CHANGE_SAMPLE;
    bool has_before =
        is_value && twin->number == prompt->request->number && change->index < prompt->before_count;
    change_subject(change, twin->model, prompt->fork.world, subject, sizeof subject);
    change_text(change, text, sizeof text);
    json_open(prompt->json, '{');
    json_member(prompt->json, "twin", twin->id);
    json_member(prompt->json, "field", subject);
    if (has_before) json_member(prompt->json, "before", prompt->before[change->index]);
    json_member(prompt->json, "after", text);
    json_close(prompt->json, '}');
}

static void on_revision(void *context, struct twin *twin, const struct revision *revision) {
    struct prompt *prompt = context;
    for (int i = 0; i < revision->change_count; i++) {
        const struct change *change = &revision->changes[i];
        if (change->kind == CHANGE_FAILED) {
            if (!prompt->why[0])
                snprintf(prompt->why, sizeof prompt->why, "%.*s", (int)change->text.length,
                         change->text.text);
            continue;
        }
        write_change(prompt, twin, change);
    }
}

// ---- what a line asks for

static bool take_value(const struct field *field, const char *text, struct value *value) {
    char *end;
    double number = strtod(text, &end);
    bool is_true = strcmp(text, "true") == 0, is_boolean = is_true || strcmp(text, "false") == 0;
    *value = field->type == VALUE_BOOLEAN  ? value_boolean(is_true)
             : field->type == VALUE_NUMBER ? value_number(number)
                                           : value_text(text, (uint32_t)strlen(text));
    return field->type == VALUE_BOOLEAN  ? is_boolean
           : field->type == VALUE_NUMBER ? end != text && *end == 0
                                         : field->type == VALUE_TEXT;
}

static bool run_sample(struct prompt *prompt, char *words, struct err *err) {
    const struct model *model = prompt->twin->model;
    struct sample samples[SAMPLES_MAX];
    int count = 0;
    char *rest;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(word, '=');
        if (!equals || equals == word || count == SAMPLES_MAX)
            return err_set(err, ERR_INVALID, ":sample wants NAME=VALUE, not '%.64s'", word);
        *equals = 0;
        int field = model_sample_field(model, word, strlen(word));
        struct sample *sample = &samples[count++];
        if (field == NONE)
            return err_set(err, ERR_NOT_FOUND, "model %s gets no samples of '%.64s'", model->name,
                           word);
        *sample = (struct sample){.field = field, .at = prompt->now};
        if (!take_value(&model->fields[field], equals + 1, &sample->value))
            return err_set(err, ERR_INVALID, "%s takes a %s, not '%.64s'", word,
                           value_type_name(model->fields[field].type), equals + 1);
    }
    struct samples_input input = {.twin = prompt->twin,
                                  .model = model,
                                  .samples = samples,
                                  .count = count,
                                  .received = prompt->now,
                                  .actor = nobody};
    uint64_t rev;
    if (count == 0) return err_set(err, ERR_INVALID, ":sample wants NAME=VALUE");
    return engine_samples(prompt->fork.engine, &input, &rev, err);
}

static bool run_advance(struct prompt *prompt, const char *text, struct err *err) {
    int64_t us;
    if (!duration_parse(text, &us))
        return err_set(err, ERR_INVALID, ":advance wants " DURATION_FORM ", not '%.40s'", text);
    prompt->now += us;
    engine_timers(prompt->fork.engine, prompt->now);
    return true;
}

static bool run_lua(struct prompt *prompt, const char *line, struct err *err) {
    struct engine *engine = prompt->fork.engine;
    if (!script_prompt(engine->present, prompt->twin->model, line, &prompt->said, err))
        return false;
    return engine_prompt(engine, prompt->twin, prompt->now, err);
}

static bool starts_with(const char *line, const char *word, const char **rest) {
    size_t length = strlen(word);
    if (strncmp(line, word, length) != 0 || (line[length] && line[length] != ' ')) return false;
    *rest = line + length + strspn(line + length, " ");
    return true;
}

static bool run_line(struct prompt *prompt, const char *line, struct err *err) {
    const char *rest;
    if (starts_with(line, ":advance", &rest)) return run_advance(prompt, rest, err);
    if (starts_with(line, ":sample", &rest)) {
        char *words = xstrdup(rest);
        bool is_good = run_sample(prompt, words, err);
        free(words);
        return is_good;
    }
    if (line[0] == ':')
        return err_set(err, ERR_INVALID, "there is no '%.40s'; :sample and :advance are", line);
    return run_lua(prompt, line, err);
}

static void write_line(struct prompt *prompt, const char *line) {
    struct buffer *json = prompt->json;
    struct err err = {0};
    prompt->said.length = 0;
    prompt->why[0] = 0;
    keep_before(prompt);
    json_open(json, '{');
    json_key(json, "writes");
    json_open(json, '[');
    if (!run_line(prompt, line, &err)) {
        const char *own = strstr(err.text, "prompt:"); // without the file that it does not stand in
        snprintf(prompt->why, sizeof prompt->why, "%s", own ? own : err.text);
    }
    json_close(json, ']');
    json_key(json, "said");
    json_open(json, '[');
    for (size_t at = 0; at < prompt->said.length;) {
        const char *text = (const char *)prompt->said.bytes + at;
        json_string(json, text);
        at += strlen(text) + 1;
    }
    json_close(json, ']');
    if (prompt->why[0]) json_member(json, "why", prompt->why);
    json_close(json, '}');
}

static bool write_lines(struct prompt *prompt, struct err *err) {
    int64_t begin = loop_thread_cpu();
    for (int i = 0; i < prompt->request->line_count; i++) {
        prompt->twin = world_twin(prompt->fork.world, prompt->request->number);
        if (!prompt->twin) return err_set(err, ERR_NOT_FOUND, "the twin is not there any more");
        if (loop_thread_cpu() - begin > PROMPT_CPU_MAX)
            return err_set(err, ERR_TOO_LARGE, "the lines take more than %d s; begin anew",
                           PROMPT_CPU_MAX / 1000000);
        write_line(prompt, prompt->request->lines[i]);
    }
    return true;
}

bool prompt_run(struct prompt_request *request, struct buffer *json, struct err *err) {
    struct prompt prompt = {.request = request, .json = json};
    const struct fork_options options = {
        .source = request->source,
        .snapshot = request->snapshot,
        .sink = {.on_revision = on_revision, .on_predict = on_predict},
        .patience = PATIENCE,
    };
    prompt.now = snapshot_clock(request->snapshot);
    uint64_t rev = request->rev, version = request->version;
    bool is_good = fork_open(&prompt.fork, &options, err) &&
                   (!rev || fork_rewind_to(&prompt.fork, rev, &prompt.now, &version, err)) &&
                   fork_serve(&prompt.fork, version, err);
    json_open(json, '{');
    json_key(json, "rev");
    json_unsigned(json, rev ? rev : snapshot_rev(request->snapshot));
    json_member_time(json, "at", prompt.now);
    json_key(json, "lines");
    json_open(json, '[');
    is_good = is_good && write_lines(&prompt, err);
    json_close(json, ']');
    json_close(json, '}');
    for (int i = 0; i < prompt.before_count; i++)
        free(prompt.before[i]);
    free(prompt.before);
    buffer_fini(&prompt.said);
    fork_close(&prompt.fork);
    return is_good;
}

void prompt_request_fini(struct prompt_request *request) {
    for (int i = 0; i < request->line_count; i++)
        free(request->lines[i]);
    free(request->lines);
}
