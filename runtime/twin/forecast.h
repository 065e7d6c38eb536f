// Forecasts of a twin as changes bring them, and their track record, which follows from those
// changes and the samples alone, so that recovery and replay come to the same.

#ifndef TWIN_FORECAST_H
#define TWIN_FORECAST_H

#include <stdint.h>

struct buffer;
struct change;
struct model;
struct reader;
struct twin;

void forecast_apply(struct twin *twin, const struct change *change, uint64_t rev);
// A sample of `field` that is neither late nor bad has been applied. Forecasts of derived values
// keep no record: what a behaviour sets may be taken back.
void forecast_observe(struct twin *twin, int field, int64_t at);
void forecast_encode(const struct twin *twin, struct buffer *out);
void forecast_decode(struct twin *twin, struct reader *in);
// Microseconds of a prediction's unit, 0 when it is none of time.
double forecast_unit_us(const char *unit);

#endif
