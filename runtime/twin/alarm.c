// The life of an alarm: clear, pending while its delay runs, active. Times are the world's, not the
// sample's.

#include "twin/change.h"
#include "twin/twin.h"

#define FURTHER 1.2 // a crossing in sight moves a little with each look

static void move(struct changes *changes, int alarm, enum alarm_state state, double value) {
    const struct alarm *now = &changes->twin->alarms[alarm];
    struct change change = {.kind = CHANGE_ALARM,
                            .index = (uint16_t)alarm,
                            .state = (uint8_t)state,
                            .at = changes->now,
                            .value = value_number(value),
                            .is_edge = state == ALARM_ACTIVE || now->state == ALARM_ACTIVE};
    changes_add(changes, &change);
}

static bool is_over_delay(const struct twin *twin, int alarm, int64_t until) {
    return until - twin->alarms[alarm].since >= twin->model->alarms[alarm].delay_us;
}

// One step of the alarm for the present value of its field. A stale value is no news: it raises
// nothing and ends nothing, for nobody knows.
static void step(struct changes *changes, int alarm) {
    const struct twin *twin = changes->twin;
    const struct alarm_spec *spec = &twin->model->alarms[alarm];
    double limit;
    if (spec->field == NONE) return;
    struct value value = twin_value(twin, spec->field);
    bool is_stale = twin->slots[spec->field].quality == QUALITY_STALE;
    if (is_stale || value.type != VALUE_NUMBER ||
        !twin_limit(twin, spec->limit_field, spec->limit, &limit)) {
        if (twin->alarms[alarm].state == ALARM_PENDING) move(changes, alarm, ALARM_CLEAR, 0);
        return;
    }
    double beyond = spec->is_above ? value.number - limit : limit - value.number;
    switch ((enum alarm_state)twin->alarms[alarm].state) {
    case ALARM_CLEAR:
        if (beyond > 0)
            move(changes, alarm, spec->delay_us > 0 ? ALARM_PENDING : ALARM_ACTIVE, value.number);
        break;
    case ALARM_PENDING:
        if (beyond <= 0)
            move(changes, alarm, ALARM_CLEAR, value.number);
        else if (is_over_delay(twin, alarm, changes->now))
            move(changes, alarm, ALARM_ACTIVE, value.number);
        break;
    case ALARM_ACTIVE:
        if (beyond <= -spec->deadband) move(changes, alarm, ALARM_CLEAR, value.number);
        break;
    }
}

void alarms_check(struct changes *changes, int field) {
    const struct field_watchers *watchers = &changes->twin->model->watchers[field];
    for (int i = 0; i < watchers->alarm_count; i++)
        step(changes, watchers->alarms[i]);
}

void alarms_foresee(struct changes *changes, int prediction) {
    const struct twin *twin = changes->twin;
    const struct forecast *forecast = &twin->forecasts[prediction];
    double ahead = forecast->value * twin->model->predictions[prediction].unit_us;
    for (int i = 0; i < twin->model->alarm_count; i++) {
        const struct alarm_spec *spec = &twin->model->alarms[i];
        if (spec->prediction != prediction || !*spec->predicted) continue;
        bool is_active = twin->alarms[i].state == ALARM_ACTIVE;
        double most = (double)spec->within_us * (is_active ? FURTHER : 1);
        bool is_near = forecast->is_present && ahead > 0 && ahead <= most; // at 0 it has come
        if (is_near != is_active)
            move(changes, i, is_near ? ALARM_ACTIVE : ALARM_CLEAR, forecast->value);
    }
}

void alarms_expire(struct changes *changes, int64_t until) {
    const struct twin *twin = changes->twin;
    for (int i = 0; i < twin->model->alarm_count; i++)
        if (twin->alarms[i].state == ALARM_PENDING && is_over_delay(twin, i, until))
            step(changes, i);
}

static double watched_value(const struct twin *twin, int alarm) {
    int field = twin->model->alarms[alarm].field;
    return field == NONE ? 0 : twin_value(twin, field).number;
}

void alarm_raise(struct changes *changes, int alarm) {
    if (changes->twin->alarms[alarm].state == ALARM_ACTIVE) return;
    move(changes, alarm, ALARM_ACTIVE, watched_value(changes->twin, alarm));
}

void alarm_clear(struct changes *changes, int alarm) {
    if (changes->twin->alarms[alarm].state == ALARM_CLEAR) return;
    move(changes, alarm, ALARM_CLEAR, watched_value(changes->twin, alarm));
}
