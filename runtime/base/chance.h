// Chance from a seed: the same numbers in the same order on every machine.

#ifndef BASE_CHANCE_H
#define BASE_CHANCE_H

#include <stdint.h>

struct chance {
    uint64_t state;
};

// `stream` tells apart those who share a seed, for example devices by their number.
void chance_init(struct chance *chance, uint64_t seed, uint64_t stream);
uint64_t chance_next(struct chance *chance);  // all 64 bits
double chance_uniform(struct chance *chance); // 0 <= x < 1
double chance_normal(struct chance *chance);  // mean 0, deviation 1

// A well mixed value of `number` alone, for those who keep no state.
uint64_t chance_mix(uint64_t number);

#endif
