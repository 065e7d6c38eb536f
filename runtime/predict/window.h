// A window: the recent past of one field, in bounded memory, for predictions and charts.
//
// It holds at most WINDOW_POINTS points of 8 bytes. While it is not full it holds every sample;
// then neighbours are merged in pairs (mean time, mean value) and new samples are gathered for
// twice as long before they become a point, so an hour at 1 Hz and two days at 1 Hz both fit, at
// the resolution that the span allows. Points older than the span fall off. Deterministic: the same
// samples in the same order give the same bytes.

#ifndef PREDICT_WINDOW_H
#define PREDICT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;
struct reader;
struct window;

#define WINDOW_POINTS 128

struct window_point {
    double seconds; // since `origin` given to window_read
    double value;
};

struct window *window_new(void);
void window_free(struct window *window);
struct window *window_copy(const struct window *window);
void window_add(struct window *window, int64_t span_us, double value, int64_t at);
uint64_t window_count(const struct window *window); // samples ever added
int window_points(const struct window *window);
// Up to WINDOW_POINTS points, oldest first, times relative to `origin` (microseconds). Returns how
// many.
int window_read(const struct window *window, int64_t origin, struct window_point *points);
size_t window_bytes(const struct window *window); // heap it holds
void window_encode(const struct window *window, struct buffer *out);
struct window *window_decode(struct reader *in); // NULL when malformed

#endif
