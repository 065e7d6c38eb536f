// Streaming estimators that a model declares in `state` and that persist with the twin.
//
// Plain structs without pointers: their bytes are their checkpoint. An update is deterministic, so
// the log keeps the operation and its operand, not the bytes.

#ifndef PREDICT_ESTIMATOR_H
#define PREDICT_ESTIMATOR_H

#include <stddef.h>
#include <stdint.h>

// Exponentially weighted mean and variance for samples at irregular times: weight 1 - exp(-dt/tau)
// (Eckner 2012, "Algorithms for unevenly spaced time series", EMA with last-point interpolation;
// variance by West 1979's incremental form).
struct ewma {
    double mean;
    double variance;
    int64_t at;     // microseconds of the last update
    uint64_t count; // updates so far; 0: mean and variance mean nothing
};
void ewma_add(struct ewma *ewma, int64_t tau_us, double value, int64_t at);

// The last `capacity` values with their times, oldest overwritten.
struct ring {
    uint32_t capacity;
    uint32_t count; // values held
    uint32_t head;  // where the next one goes
    uint32_t unused;
    struct ring_entry {
        double value;
        int64_t at;
    } entries[];
};
size_t ring_size(int capacity); // bytes
void ring_init(struct ring *ring, int capacity);
void ring_add(struct ring *ring, double value, int64_t at);
const struct ring_entry *ring_get(const struct ring *ring, uint32_t age); // 0 = newest, NULL beyond

#endif
