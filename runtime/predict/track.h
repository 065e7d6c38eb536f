// The track record of a forecast: when its time comes it is compared with what came.
//
// A forecast of a value is due at its horizon and judged by the first sample from then on. One of a
// crossing is judged when the crossing comes, or when its high end has passed without one, which is
// a miss by at least the time since. Beside the errors stands how often the band held, and what
// "it stays as it was" would have missed by: a forecast has to beat that (the naive forecast of
// Hyndman and Koehler 2006). Of the many that are made, TRACK_PENDING spread over the time ahead
// are followed, so that a record costs a fixed memory.

#ifndef PREDICT_TRACK_H
#define PREDICT_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#define TRACK_PENDING 8

struct track {
    uint32_t pending_count;
    uint32_t count;            // forecasts judged
    uint32_t held;             // in whose band the truth was
    uint32_t missed;           // crossings that did not come while the band said so
    double error, bias, naive; // sums: of distances, of said - came, of the naive one's distances
    int64_t last_due;          // of the newest that is followed
    struct track_forecast {
        int64_t made, due;
        float value, low, high; // of a crossing: microseconds from `made`
        float was;              // the value when it was made
    } pending[TRACK_PENDING];   // by `due`
};

// Follows a forecast when none is followed whose due time is near. For a crossing `value`, `low`
// and `high` are microseconds from `made`, and due is made + value.
void track_follow(struct track *track, const struct track_forecast *forecast);
// A sample of what a horizon's forecasts are of.
void track_value(struct track *track, double value, int64_t at);
// A sample of what crossings are of: whether it is beyond the limit. Errors are in `unit_us`.
void track_crossing(struct track *track, bool is_beyond, int64_t at, double unit_us);

#endif
