// A twin has few judged sensors, so all are looked at each time.

#include "twin/silence.h"

#include "twin/change.h"
#include "twin/twin.h"

// When this sensor's value goes stale, 0 = never.
static int64_t due_of(const struct twin *twin, const struct sensor_place *place,
                      const struct sensor *sensor) {
    const struct slot *shown = twin_shown(twin, place->field);
    if (place->spec.stale_us == 0 || sensor->heard == 0) return 0;
    if (shown->type == VALUE_NONE || shown->quality == QUALITY_STALE) return 0;
    return sensor->heard + place->spec.stale_us;
}

int64_t silence_due(const struct twin *twin) {
    int64_t first = 0;
    if (twin->lifecycle == LIFECYCLE_OUT_OF_SERVICE) return 0;
    for (int i = 0; i < twin->model->sensor_count; i++) {
        int64_t due = due_of(twin, &twin->model->sensors[i], twin_sensor(twin, i));
        if (due != 0 && (first == 0 || due < first)) first = due;
    }
    return first;
}

void silence_check(struct changes *changes) {
    const struct twin *twin = changes->twin;
    if (twin->lifecycle == LIFECYCLE_OUT_OF_SERVICE) return;
    for (int i = 0; i < twin->model->sensor_count; i++) {
        const struct sensor_place *place = &twin->model->sensors[i];
        int64_t due = due_of(twin, place, twin_sensor(twin, i));
        if (due == 0 || due > changes->now) continue;
        alarms_expire(changes, due);
        changes_add(changes, &(struct change){.kind = CHANGE_QUALITY,
                                              .index = (uint16_t)place->field,
                                              .quality = QUALITY_STALE,
                                              .at = changes->now});
        alarms_check(changes, place->field);
    }
}
