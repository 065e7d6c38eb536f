// Counters and gauges, named once where they are counted, exported as Prometheus text.
//
// A counter is a plain uint64_t that its owner increments; each has one writing thread, readers may
// see it late but never torn (aligned 64-bit).

#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct metrics;

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);

// The counter `name`{`labels`} (labels like `code="4.04"`, or NULL), created at its first asking.
// The pointer lives as long as `metrics`; `name`, `labels` and `help` are copied. Ends with _total.
uint64_t *metrics_counter(struct metrics *metrics, const char *name, const char *labels,
                          const char *help);

// For a counter whose owner is not the loop's thread: what is exported meanwhile is whole.
static inline void counter_add(uint64_t *counter, uint64_t by) {
    __atomic_store_n(counter, *counter + by, __ATOMIC_RELAXED);
}

// A gauge that is read when it is exported.
void metrics_gauge(struct metrics *metrics, const char *name, const char *help,
                   double (*read)(void *context), void *context);

// A histogram of seconds, buckets by powers of two from 16 us to 16 s.
struct histogram;
struct histogram *metrics_histogram(struct metrics *metrics, const char *name, const char *help);
void histogram_add(struct histogram *histogram, int64_t us);

// Appends everything in Prometheus text format 0.0.4.
void metrics_write(const struct metrics *metrics, struct buffer *out);

#endif
