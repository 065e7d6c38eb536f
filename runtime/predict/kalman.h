// A health index that wears: its level and slope by a Kalman filter, and when it reaches a limit.
//
// The local linear trend model (Harvey 1989, "Forecasting, Structural Time Series Models and the
// Kalman Filter", 2.3.2), a step a sample: level += slope + step, slope += change, value = level +
// noise. `slope` and `spread` say what slopes the fleet has, before one's own samples do. A sample
// beyond four deviations counts as four; one whose time is not later than the one before is the
// same reading again and is left out. The band of a reach is of first order in level and slope (the
// delta method) with the steps until then, 90 %.

#ifndef PREDICT_KALMAN_H
#define PREDICT_KALMAN_H

// { kalman = NOISE, step =, change = (0), slope = (0), spread = }: NOISE, step and change are
// standard deviations. .level .slope .deviation (of the level) .count; samples from now on:
// :reach(limit) :reach_low(limit) :reach_high(limit), nothing where the slope leads away;
// :forecast(samples)
extern const struct estimator_kind kalman_kind;

#endif
