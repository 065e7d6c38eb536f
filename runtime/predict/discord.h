// The distance of the newest stretch of a series from the nearest one before it: the left discord
// score, large when nothing like it has been seen.
//
// Source: Yankov, Keogh and Rebbapragada 2007, "Disk aware discord discovery"; the left profile is
// that of Lu and others 2022, "Matrix Profile XXIV: DAMP". Stretches are compared as they are, so
// that a known shape at an unknown height is new too, or each about its own mean (centred). Those
// that overlap the newest do not count. Samples are taken as evenly spaced. One whose time is not
// later than the one before is the same reading again and is left out.

#ifndef PREDICT_DISCORD_H
#define PREDICT_DISCORD_H

#define DISCORD_MEMORY_MAX 8192

// { discord = LENGTH, memory = COUNT (2048), centred = 0 or 1 }: .distance .count. It costs LENGTH
// * memory steps a sample.
extern const struct estimator_kind discord_kind;

#endif
