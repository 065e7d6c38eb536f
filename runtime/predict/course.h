// The course of a signal, counted in samples and not in time: what it is now without spikes,
// smoothed over few and over many samples, its mean and slope over a window, and how far it has
// come since its begin. Features of a prognosis where a sample is a cycle.
//
// The guard is a running median of GUARD samples (Hampel 1974): a value further than `limit` from
// it is taken as the median. Smoothing is exponential, weight 2 / (n + 1), and 1/i while fewer
// samples were seen; the slope is that of least squares.

#ifndef PREDICT_COURSE_H
#define PREDICT_COURSE_H

// { course = WINDOW (3..120), fast = COUNT (9), slow = COUNT (39), limit = NUMBER }:
// .median .fast .slow .mean .slope (a sample) .change (slow, less the mean of the first ten) .count
extern const struct estimator_kind course_kind;

#endif
