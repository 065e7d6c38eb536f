// A profile of what is usual at each time of a day, or of another period, and how unusual the
// newest sample is for its time.
//
// Each slot of the period follows its mean and its variance about it with weight `alpha`, or 1/n
// while it has seen fewer than 1/alpha samples. A slot begins with the variance of the whole
// series, for one sample says nothing of its spread. The score is the distance from the slot's mean
// in standard deviations, where a tenth of the variance over all slots is added to the slot's own,
// so that one that was quiet by chance does not cry out. The clock is the sample's time, UTC; one
// whose time is not later than the one before is the same reading again and is left out.

#ifndef PREDICT_SEASONAL_H
#define PREDICT_SEASONAL_H

#define SEASONAL_SLOTS_MAX 2016

// { seasonal = PERIOD, slots = COUNT (24), alpha = (0.1) }: .z of the newest sample, by what was
// known before it; .mean .std of its slot then; .count
extern const struct estimator_kind seasonal_kind;

#endif
