// Running median and median absolute deviation of the last values: a guard that no spike shorter
// than half of the window moves, and the robust z of a value beside it.
//
// Source: Hampel 1974, "The influence curve and its role in robust estimation"; z is (x - median) /
// (1.4826 MAD), which is the usual one for a normal distribution (Iglewicz and Hoaglin 1993).

#ifndef PREDICT_MEDIAN_H
#define PREDICT_MEDIAN_H

#define MEDIAN_MAX 255 // values of a window, 16 bytes each

// { median = COUNT }: .median .mad .count :z(x). A window without any spread has no z.
extern const struct estimator_kind median_kind;

#endif
