// A straight line through a field's recent past, and when it reaches a limit.
//
// Ordinary least squares. The band of a crossing is Fieller's (1954) interval of the time at which
// the line has the limit's value: Draper and Smith, Applied Regression Analysis, 3rd edition, 3.2
// "Inverse regression", for a true mean value. It assumes that what is left beside the line is
// independent noise of one size; a bend in the data makes it too narrow.

#ifndef PREDICT_TREND_H
#define PREDICT_TREND_H

#include "predict/window.h"

#include <stdbool.h>

struct trend { // time in units of `per_seconds`, zero is the origin of the points, "now"
    int count;
    double slope;     // per unit of time; 0 when there are fewer than two different times
    double intercept; // of the line at time zero
    double last;      // of the line at the newest point
    double r2;        // share of the variance that the line explains; 0 when nothing varies
    double mean_time, mean_value;
    double spread; // sum of squared distances of the times from their mean
    double noise;  // standard deviation beside the line; 0 for fewer than three points
};

// Points oldest first.
void trend_fit(struct trend *trend, const struct window_point *points, int count,
               double per_seconds);

enum trend_way { TREND_EITHER, TREND_UP, TREND_DOWN }; // how the limit is reached: rising, falling

struct trend_reach {
    double value;     // time from zero on
    double low, high; // with probability `band`; 0 <= low <= value <= high
};

// When the line reaches `limit`. False with the reason in `why` when it never does, or fewer than
// three points say it. What is past already is 0. A slope that may as well be flat gives no upper
// end: `high` is at most ten times `value`, which stands for "later, if ever".
bool trend_reach(const struct trend *trend, double limit, enum trend_way way, double band,
                 struct trend_reach *reach, const char **why);

// The t with P(|T| <= t) = `band` for Student's distribution with `freedom` degrees.
double trend_student(double band, double freedom);

#endif
