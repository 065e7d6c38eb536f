// Parts: twins that come with an asset and go with it.
//
// An asset whose model has parts, just made or moved to a version that has more of them, is noted
// when its turn closes; each part that is not there yet then gets a turn of its own, right after
// and before the next input. Both are in one batch of the log, so no crash can come between them. A
// twin that has a part's id already is somebody's decision and is left alone.

#include "base/logger.h"
#include "base/memory.h"
#include "turn/engine.h"
#include "twin/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void parts_notice(struct engine *engine, const struct changes *changes) {
    const struct twin *twin = changes->twin;
    if (twin->model->part_count == 0) return;
    bool is_new = false;
    for (int i = 0; i < changes->count; i++)
        is_new |= changes->list[i].kind == CHANGE_CREATE || changes->list[i].kind == CHANGE_LAYOUT;
    if (!is_new) return;
    size_t size = sizeof *engine->incomplete * ((size_t)engine->incomplete_count + 1);
    engine->incomplete = xrealloc(engine->incomplete, size);
    engine->incomplete[engine->incomplete_count++] = twin->number;
}

// "pump-7:motor", or false when that is no id.
static bool part_id(const struct twin *twin, const struct part_spec *part,
                    char id[TWIN_ID_MAX + 1]) {
    int length = snprintf(id, TWIN_ID_MAX + 1, "%s:%s", twin->id, part->name);
    return length <= TWIN_ID_MAX;
}

static void make(struct engine *engine, const struct twin *twin, const struct model *model,
                 const char *id) {
    struct changes *changes = turn_open(engine, NULL);
    turn_create(engine, model, id, strlen(id));
    int relationship = model_relationship(model, "part_of", strlen("part_of")), next_alarm = 0;
    if (relationship != NONE &&
        world_is_a(engine->world, twin->model, model->relationships[relationship].target))
        changes_add(changes, &(struct change){.kind = CHANGE_LINK,
                                              .state = true,
                                              .index = (uint16_t)relationship,
                                              .other = twin->number,
                                              .at = changes->now});
    changes_mark(changes);
    if (turn_handler(engine, &(struct trigger){.kind = TRIGGER_INIT}))
        turn_alarm_handlers(engine, &next_alarm);
    turn_close(engine, &(struct cause){.kind = INPUT_CONFIGURE});
}

static void complete(struct engine *engine, const struct twin *twin) {
    for (int i = 0; i < twin->model->part_count; i++) {
        const struct part_spec *part = &twin->model->parts[i];
        const struct model *model = world_model(engine->world, part->model, strlen(part->model));
        char id[TWIN_ID_MAX + 1];
        if (!part_id(twin, part, id)) {
            logger_line(engine->logger, LOG_LEVEL_WARN, "part_not_made",
                        "twin=%s part=%s why=\"its id would be longer than %d\"", twin->id,
                        part->name, TWIN_ID_MAX);
            continue;
        }
        if (!world_find(engine->world, id, strlen(id)) && model) make(engine, twin, model, id);
    }
}

bool parts_make(struct engine *engine) {
    int count = engine->incomplete_count;
    for (int i = 0; i < engine->incomplete_count; i++) { // a part may have parts
        const struct twin *twin = world_twin(engine->world, engine->incomplete[i]);
        if (twin) complete(engine, twin);
    }
    engine->incomplete_count = 0;
    return count > 0;
}

void parts_retire(struct engine *engine, const struct twin *twin, const struct actor *actor) {
    for (int i = 0; i < twin->model->part_count; i++) {
        const struct part_spec *spec = &twin->model->parts[i];
        char id[TWIN_ID_MAX + 1];
        if (!part_id(twin, spec, id)) continue;
        struct twin *part = world_find(engine->world, id, strlen(id));
        if (part && world_is_a(engine->world, part->model, spec->model))
            turn_retire(engine, part, actor);
    }
}
