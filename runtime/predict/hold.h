// The last value, held, and how far the true one may have gone since.
//
// The steps between samples are taken for a random walk: the variance of a step of dt seconds is
// rate * dt, and `rate` is followed as the exponentially weighted mean of step^2 / dt over
// `memory`. At an age the true value lies within low and high with 95 % if that model holds (Harvey
// 1989, "Forecasting, Structural Time Series Models", local level without noise). A value that has
// never moved, or came once, has no band: certainty is not made of silence.

#ifndef PREDICT_HOLD_H
#define PREDICT_HOLD_H

// { hold = DURATION }: .value .rate :low(age) :high(age), ages in seconds since the last sample
extern const struct estimator_kind hold_kind;

#endif
