// A version belongs to a twin: at its first touch after a swap the twin moves to the present one.
//
// The move is a revision of its own, with the version as its cause, unless nothing of the twin
// changes: the same layout, and no `migrate` or the same words about it as before. A migrate that
// fails takes the whole move back: the twin stays on its version and its layout, one revision says
// why, and it is not tried again until another version comes.

#include "base/err.h"
#include "base/logger.h"
#include "turn/engine.h"
#include "twin/layout.h"
#include "twin/twin_codec.h"

#include <string.h>

struct past { // what migrate gets to see of it; in the turn's region
    const char **names;
    struct value *values;
    int count;
};

static struct past remember(struct region *region, const struct twin *twin) {
    const struct model *model = twin->model;
    size_t most = (size_t)model->field_count + 1;
    struct past past = {region_alloc(region, most * sizeof *past.names),
                        region_alloc(region, most * sizeof *past.values), 0};
    for (int i = 0; i < model->field_count; i++) {
        struct value value = slot_value(&twin->slots[i]);
        if (model->fields[i].kind != FIELD_STATE || value.type == VALUE_NONE) continue;
        if (value_has_bytes(value.type)) value.text = region_copy(region, value.text, value.length);
        past.names[past.count] = model->fields[i].name; // of the world, as long as it lives
        past.values[past.count++] = value;
    }
    return past;
}

static void lay_out(struct changes *changes, const struct model *model) {
    if (changes->twin->model == model) return;
    aggregates_leave(changes->world, changes->twin); // it may lose links and values
    changes_add(changes, &(struct change){
                             .kind = CHANGE_LAYOUT, .at = changes->now, .layout = model->layout});
}

static void close_move(struct engine *engine, struct twin *twin) {
    turn_close(engine, &(struct cause){.kind = INPUT_VERSION});
    timers_schedule(engine->world, twin, engine->script);
}

static const struct model *find_layout(void *context, uint64_t layout) {
    return world_layout(context, layout);
}

// Back to what `before` has; with the same layout the dropped changes were all there was.
static void restore(struct engine *engine, struct twin *twin, const struct buffer *before) {
    if (before->length == 0) return;
    struct reader in = {.at = before->bytes, .end = before->bytes + before->length};
    struct twin *old = twin_decode(&in, find_layout, engine->world, NULL);
    if (old) world_restore(engine->world, twin, old);
}

static void hold(struct engine *engine, struct twin *twin, enum outcome outcome,
                 const struct err *err) {
    uint64_t refused = world_version_of(engine->world, twin);
    logger_line(engine->logger, LOG_LEVEL_WARN, "migrate_failed",
                "twin=%s version=%08x stays_on=%08x why=\"%s\"", twin->id,
                (unsigned)(refused >> 32), (unsigned)(twin->version >> 32), err->text);
    ++*engine->held_back;
    struct changes *changes = turn_open(engine, twin);
    struct change failed = {
        .kind = CHANGE_FAILED, .state = (uint8_t)outcome, .at = changes->now, .version = refused};
    failed.text.text = err->text;
    failed.text.length = (uint32_t)strlen(err->text);
    changes_add(changes, &failed);
    changes_add(changes,
                &(struct change){.kind = CHANGE_HELD, .at = changes->now, .version = refused});
    turn_choose(engine, twin); // its own version from here on
    close_move(engine, twin);
}

static void migrate(struct engine *engine, struct twin *twin, const struct model *model) {
    struct buffer before = {0};
    struct err err;
    if (twin->model != model) twin_encode(twin, &before);
    struct changes *changes = turn_open(engine, twin);
    struct past past = remember(&engine->region, twin);
    lay_out(changes, model);
    changes_mark(changes);
    struct trigger trigger = {.kind = TRIGGER_MIGRATE,
                              .names = past.names,
                              .arguments = past.values,
                              .argument_count = past.count,
                              .version = twin->version};
    engine_count_turn(engine);
    enum outcome outcome = turn_call(engine, &trigger, &err);
    if (outcome == OUTCOME_OK) {
        close_move(engine, twin);
    } else {
        engine_count_failure(engine, &err);
        changes_drop(changes);
        restore(engine, twin, &before);
        hold(engine, twin, outcome, &err);
    }
    buffer_fini(&before);
}

// Whether model and behaviour of the twin read as they did in its version; of a model that extends
// others, theirs as well.
static bool is_unchanged(const struct engine *engine, const struct twin *twin,
                         const struct model *model) {
    const struct world *world = engine->world;
    uint64_t meant = world_version_of(world, twin);
    while (lineage_is_same(&engine->lineage, twin->version, meant, model->name)) {
        if (!*model->extends) return true;
        model = world_next_model(world, twin, model->extends);
        if (!model) return false;
    }
    return false;
}

void turn_touch(struct engine *engine, struct twin *twin) {
    const struct world *world = engine->world;
    if (world_is_held(world, twin)) return;
    const struct model *model = world_model_of(world, twin);
    uint64_t meant = world_version_of(world, twin);
    const struct script *script = edition_meant(engine, meant);
    bool migrates = twin->version != meant && script &&
                    script_handles(script, model, &(struct trigger){.kind = TRIGGER_MIGRATE}) &&
                    !is_unchanged(engine, twin, model);
    if (migrates) {
        migrate(engine, twin, model);
    } else if (model != twin->model) {
        lay_out(turn_open(engine, twin), model);
        close_move(engine, twin);
    }
}

int turn_same_field(const struct model *meant, int field, const struct model *has) {
    if (meant == has) return field;
    const struct field *wanted = &meant->fields[field];
    int place = model_field(has, wanted->kind, wanted->name, strlen(wanted->name));
    return place != NONE && has->fields[place].type == wanted->type ? place : NONE;
}

int turn_same_alarm(const struct model *meant, int alarm, const struct model *has) {
    const char *name = meant->alarms[alarm].name;
    return meant == has ? alarm : model_alarm(has, name, strlen(name));
}

int turn_same_relationship(const struct model *meant, int relationship, const struct model *has) {
    const char *name = meant->relationships[relationship].name;
    return meant == has ? relationship : model_relationship(has, name, strlen(name));
}
