#include "twin/forecast.h"

#include "base/memory.h"
#include "predict/track.h"
#include "twin/change.h"
#include "twin/change_codec.h"
#include "twin/model.h"
#include "twin/twin.h"
#include "twin/unit.h"

#include <string.h>

double forecast_unit_us(const char *unit) {
    struct unit_conversion conversion;
    if (!unit_convert(unit, strlen(unit), "s", &conversion)) return 0;
    return unit_apply(&conversion, 1) * 1e6;
}

static bool is_beyond(const struct twin *twin, const struct prediction_spec *spec, double value) {
    double limit;
    if (!twin_limit(twin, spec->limit_field, spec->limit, &limit)) return false;
    return spec->is_above ? value >= limit : value <= limit;
}

static void follow(const struct twin *twin, const struct prediction_spec *spec,
                   struct forecast *forecast) {
    struct value now = twin_value(twin, spec->field);
    double unit = spec->has_limit ? spec->unit_us : 1;
    int64_t ahead = spec->has_limit ? (int64_t)(forecast->value * unit) : spec->horizon_us;
    if (now.type != VALUE_NUMBER || unit == 0 || ahead <= 0) return;
    if (twin->model->fields[spec->field].kind == FIELD_DERIVED) return;
    if (spec->has_limit && is_beyond(twin, spec, now.number)) return;
    track_follow(&forecast->track,
                 &(struct track_forecast){.made = forecast->at,
                                          .due = forecast->at + ahead,
                                          .value = (float)(forecast->value * unit),
                                          .low = (float)(forecast->low * unit),
                                          .high = (float)(forecast->high * unit),
                                          .was = (float)now.number});
}

void forecast_apply(struct twin *twin, const struct change *change, uint64_t rev) {
    const struct prediction_spec *spec = &twin->model->predictions[change->index];
    struct forecast *forecast = &twin->forecasts[change->index];
    *forecast = (struct forecast){.is_present = change->value.type != VALUE_NONE,
                                  .value = change->value.number,
                                  .low = change->forecast.low,
                                  .high = change->forecast.high,
                                  .at = change->at,
                                  .rev = rev,
                                  .of_rev = change->forecast.of_rev,
                                  .track = forecast->track};
    if (forecast->is_present && spec->field != NONE) follow(twin, spec, forecast);
}

void forecast_observe(struct twin *twin, int field, int64_t at) {
    for (int i = 0; i < twin->model->prediction_count; i++) {
        const struct prediction_spec *spec = &twin->model->predictions[i];
        struct track *track = &twin->forecasts[i].track;
        if (spec->field != field || track->pending_count == 0) continue;
        struct value value = twin_value(twin, field);
        if (value.type != VALUE_NUMBER) continue;
        if (spec->has_limit)
            track_crossing(track, is_beyond(twin, spec, value.number), at, spec->unit_us);
        else
            track_value(track, value.number, at);
    }
}

static void track_encode(const struct track *track, struct buffer *out) {
    buffer_byte(out, (uint8_t)track->pending_count);
    for (uint32_t i = 0; i < track->pending_count; i++) {
        const struct track_forecast *forecast = &track->pending[i];
        buffer_u64(out, (uint64_t)forecast->made);
        buffer_u64(out, (uint64_t)forecast->due);
        buffer_double(out, (double)forecast->value);
        buffer_double(out, (double)forecast->low);
        buffer_double(out, (double)forecast->high);
        buffer_double(out, (double)forecast->was);
    }
    buffer_u64(out, (uint64_t)track->last_due);
    buffer_varint(out, track->count);
    if (track->count == 0) return;
    buffer_varint(out, track->held);
    buffer_varint(out, track->missed);
    buffer_double(out, track->error);
    buffer_double(out, track->bias);
    buffer_double(out, track->naive);
}

static void track_decode(struct track *track, struct reader *in) {
    track->pending_count = read_byte(in);
    if (track->pending_count > TRACK_PENDING) in->is_bad = 1, track->pending_count = 0;
    for (uint32_t i = 0; i < track->pending_count; i++) {
        struct track_forecast *forecast = &track->pending[i];
        forecast->made = (int64_t)read_u64(in);
        forecast->due = (int64_t)read_u64(in);
        forecast->value = (float)read_double(in);
        forecast->low = (float)read_double(in);
        forecast->high = (float)read_double(in);
        forecast->was = (float)read_double(in);
    }
    track->last_due = (int64_t)read_u64(in);
    track->count = (uint32_t)read_varint(in);
    if (track->count == 0) return;
    track->held = (uint32_t)read_varint(in);
    track->missed = (uint32_t)read_varint(in);
    track->error = read_double(in);
    track->bias = read_double(in);
    track->naive = read_double(in);
}

void forecast_encode(const struct twin *twin, struct buffer *out) {
    for (int i = 0; i < twin->model->prediction_count; i++) {
        const struct forecast *forecast = &twin->forecasts[i];
        buffer_varint(out, forecast->rev);
        if (forecast->rev == 0) continue;
        buffer_byte(out, forecast->is_present);
        buffer_double(out, forecast->value);
        buffer_double(out, forecast->low);
        buffer_double(out, forecast->high);
        buffer_u64(out, (uint64_t)forecast->at);
        buffer_varint(out, forecast->of_rev);
        track_encode(&forecast->track, out);
    }
}

void forecast_decode(struct twin *twin, struct reader *in) {
    for (int i = 0; i < twin->model->prediction_count; i++) {
        struct forecast *forecast = &twin->forecasts[i];
        forecast->rev = read_varint(in);
        if (forecast->rev == 0) continue;
        forecast->is_present = read_byte(in);
        forecast->value = read_double(in);
        forecast->low = read_double(in);
        forecast->high = read_double(in);
        forecast->at = (int64_t)read_u64(in);
        forecast->of_rev = read_varint(in);
        track_decode(&forecast->track, in);
    }
}
