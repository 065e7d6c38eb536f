// The twin's own revisions alone are run, so the cost is that of its past and not of the fleet's.
// Twins that its behaviour looks at are brought to the revision of each turn.

#include "fork/amend.h"

#include "base/err.h"
#include "fork/amend_past.h"
#include "turn/engine.h"
#include "twin/twin_codec.h"

#include <stdlib.h>
#include <string.h>

struct said { // a value of a field, for its history
    enum field_kind kind;
    const char *name; // a model's, of the fork
    int64_t at;
    struct value value;
    enum quality quality;
    bool is_matched;
};

struct said_list {
    struct said *items;
    int count, capacity;
};

struct difference_of_value {
    struct said was, value; // kind and name of one where the other is none
    uint64_t of_rev;
};

struct amend {
    struct fork fork; // first: the sink's context
    struct amend_request request;
    bool is_open; // the fork is
    struct amend_past past;
    struct region turn; // of one revision
    struct said_list expected, got;
    int revisions; // that the turn has made
    struct difference_of_value *differences;
    int difference_count, difference_capacity;
    struct amend_result result;
};

struct amend *amend_new(const struct amend_request *request) {
    struct amend *amend = xcalloc(1, sizeof *amend);
    amend->request = *request;
    amend->past.request = &amend->request;
    amend->request.was = amend_value(&amend->past.region, request->was);
    amend->request.value = amend_value(&amend->past.region, request->value);
    return amend;
}

void amend_free(struct amend *amend) {
    if (!amend) return;
    if (amend->is_open) fork_close(&amend->fork);
    amend_past_fini(&amend->past);
    region_fini(&amend->turn);
    free(amend->expected.items);
    free(amend->got.items);
    free(amend->differences);
    free(amend->result.series);
    free(amend);
}

const struct amend_result *amend_result(const struct amend *amend) {
    return &amend->result;
}

// ---- one turn

static void say(struct said_list *list, const struct said *said) {
    AMEND_GROW(list->items, list->count, list->capacity);
    list->items[list->count++] = *said;
}

static void say_all(struct amend *amend, struct said_list *list, const struct revision *revision,
                    const struct model *model) {
    list->count = 0;
    for (int i = 0; i < revision->change_count; i++) {
        const struct change *change = &revision->changes[i];
        if (change->kind == CHANGE_CREATE || change->kind == CHANGE_LAYOUT)
            model = world_layout(amend->fork.world, change->layout);
        if ((change->kind != CHANGE_SAMPLE && change->kind != CHANGE_SET) ||
            !field_has_series(&model->fields[change->index]))
            continue;
        const struct field *field = &model->fields[change->index];
        say(list, &(struct said){.kind = field->kind,
                                 .name = field->name,
                                 .at = change->at,
                                 .value = amend_value(&amend->turn, change->value),
                                 .quality = change->kind == CHANGE_SAMPLE ? change->quality
                                                                          : QUALITY_GOOD});
    }
}

// The value that is cleared leaves a gap and not a value; it is compared and not rewritten.
static bool is_there(const struct said *said) {
    return said->value.type != VALUE_NONE;
}

// What the history has of this revision, after what was corrected before.
static void overlay(struct amend *amend, uint64_t rev) {
    struct said_list *list = &amend->expected;
    int count;
    const struct correction *correction = amend_past_corrections(&amend->past, rev, &count);
    for (; count-- > 0; correction++) {
        if (correction->part != AMEND_SERIES) continue;
        for (int j = 0; j < list->count; j++) {
            const struct said *said = &list->items[j];
            if (said->kind != correction->kind || said->at != correction->at ||
                strcmp(said->name, correction->name) != 0 ||
                !value_equal(said->value, correction->was))
                continue;
            list->items[j] = list->items[--list->count];
            break;
        }
        if (correction->value.type == VALUE_NONE) continue;
        say(list, &(struct said){.kind = correction->kind,
                                 .name = correction->name,
                                 .at = correction->at,
                                 .value = correction->value,
                                 .quality = correction->quality});
    }
}

static void add_difference(struct amend *amend, uint64_t rev, const struct said *was,
                           const struct said *value) {
    if (!(was && is_there(was)) && !(value && is_there(value))) return;
    AMEND_GROW(amend->differences, amend->difference_count, amend->difference_capacity);
    struct difference_of_value *difference = &amend->differences[amend->difference_count++];
    *difference = (struct difference_of_value){.of_rev = rev};
    struct said none = was ? *was : *value;
    none.value = value_none();
    difference->was = was ? *was : none;
    difference->value = value ? *value : none;
    difference->was.value = amend_value(&amend->past.region, difference->was.value);
    difference->value.value = amend_value(&amend->past.region, difference->value.value);
}

static struct said *find_said(struct said_list *list, const struct said *like, bool is_exact) {
    for (int i = 0; i < list->count; i++) {
        struct said *said = &list->items[i];
        if (said->is_matched || said->kind != like->kind || said->at != like->at ||
            strcmp(said->name, like->name) != 0)
            continue;
        if (!is_exact || (said->quality == like->quality && value_equal(said->value, like->value)))
            return said;
    }
    return NULL;
}

static void compare(struct amend *amend, uint64_t rev) {
    struct said_list *expected = &amend->expected, *got = &amend->got;
    for (int i = 0; i < expected->count; i++) {
        struct said *same = find_said(got, &expected->items[i], true);
        if (!same) continue;
        same->is_matched = expected->items[i].is_matched = true;
    }
    for (int i = 0; i < expected->count; i++) {
        if (expected->items[i].is_matched) continue;
        struct said *other = find_said(got, &expected->items[i], false);
        if (other) other->is_matched = true;
        add_difference(amend, rev, &expected->items[i], other);
    }
    for (int i = 0; i < got->count; i++)
        if (!got->items[i].is_matched) add_difference(amend, rev, NULL, &got->items[i]);
}

// The recorded input with what was corrected in it. False when none of it is left.
static bool correct(struct amend *amend, struct revision *recorded, const struct model *model) {
    int samples = 0, count;
    const struct correction *correction =
        amend_past_corrections(&amend->past, recorded->rev, &count);
    for (; count-- > 0; correction++) {
        if (correction->part != AMEND_GIVEN) continue;
        int field = model_sample_field(model, correction->name, strlen(correction->name));
        for (int j = 0; j < recorded->input_count; j++) {
            struct change *change = &recorded->changes[j];
            if (change->kind != CHANGE_SAMPLE || change->index != field ||
                change->at != correction->at)
                continue;
            change->value = correction->value;
            if (change->value.type == VALUE_NUMBER) change->raw = change->value.number;
            break;
        }
    }
    count = 0;
    for (int i = 0; i < recorded->input_count; i++) {
        const struct change *change = &recorded->changes[i];
        if (change->kind == CHANGE_SAMPLE && change->value.type == VALUE_NONE) continue;
        samples += change->kind == CHANGE_SAMPLE;
        recorded->changes[count++] = *change;
    }
    recorded->input_count = count;
    return samples > 0;
}

static void on_revision(void *context, struct twin *twin, const struct revision *revision) {
    struct amend *amend = context;
    if (revision->twin != amend->request.number || amend->revisions++ > 0) return;
    const struct change *first = revision->changes;
    bool is_move = revision->change_count > 0 && first->kind == CHANGE_LAYOUT;
    say_all(amend, &amend->got, revision,
            is_move ? world_layout(amend->fork.world, first->layout) : twin->model);
}

static void on_predict(void *context, const struct twin *twin, int prediction) {
    (void)context, (void)twin, (void)prediction; // what was forecast is in the log
}

static const struct model *model_then(struct amend *amend, const struct revision *recorded) {
    const struct twin *twin = world_twin(amend->fork.world, amend->request.number);
    return twin ? twin->model : world_layout(amend->fork.world, recorded->changes[0].layout);
}

static bool check_there(struct amend *amend, const struct revision *recorded, struct err *err) {
    if (recorded->previous == 0 || world_twin(amend->fork.world, amend->request.number))
        return true;
    return err_set(err, ERR_NOT_FOUND,
                   "the twin's state before rev %llu is not in the log any more",
                   (unsigned long long)recorded->rev);
}

static bool run_turn(struct amend *amend, uint64_t rev, struct err *err) {
    struct fork *fork = &amend->fork;
    struct revision recorded;
    region_reset(&amend->turn);
    if (!fork_read(fork, rev, &amend->turn, &recorded, err) ||
        !fork_advance(fork, amend->request.number, rev - 1, recorded.received, err) ||
        !check_there(amend, &recorded, err) || !fork_serve(fork, recorded.present, err))
        return false;
    amend->result.revisions++;
    if (recorded.kind == INPUT_AMEND) return true; // what it changed is changed here anyway
    if (!fork_knows_layouts(fork, &recorded))
        return err_set(err, ERR_INTERNAL, "rev %llu has a layout that the log does not",
                       (unsigned long long)rev);
    const struct model *model = model_then(amend, &recorded);
    say_all(amend, &amend->expected, &recorded, model);
    overlay(amend, rev);
    amend->got.count = amend->revisions = 0;
    bool is_left = recorded.kind != INPUT_SAMPLES || correct(amend, &recorded, model);
    if (!is_left && recorded.previous == 0)
        return err_set(err, ERR_INVALID,
                       "the sample made the twin, so it can be corrected and not taken away");
    if (is_left && !fork_repeat(fork, &recorded, &amend->turn, err)) return false;
    compare(amend, rev);
    return amend->difference_count <= AMEND_VALUES_MAX ||
           err_set(err, ERR_TOO_LARGE,
                   "more than %d values of its history would be others; up to rev %llu they are",
                   AMEND_VALUES_MAX, (unsigned long long)rev);
}

// ---- all of it

static bool open_fork(struct amend *amend, struct snapshot *snapshot, struct err *err) {
    const struct fork_options options = {
        .source = amend->request.source,
        .snapshot = snapshot,
        .sink = {.on_revision = on_revision, .on_predict = on_predict},
    };
    amend->is_open = true;
    return fork_open(&amend->fork, &options, err);
}

static void write_series(struct amend *amend) {
    struct amend_result *result = &amend->result;
    const struct model *model = result->now->model;
    result->series =
        xrealloc(result->series, sizeof *result->series * (size_t)(amend->difference_count + 1));
    result->series_count = 0;
    for (int i = 0; i < amend->difference_count; i++) {
        const struct difference_of_value *difference = &amend->differences[i];
        const struct said *value = &difference->value;
        int field = model_field(model, value->kind, value->name, strlen(value->name));
        if (field == NONE) continue; // its history goes with it
        struct change *change = &result->series[result->series_count++];
        *change = (struct change){.kind = CHANGE_AMEND,
                                  .state = AMEND_SERIES,
                                  .index = (uint16_t)field,
                                  .at = value->at,
                                  .quality = (uint8_t)value->quality,
                                  .value = value->value};
        change->amend.was = difference->was.value;
        change->amend.of_rev = difference->of_rev;
    }
}

static void write_result(struct amend *amend, int field) {
    struct amend_result *result = &amend->result;
    result->rev = amend->past.rev;
    result->at = amend->past.at;
    result->given = (struct change){.kind = CHANGE_AMEND,
                                    .state = AMEND_GIVEN,
                                    .index = (uint16_t)field,
                                    .at = amend->past.at,
                                    .value = amend->request.value};
    result->given.amend.was = amend->past.was;
    result->given.amend.of_rev = amend->past.rev;
    write_series(amend);
}

bool amend_run(struct amend *amend, struct snapshot *snapshot, uint64_t newest, struct err *err) {
    struct amend_past *past = &amend->past;
    struct amend_result *result = &amend->result;
    uint64_t done = past->done;
    if (amend->is_open) fork_renew(&amend->fork, snapshot);
    if (!amend_past_read(past, newest, err) ||
        (!amend->is_open && !open_fork(amend, snapshot, err)))
        return false;
    uint64_t begin = done ? done + 1 : amend_past_begin(past);
    while (past->rev_count-- > 0) {
        uint64_t rev = past->revs[past->rev_count];
        if (rev >= begin && !run_turn(amend, rev, err)) return false;
    }
    result->now = world_twin(amend->fork.world, amend->request.number);
    const struct model *model = result->now->model;
    int field = model_sample_field(model, amend->request.field, strlen(amend->request.field));
    if (field == NONE)
        return err_set(err, ERR_NOT_FOUND, "model %s has no '%s' any more", model->name,
                       amend->request.field);
    write_result(amend, field);
    return true;
}

static bool is_same_slot(const struct slot *one, const struct slot *other) {
    return one->type == other->type && one->quality == other->quality &&
           (one->type == VALUE_NONE ||
            (one->at == other->at && value_equal(slot_value(one), slot_value(other))));
}

static void add_current(struct change *changes, int *count, int field, const struct slot *slot,
                        const struct twin *live) {
    struct change *change = &changes[(*count)++];
    *change = (struct change){.kind = CHANGE_AMEND,
                              .state = AMEND_CURRENT,
                              .index = (uint16_t)field,
                              .at = slot->type == VALUE_NONE ? live->slots[field].at : slot->at,
                              .quality = (uint8_t)slot->quality,
                              .value = slot_value(slot)};
    change->amend.was = slot_value(twin_shown(live, field));
}

int amend_current(const struct amend *amend, const struct twin *live, struct region *region,
                  struct change **changes) {
    const struct twin *now = amend->result.now;
    const struct model *model = live->model;
    struct buffer before = {0}, after = {0};
    int count = 0;
    *changes = region_alloc(region, sizeof **changes * (2 * (size_t)model->field_count + 1));
    for (int i = 0; i < model->field_count; i++) {
        if (!field_has_series(&model->fields[i]) && model->fields[i].kind != FIELD_STATE) continue;
        const struct slot *shown = twin_shown(now, i);
        if (is_same_slot(shown, twin_shown(live, i)) &&
            is_same_slot(&now->slots[i], &live->slots[i]))
            continue;
        add_current(*changes, &count, i, &now->slots[i], live);
        if (shown != &now->slots[i]) add_current(*changes, &count, i, shown, live);
    }
    twin_encode_memory(live, &before);
    twin_encode_memory(now, &after);
    bool is_other =
        before.length != after.length || memcmp(before.bytes, after.bytes, before.length) != 0;
    if (count > 0 || is_other)
        (*changes)[count++] =
            (struct change){.kind = CHANGE_MEMORY,
                            .at = now->slots[0].at,
                            .text = {region_copy(region, (const char *)after.bytes, after.length),
                                     (uint32_t)after.length}};
    buffer_fini(&before);
    buffer_fini(&after);
    return count;
}
