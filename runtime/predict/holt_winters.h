// Additive triple exponential smoothing: level, trend and a season of so many samples.
//
// Source: Winters 1960, "Forecasting sales by exponentially weighted moving averages", in the error
// correction form of Hyndman and others 2008, "Forecasting with Exponential Smoothing", ETS(A,A,A).
// The first two seasons make the beginning: level and seasonal offsets are means of the first one,
// the trend is the difference of the two means. The band of a forecast h samples ahead is from the
// variance of the one-step errors and the class 1 formula of the same book, chapter 6; the samples
// are taken as evenly spaced, so a gap must be filled or the estimator begun anew.

#ifndef PREDICT_HOLT_WINTERS_H
#define PREDICT_HOLT_WINTERS_H

#define HOLT_WINTERS_SEASON_MAX 2016 // a week of five minutes

// { holt_winters = SEASON, alpha =, beta =, gamma = }: .level .trend .error :forecast(h) :low(h)
// :high(h), 90 %; nothing before two seasons have passed.
extern const struct estimator_kind holt_winters_kind;

#endif
