#include "fork/findings.h"

#include "base/json.h"
#include "base/memory.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void findings_fini(struct findings *findings) {
    free(findings->fields);
    free(findings->tallies);
    *findings = (struct findings){0};
}

void findings_copy(struct findings *to, const struct findings *from) {
    struct finding *fields = to->fields;
    struct tally_of *tallies = to->tallies;
    size_t field_bytes = (size_t)from->field_count * sizeof *fields;
    size_t tally_bytes = (size_t)from->tally_count * sizeof *tallies;
    fields = xrealloc(fields, field_bytes + 1);
    tallies = xrealloc(tallies, tally_bytes + 1);
    if (field_bytes) memcpy(fields, from->fields, field_bytes);
    if (tally_bytes) memcpy(tallies, from->tallies, tally_bytes);
    *to = *from;
    to->fields = fields;
    to->tallies = tallies;
}

static struct finding *find_field(struct findings *findings, const char *model, const char *field) {
    for (int i = 0; i < findings->field_count; i++)
        if (strcmp(findings->fields[i].field, field) == 0 &&
            strcmp(findings->fields[i].model, model) == 0)
            return &findings->fields[i];
    findings->fields =
        xrealloc(findings->fields, (size_t)(findings->field_count + 1) * sizeof *findings->fields);
    struct finding *finding = &findings->fields[findings->field_count++];
    *finding = (struct finding){0};
    snprintf(finding->model, sizeof finding->model, "%s", model);
    snprintf(finding->field, sizeof finding->field, "%s", field);
    return finding;
}

static struct tally_of *find_tally(struct findings *findings, const char *model,
                                   const char *subject) {
    for (int i = 0; i < findings->tally_count; i++)
        if (strcmp(findings->tallies[i].subject, subject) == 0 &&
            strcmp(findings->tallies[i].model, model) == 0)
            return &findings->tallies[i];
    findings->tallies = xrealloc(findings->tallies,
                                 (size_t)(findings->tally_count + 1) * sizeof *findings->tallies);
    struct tally_of *tally = &findings->tallies[findings->tally_count++];
    *tally = (struct tally_of){0};
    snprintf(tally->model, sizeof tally->model, "%s", model);
    snprintf(tally->subject, sizeof tally->subject, "%s", subject);
    return tally;
}

// "samples temperature=95 vibration=3.1"
static void say_input(const struct revision *recorded, const struct twin *twin, char *out,
                      int size) {
    int length = snprintf(out, (size_t)size, "%s", input_kind_name(recorded->kind));
    for (int i = 0; i < recorded->input_count && length < size - 1; i++) {
        const struct change *change = &recorded->changes[i];
        if (change->kind != CHANGE_SAMPLE && change->kind != CHANGE_SET) continue;
        char text[64];
        change_text(change, text, sizeof text);
        length += snprintf(out + length, (size_t)(size - length), " %s=%s",
                           twin->model->fields[change->index].name, text);
    }
}

static void note(struct findings *findings, const struct twin *live, const char *field,
                 const char *live_text, const char *trial_text, double difference,
                 const struct revision *recorded) {
    struct finding *finding = find_field(findings, live->model->name, field);
    if (difference > finding->largest) finding->largest = difference;
    if (finding->count++ > 0) return;
    finding->rev = recorded->rev;
    snprintf(finding->id, sizeof finding->id, "%s", live->id);
    snprintf(finding->live, sizeof finding->live, "%s", live_text);
    snprintf(finding->trial, sizeof finding->trial, "%s", trial_text);
    say_input(recorded, live, finding->input, sizeof finding->input);
}

static void compare_field(struct findings *findings, const struct twin *live, int field,
                          const struct twin *trial, int other, const struct revision *recorded) {
    struct value a = slot_value(&live->slots[field]);
    struct value b = other == NONE ? value_none() : slot_value(&trial->slots[other]);
    if (value_equal(a, b)) return;
    struct change one = {.kind = CHANGE_SET, .index = (uint16_t)field, .value = a};
    struct change two = {.kind = CHANGE_SET, .value = b};
    char subject[SUBJECT_MAX], live_text[160], trial_text[160];
    bool are_numbers = a.type == VALUE_NUMBER && b.type == VALUE_NUMBER;
    change_subject(&one, live->model, NULL, subject, sizeof subject);
    change_text(&one, live_text, sizeof live_text);
    change_text(&two, trial_text, sizeof trial_text);
    note(findings, live, subject, live_text, trial_text,
         are_numbers ? fabs(a.number - b.number) : 0, recorded);
}

static void compare_alarm(struct findings *findings, const struct twin *live, int alarm,
                          const struct twin *trial, int other, const struct revision *recorded) {
    bool is_live = live->alarms[alarm].state == ALARM_ACTIVE;
    bool is_trial = other != NONE && trial->alarms[other].state == ALARM_ACTIVE;
    char subject[SUBJECT_MAX];
    if (is_live == is_trial) return;
    snprintf(subject, sizeof subject, "alarm.%s", live->model->alarms[alarm].name);
    note(findings, live, subject, is_live ? "active" : "clear", is_trial ? "active" : "clear", 0,
         recorded);
}

static int same_field(const struct model *from, int field, const struct model *to) {
    const struct field *wanted = &from->fields[field];
    return from == to ? field : model_field(to, wanted->kind, wanted->name, strlen(wanted->name));
}

void findings_compare(struct findings *findings, const struct twin *live, const struct twin *trial,
                      const struct revision *recorded) {
    const struct model *model = live->model, *other = trial->model;
    for (int i = 0; i < model->field_count; i++)
        compare_field(findings, live, i, trial, same_field(model, i, other), recorded);
    for (int i = 0; i < model->alarm_count; i++) {
        const char *name = model->alarms[i].name;
        int place = model == other ? i : model_alarm(other, name, strlen(name));
        compare_alarm(findings, live, i, trial, place, recorded);
    }
}

// What an effect is that people would hear of.
static bool is_told(const struct change *change) {
    return change->kind == CHANGE_EVENT ||
           (change->kind == CHANGE_ALARM && !change->is_acked && change->state == ALARM_ACTIVE) ||
           (change->kind == CHANGE_COMMAND && change->state == COMMAND_QUEUED);
}

void findings_count(struct findings *findings, const struct revision *revision,
                    const struct twin *twin, const struct world *world, bool is_trial) {
    for (int i = 0; i < revision->change_count; i++) {
        const struct change *change = &revision->changes[i];
        char subject[SUBJECT_MAX];
        if (is_told(change)) {
            change_subject(change, twin->model, world, subject, sizeof subject);
            struct tally_of *tally = find_tally(findings, twin->model->name, subject);
            ++*(is_trial ? &tally->trial : &tally->live);
        }
        if (change->kind != CHANGE_FAILED) continue;
        ++*(is_trial ? &findings->trial_failures : &findings->live_failures);
        if (!is_trial || findings->first_failure[0]) continue;
        change_text(change, findings->first_failure, sizeof findings->first_failure);
        snprintf(findings->failed_id, sizeof findings->failed_id, "%s", twin->id);
        findings->failed_rev = revision->rev;
    }
}

static void write_number(struct buffer *json, const char *key, uint64_t number) {
    json_key(json, key);
    json_unsigned(json, number);
}

static void write_field(const struct finding *finding, struct buffer *json) {
    json_open(json, '{');
    json_member(json, "model", finding->model);
    json_member(json, "field", finding->field);
    write_number(json, "turns", finding->count);
    json_key(json, "largest");
    json_number(json, finding->largest);
    json_key(json, "first");
    json_open(json, '{');
    write_number(json, "rev", finding->rev);
    json_member(json, "twin", finding->id);
    json_member(json, "input", finding->input);
    json_member(json, "live", finding->live);
    json_member(json, "trial", finding->trial);
    json_close(json, '}');
    json_close(json, '}');
}

void findings_write(const struct findings *findings, struct buffer *json) {
    json_key(json, "fields");
    json_open(json, '[');
    for (int i = 0; i < findings->field_count; i++)
        write_field(&findings->fields[i], json);
    json_close(json, ']');
    json_key(json, "effects");
    json_open(json, '[');
    for (int i = 0; i < findings->tally_count; i++) {
        json_open(json, '{');
        json_member(json, "model", findings->tallies[i].model);
        json_member(json, "effect", findings->tallies[i].subject);
        write_number(json, "live", findings->tallies[i].live);
        write_number(json, "trial", findings->tallies[i].trial);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_key(json, "failures");
    json_open(json, '{');
    write_number(json, "live", findings->live_failures);
    write_number(json, "trial", findings->trial_failures);
    if (findings->first_failure[0]) {
        json_member(json, "first", findings->first_failure);
        json_member(json, "twin", findings->failed_id);
        write_number(json, "rev", findings->failed_rev);
    }
    json_close(json, '}');
}

bool findings_is_empty(const struct findings *findings) {
    bool is_empty =
        findings->field_count == 0 && findings->trial_failures <= findings->live_failures;
    for (int i = 0; i < findings->tally_count; i++)
        is_empty &= findings->tallies[i].live == findings->tallies[i].trial;
    return is_empty;
}
