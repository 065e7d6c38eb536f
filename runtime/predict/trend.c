// Sums are taken around the means, in two passes, so that times far from zero lose no digits.

#include "predict/trend.h"

#include <math.h>

#define FAR 10 // times the value: the most that `high` may say

void trend_fit(struct trend *trend, const struct window_point *points, int count,
               double per_seconds) {
    *trend = (struct trend){.count = count};
    if (count == 0) return;
    for (int i = 0; i < count; i++) {
        trend->mean_time += points[i].seconds / per_seconds;
        trend->mean_value += points[i].value;
    }
    trend->mean_time /= count;
    trend->mean_value /= count;
    double together = 0, values = 0;
    for (int i = 0; i < count; i++) {
        double time = points[i].seconds / per_seconds - trend->mean_time;
        double value = points[i].value - trend->mean_value;
        trend->spread += time * time;
        together += time * value;
        values += value * value;
    }
    if (trend->spread > 0) trend->slope = together / trend->spread;
    trend->intercept = trend->mean_value - trend->slope * trend->mean_time;
    trend->last = trend->intercept + trend->slope * (points[count - 1].seconds / per_seconds);
    double left = 0;
    for (int i = 0; i < count; i++) {
        double time = points[i].seconds / per_seconds - trend->mean_time;
        double beside = points[i].value - trend->mean_value - trend->slope * time;
        left += beside * beside;
    }
    if (values > 0) trend->r2 = 1 - left / values;
    if (count > 2) trend->noise = sqrt(left / (count - 2));
}

// low and high around `value` > 0: the times at which a line within the band may have the limit's
// value.
//
// With d = time - mean_time and y = limit - mean_value these are the d where
// (y - slope d)^2 <= t^2 noise^2 (1 / n + d^2 / spread).
static void find_band(const struct trend *trend, double limit, double band,
                      struct trend_reach *reach) {
    double t = trend_student(band, trend->count - 2);
    double y = limit - trend->mean_value;
    double error = t * t * trend->noise * trend->noise;
    double a = trend->slope * trend->slope - error / trend->spread;
    double b = trend->slope * y;
    double c = y * y - error / trend->count;
    double root = b * b - a * c;
    double most = FAR * reach->value;
    if (root < 0) { // every slope fits, up and down
        reach->low = 0;
        reach->high = most;
        return;
    }
    root = sqrt(root);
    double near = (b - root) / a, far = (b + root) / a;
    if (near > far) {
        double swapped = near;
        near = far;
        far = swapped;
    }
    // a > 0: between the two. a < 0: up to the first and from the second on, without an end.
    double low = near + trend->mean_time, high = far + trend->mean_time;
    if (a <= 0) {
        low = reach->value >= high ? high : 0;
        high = most;
    }
    reach->low = fmin(fmax(low, 0), reach->value);
    reach->high = fmin(fmax(high, reach->value), most);
}

bool trend_reach(const struct trend *trend, double limit, enum trend_way way, double band,
                 struct trend_reach *reach, const char **why) {
    *reach = (struct trend_reach){0};
    *why = "fewer than three points";
    if (trend->count < 3 || trend->spread <= 0) return false;
    bool is_up = way == TREND_EITHER ? trend->slope > 0 : way == TREND_UP;
    bool is_past = is_up ? trend->intercept >= limit : trend->intercept <= limit;
    if (is_past && way != TREND_EITHER) return true; // all zero
    *why = trend->slope > 0   ? "it is rising, away from the limit"
           : trend->slope < 0 ? "it is falling, away from the limit"
                              : "it is flat";
    if (is_past || trend->slope == 0 || is_up != (trend->slope > 0)) return false;
    reach->value = (limit - trend->intercept) / trend->slope;
    *why = "so slow that no time can be told";
    if (!isfinite(reach->value * FAR)) return false;
    find_band(trend, limit, band, reach);
    return true;
}

// The regularised incomplete beta function by its continued fraction, evaluated with Lentz's method
// (Abramowitz and Stegun 26.5.8; Thompson and Barnett 1986).
static double beta_fraction(double a, double b, double x) {
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < 1e-300 ? 1e-300 : d);
    double sum = d;
    for (int m = 1; m <= 300; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + even * d;
        c = 1 + even / c;
        d = 1 / (fabs(d) < 1e-300 ? 1e-300 : d);
        c = fabs(c) < 1e-300 ? 1e-300 : c;
        sum *= d * c;
        d = 1 + odd * d;
        c = 1 + odd / c;
        d = 1 / (fabs(d) < 1e-300 ? 1e-300 : d);
        c = fabs(c) < 1e-300 ? 1e-300 : c;
        sum *= d * c;
        if (fabs(d * c - 1) < 1e-15) break;
    }
    return sum;
}

static double beta_share(double a, double b, double x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    int sign; // lgamma without _r writes a global
    double front = exp(lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign) +
                       a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

// P(|T| > t) = I(freedom / 2, 1/2; freedom / (freedom + t^2)); halving is slow but sure, and 128
// points a minute need no speed.
double trend_student(double band, double freedom) {
    double low = 0, high = 1;
    while (1 - beta_share(freedom / 2, 0.5, freedom / (freedom + high * high)) < band &&
           high < 1e10)
        high *= 2;
    for (int i = 0; i < 100 && high - low > 1e-13 * high; i++) {
        double middle = (low + high) / 2;
        if (1 - beta_share(freedom / 2, 0.5, freedom / (freedom + middle * middle)) < band)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}
