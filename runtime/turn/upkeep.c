// What operators do to a twin besides wishing: relationships, life cycle, a new part for a worn
// one.

#include "base/err.h"
#include "turn/engine.h"

#include <string.h>

static bool is_linked(const struct twin *from, int relationship, const struct twin *to) {
    for (uint32_t i = 0; i < from->link_count; i++)
        if (!from->links[i].is_incoming && from->links[i].relationship == relationship &&
            from->links[i].other == to->number)
            return true;
    return false;
}

bool engine_link(struct engine *engine, struct twin *from, int relationship, struct twin *to,
                 bool is_there, const struct actor *actor, int64_t received, uint64_t *rev,
                 struct err *err) {
    engine_begin(engine, received);
    const struct model *next = world_next_model(engine->world, from, from->model->name);
    const char *name = (next ? next : from->model)->relationships[relationship].name;
    turn_touch(engine, from); // it stays where it was when its migration fails
    relationship = model_relationship(from->model, name, strlen(name));
    if (relationship == NONE)
        return err_set(err, ERR_NOT_FOUND,
                       "twin %s has stayed on an older version of model %s, which has no "
                       "relationship '%s'",
                       from->id, from->model->name, name);
    const char *target = from->model->relationships[relationship].target;
    if (is_there && !world_is_a(engine->world, to->model, target))
        return err_set(err, ERR_INVALID, "%s.%s leads to a %s, and %s is a %s", from->id, name,
                       target, to->id, to->model->name);
    *rev = from->rev;
    if (is_linked(from, relationship, to) == is_there) return true;
    struct changes *changes = turn_open(engine, from);
    changes_add(changes, &(struct change){.kind = CHANGE_LINK,
                                          .state = is_there,
                                          .index = (uint16_t)relationship,
                                          .other = to->number,
                                          .at = changes->now});
    *rev = turn_close(engine, &(struct cause){.kind = INPUT_LINK, .actor = actor});
    engine_drain(engine);
    return true;
}

void engine_live(struct engine *engine, struct twin *twin, enum lifecycle lifecycle,
                 const struct actor *actor, int64_t received, uint64_t *rev) {
    engine_begin(engine, received);
    turn_touch(engine, twin);
    *rev = twin->rev;
    if (twin->lifecycle == lifecycle) return;
    struct changes *changes = turn_open(engine, twin);
    changes_add(changes,
                &(struct change){.kind = CHANGE_LIFECYCLE, .state = lifecycle, .at = changes->now});
    *rev = turn_close(engine, &(struct cause){.kind = INPUT_LIFECYCLE, .actor = actor});
    engine_drain(engine);
}

void engine_replace(struct engine *engine, struct twin *twin, const struct actor *actor,
                    int64_t received, uint64_t *rev) {
    engine_begin(engine, received);
    turn_touch(engine, twin);
    struct changes *changes = turn_open(engine, twin);
    changes_add(changes, &(struct change){.kind = CHANGE_RESET, .at = changes->now});
    changes_mark(changes);
    int next_alarm = 0;
    if (turn_handler(engine, &(struct trigger){.kind = TRIGGER_INIT}))
        turn_alarm_handlers(engine, &next_alarm);
    *rev = turn_close(engine, &(struct cause){.kind = INPUT_REPLACE, .actor = actor});
    engine_drain(engine);
}

bool engine_amend(struct engine *engine, struct twin *twin, const struct amend_input *input,
                  int64_t received, uint64_t *rev, struct err *err) {
    engine_begin(engine, received);
    if (twin->model->layout != input->layout || (input->if_rev && twin->rev != input->if_rev))
        return err_set(err, ERR_PRECONDITION, "%s has changed meanwhile; ask again", twin->id);
    struct changes *changes = turn_open(engine, twin);
    for (int i = 0; i < input->count; i++)
        changes_add(changes, &input->changes[i]);
    *rev = turn_close(
        engine,
        &(struct cause){.kind = INPUT_AMEND, .actor = input->actor, .from_rev = input->from_rev});
    engine_drain(engine);
    return true;
}

bool engine_prompt(struct engine *engine, struct twin *twin, int64_t received, struct err *err) {
    const struct trigger line = {.kind = TRIGGER_PROMPT};
    engine_begin(engine, received);
    turn_touch(engine, twin);
    struct changes *changes = turn_open(engine, twin);
    changes_mark(changes);
    int next_alarm = 0;
    bool is_good = turn_call(engine, &line, err) == OUTCOME_OK;
    if (is_good)
        turn_alarm_handlers(engine, &next_alarm);
    else
        changes_drop(changes);
    // A fork's revision is never stored, so it needs no kind of its own.
    if (changes->count > 0) turn_close(engine, &(struct cause){.kind = INPUT_TIMER});
    engine_drain(engine);
    return is_good;
}
