// A number is the middle of its range, or 1, so that it is not judged bad, which would run nothing.

#include "ctl/first_input.h"

#include "base/err.h"
#include "base/memory.h"
#include "fork/rehearsal.h"
#include "twin/model.h"
#include "twin/world.h"

#include <stdlib.h>
#include <string.h>

static const struct location somewhere = {.lat = 52.5, .lon = 13.4};

static struct value value_of(const struct field *field) {
    double middle = field->has_range ? (field->low + field->high) / 2 : 1;
    switch (field->type) {
    case VALUE_NUMBER:
        return value_number((middle - field->offset) / field->gain); // before it is calibrated
    case VALUE_BOOLEAN:
        return value_boolean(true);
    case VALUE_TEXT:
        return value_text("first", 5);
    case VALUE_LOCATION:
        return value_location(&somewhere);
    default:
        return value_none();
    }
}

static bool try_model(const struct rehearsal_cast *cast, int index, int64_t start,
                      struct err *err) {
    struct rehearsal *rehearsal = rehearsal_new(cast, start, err);
    if (!rehearsal) return false;
    struct door door = rehearsal_door(rehearsal);
    const struct model *model = door.world->current[index];
    struct sample *samples = xcalloc((size_t)model->field_count + 1, sizeof *samples);
    struct samples_input input = {.id = model->name,
                                  .id_length = strlen(model->name),
                                  .model = model,
                                  .samples = samples,
                                  .actor = {.kind = ACTOR_COAP}};
    for (int i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        if (field->kind == FIELD_TELEMETRY || field->kind == FIELD_REPORTED)
            samples[input.count++] = (struct sample){i, value_of(field), start};
    }
    uint64_t rev;
    char id[65], text[420];
    bool is_good = input.count == 0 || door.samples(door.context, &input, &rev, err);
    if (is_good && rehearsal_failure(rehearsal, NULL, "", id, text))
        is_good = err_set(err, ERR_INVALID,
                          "%.240s (%s failed on its first input, every value in the middle of its "
                          "range)",
                          text, id);
    free(samples);
    rehearsal_free(rehearsal);
    return is_good;
}

bool first_input_try(const struct rehearsal_cast *cast, int64_t start, struct err *err) {
    for (int i = 0; i < script_model_count(cast->script); i++)
        if (!try_model(cast, i, start, err)) return false;
    return true;
}
