#include "predict/track.h"

#include <math.h>
#include <string.h>

void track_follow(struct track *track, const struct track_forecast *forecast) {
    int64_t apart = (forecast->due - forecast->made) / TRACK_PENDING;
    bool is_near = track->pending_count > 0 && forecast->due - track->last_due < apart &&
                   track->last_due - forecast->due < apart;
    if (is_near || track->pending_count == TRACK_PENDING) return;
    uint32_t place = track->pending_count++;
    for (; place > 0 && track->pending[place - 1].due > forecast->due; place--)
        track->pending[place] = track->pending[place - 1];
    track->pending[place] = *forecast;
    track->last_due = forecast->due;
}

static void take_out(struct track *track, uint32_t place) {
    track->pending_count--;
    memmove(track->pending + place, track->pending + place + 1,
            sizeof *track->pending * (track->pending_count - place));
}

static void judge(struct track *track, double said, double came, bool has_held, double naive) {
    track->count++;
    track->held += has_held;
    track->error += fabs(said - came);
    track->bias += said - came;
    track->naive += naive;
}

void track_value(struct track *track, double value, int64_t at) {
    while (track->pending_count > 0 && track->pending[0].due <= at) {
        const struct track_forecast forecast = track->pending[0];
        take_out(track, 0);
        bool has_held = value >= (double)forecast.low && value <= (double)forecast.high;
        judge(track, (double)forecast.value, value, has_held, fabs(value - (double)forecast.was));
    }
}

void track_crossing(struct track *track, bool is_beyond, int64_t at, double unit_us) {
    for (uint32_t i = 0; i < track->pending_count;) {
        const struct track_forecast forecast = track->pending[i];
        double after = (double)(at - forecast.made);
        bool is_missed = !is_beyond && after > (double)forecast.high;
        if (at < forecast.made || (!is_beyond && !is_missed)) {
            i++;
            continue;
        }
        take_out(track, i);
        bool has_held =
            is_beyond && after >= (double)forecast.low && after <= (double)forecast.high;
        judge(track, (double)forecast.value / unit_us, after / unit_us, has_held, 0);
        track->missed += is_missed;
    }
}
