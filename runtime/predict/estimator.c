// Updates in the order of arrival; a late value (dt <= 0) weighs nothing in an ewma.

#include "predict/estimator.h"

#include <math.h>

void ewma_add(struct ewma *ewma, int64_t tau_us, double value, int64_t at) {
    if (ewma->count == 0) {
        *ewma = (struct ewma){.mean = value, .at = at, .count = 1};
        return;
    }
    ewma->count++;
    if (at <= ewma->at) return;
    double weight = -expm1(-(double)(at - ewma->at) / (double)tau_us);
    double step = value - ewma->mean;
    ewma->mean += weight * step;
    ewma->variance = (1 - weight) * (ewma->variance + weight * step * step);
    ewma->at = at;
}

size_t ring_size(int capacity) {
    return sizeof(struct ring) + (size_t)capacity * sizeof(struct ring_entry);
}

void ring_init(struct ring *ring, int capacity) {
    *ring = (struct ring){.capacity = (uint32_t)capacity};
}

void ring_add(struct ring *ring, double value, int64_t at) {
    ring->entries[ring->head] = (struct ring_entry){value, at};
    ring->head = (ring->head + 1) % ring->capacity;
    if (ring->count < ring->capacity) ring->count++;
}

const struct ring_entry *ring_get(const struct ring *ring, uint32_t age) {
    if (age >= ring->count) return NULL;
    return &ring->entries[(ring->head + ring->capacity - 1 - age) % ring->capacity];
}
