// The last `capacity` values with their times, oldest overwritten.

#ifndef PREDICT_RING_H
#define PREDICT_RING_H

#include <stddef.h>
#include <stdint.h>

#define RING_MAX 1024 // entries of 16 bytes, in every twin of the model

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

// { ring = COUNT }: #, [i] from the oldest, .count, :mean() :min() :max()
extern const struct estimator_kind ring_kind;

#endif
