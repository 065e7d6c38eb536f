// SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"): eight
// bytes of state a device, and good enough for noise on a sensor.

#include "base/chance.h"

#include <math.h>

#define GOLDEN 0x9e3779b97f4a7c15u

void chance_init(struct chance *chance, uint64_t seed, uint64_t stream) {
    chance->state = chance_mix(seed + GOLDEN) ^ chance_mix(stream * GOLDEN + 1);
}

uint64_t chance_next(struct chance *chance) {
    chance->state += GOLDEN;
    return chance_mix(chance->state);
}

double chance_uniform(struct chance *chance) {
    return (double)(chance_next(chance) >> 11) * 0x1p-53;
}

double chance_normal(struct chance *chance) {
    // Box and Muller 1958. One of the pair is thrown away, so that a device's state stays one
    // number.
    double radius = sqrt(-2 * log(1 - chance_uniform(chance)));
    return radius * cos(2 * M_PI * chance_uniform(chance));
}

uint64_t chance_mix(uint64_t number) {
    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9u;
    number = (number ^ number >> 27) * 0x94d049bb133111ebu;
    return number ^ number >> 31;
}
