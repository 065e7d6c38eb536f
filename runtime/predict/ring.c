#include "predict/ring.h"

#include "predict/estimator.h"

#include <math.h>

enum { COUNT, ITEM, MEAN, MIN, MAX };

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

static size_t size(const struct estimator *estimator) {
    return ring_size((int)estimator->settings[0]);
}

static void begin(const struct estimator *estimator, void *memory) {
    ring_init(memory, (int)estimator->settings[0]);
}

static void add(const struct estimator *estimator, void *memory, const double *inputs, int64_t at) {
    (void)estimator;
    ring_add(memory, inputs[0], at);
}

static double item(const struct ring *ring, double place) { // 1 is the oldest
    if (!(place >= 1 && place <= ring->count)) return NAN;
    return ring_get(ring, ring->count - (uint32_t)place)->value;
}

static double read(const struct estimator *estimator, const void *memory, int value,
                   const double *arguments) {
    (void)estimator;
    const struct ring *ring = memory;
    if (value == COUNT) return ring->count;
    if (value == ITEM) return item(ring, arguments[0]);
    double sum = 0, least = INFINITY, most = -INFINITY;
    if (ring->count == 0) return NAN;
    for (uint32_t age = ring->count; age-- > 0;) {
        double entry = ring_get(ring, age)->value;
        sum += entry;
        least = fmin(least, entry);
        most = fmax(most, entry);
    }
    return value == MEAN ? sum / ring->count : value == MIN ? least : most;
}

static void carry(const struct estimator *estimator, void *memory, const struct estimator *old,
                  const void *old_memory) {
    (void)estimator, (void)old;
    for (uint32_t age = ((const struct ring *)old_memory)->count; age > 0; age--) {
        const struct ring_entry *entry = ring_get(old_memory, age - 1);
        ring_add(memory, entry->value, entry->at);
    }
}

const struct estimator_kind ring_kind = {
    .name = "ring",
    .phrase = "a ring",
    .inputs_most = 1,
    .is_list = true,
    .settings = (const struct estimator_setting[]){{"ring", SETTING_WHOLE, 1, RING_MAX, NAN}},
    .setting_count = 1,
    .values = (const struct estimator_value[]){{"count", ESTIMATOR_PLAIN, true},
                                               {"item", 1, false},
                                               {"mean", 0, false},
                                               {"min", 0, false},
                                               {"max", 0, false}},
    .value_count = 5,
    .size = size,
    .begin = begin,
    .add = add,
    .read = read,
    .carry = carry,
};
