// A twin has few judged sensors, so all are looked at each time.

#include "twin/silence.h"

#include "twin/change.h"
#include "twin/twin.h"

#include <string.h>

// When the value of a field goes stale, 0 = never. A field that was not listened to until now was
// heard when its newest sample was taken, as far as one can know.
static int64_t due_of(const struct twin *twin, int field, int64_t stale_us) {
    const struct slot *shown = twin_shown(twin, field);
    int sensor = twin->model->fields[field].sensor;
    if (stale_us == 0 || shown->type == VALUE_NONE || shown->quality == QUALITY_STALE) return 0;
    int64_t heard = sensor == NONE ? shown->at : twin_sensor(twin, sensor)->heard;
    return heard == 0 ? 0 : heard + stale_us;
}

static int same_field(const struct model *to, const struct model *from, int index) {
    const struct field *field = &from->fields[index];
    return to == from ? index : model_field(to, field->kind, field->name, strlen(field->name));
}

int64_t silence_due(const struct twin *twin, const struct model *present) {
    int64_t first = 0;
    if (twin->lifecycle == LIFECYCLE_OUT_OF_SERVICE) return 0;
    for (int i = 0; i < present->sensor_count; i++) {
        const struct sensor_place *place = &present->sensors[i];
        int field = same_field(twin->model, present, place->field);
        int64_t due = field == NONE ? 0 : due_of(twin, field, place->spec.stale_us);
        if (due != 0 && (first == 0 || due < first)) first = due;
    }
    return first;
}

void silence_check(struct changes *changes) {
    const struct twin *twin = changes->twin;
    if (twin->lifecycle == LIFECYCLE_OUT_OF_SERVICE) return;
    for (int i = 0; i < twin->model->sensor_count; i++) {
        const struct sensor_place *place = &twin->model->sensors[i];
        int64_t due = due_of(twin, place->field, place->spec.stale_us);
        if (due == 0 || due > changes->now) continue;
        alarms_expire(changes, due);
        changes_add(changes, &(struct change){.kind = CHANGE_QUALITY,
                                              .index = (uint16_t)place->field,
                                              .quality = QUALITY_STALE,
                                              .at = changes->now});
        alarms_check(changes, place->field);
    }
}
