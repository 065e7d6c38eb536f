// The seventh stage of a step is the first of the next, so a step costs six evaluations.

#include "predict/integrate.h"

#include <math.h>
#include <string.h>

#define RELATIVE 1e-7
#define ABSOLUTE 1e-7
#define STEPS_MOST 20000 // of one move
#define FIRST_SHARE 1e-3 // of the guess, at least
#define SHORTEST 1e-12   // step, of the time that is left

static const double c[6] = {1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1};
static const double a[6][6] = {
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}};
static const double difference[7] = {71.0 / 57600,      0,          -71.0 / 16695, 71.0 / 1920,
                                     -17253.0 / 339200, 22.0 / 525, -1.0 / 40};
static const double dense[7] = {-12715105075.0 / 11282082432,  0,
                                87487479700.0 / 32700410799,   -10690763975.0 / 1880347072,
                                701980252875.0 / 199316789632, -1453857185.0 / 822651844,
                                69997945.0 / 29380423};

void integrator_begin(struct integrator *integrator, int count, double t, const double *x) {
    integrator->count = count;
    integrator->from = integrator->to = t;
    integrator->has_dx = false;
    memcpy(integrator->x, x, sizeof *x * (size_t)count);
}

static bool are_finite(const double *x, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += x[i] * 0;
    return sum == 0;
}

static double scale_of(double x, double y) {
    return ABSOLUTE + RELATIVE * fmax(fabs(x), fabs(y));
}

// A first step in which the states change by about a hundredth of what they are.
static double guess_step(const struct integrator *integrator) {
    double size = 0, change = 0;
    for (int i = 0; i < integrator->count; i++) {
        size = fmax(size, fabs(integrator->x[i]));
        change = fmax(change, fabs(integrator->dx[i]));
    }
    return change > 0 ? 0.01 * fmax(size, 1e-3) / change : INFINITY;
}

// What is between: the polynomial of the step from the stages k.
static void keep_between(struct integrator *integrator, double h, double k[7][INTEGRATE_STATES],
                         const double *y) {
    for (int i = 0; i < integrator->count; i++) {
        double all = y[i] - integrator->x[i], bend = h * k[0][i] - all, last = 0;
        for (int s = 0; s < 7; s++)
            last += dense[s] * k[s][i];
        integrator->between[0][i] = integrator->x[i];
        integrator->between[1][i] = all;
        integrator->between[2][i] = bend;
        integrator->between[3][i] = all - h * k[6][i] - bend;
        integrator->between[4][i] = h * last;
    }
}

static void read_between(const struct integrator *integrator, double t, double *x) {
    double h = integrator->to - integrator->from;
    double at = h > 0 ? (t - integrator->from) / h : 1, rest = 1 - at;
    const double(*p)[INTEGRATE_STATES] = integrator->between;
    for (int i = 0; i < integrator->count; i++)
        x[i] = p[0][i] + at * (p[1][i] + rest * (p[2][i] + at * (p[3][i] + rest * p[4][i])));
}

// One step of at most `most`, tried until it is good.
static enum integrate_end take_step(struct integrator *integrator, double most, integrand *f,
                                    void *context, int *tries) {
    int n = integrator->count;
    double k[7][INTEGRATE_STATES], y[INTEGRATE_STATES], h = integrator->step;
    if (!integrator->has_dx) { // at its begin, the step is of something else, or of nothing
        if (!f(context, integrator->to, integrator->x, integrator->dx)) return INTEGRATE_STOPPED;
        if (!are_finite(integrator->dx, n)) return INTEGRATE_BLOWN_UP;
        h = fmax(h, FIRST_SHARE * guess_step(integrator));
    }
    integrator->has_dx = true;
    memcpy(k[0], integrator->dx, sizeof k[0]);
    for (;;) {
        bool is_cut = h > most;
        double tried = is_cut ? most : h;
        if (++*tries > STEPS_MOST || tried < SHORTEST * fmax(1, fabs(integrator->to)) * 1e-3)
            return INTEGRATE_TOO_STIFF;
        for (int s = 0; s < 6; s++) {
            for (int i = 0; i < n; i++) {
                double sum = 0;
                for (int j = 0; j <= s; j++)
                    sum += a[s][j] * k[j][i];
                y[i] = integrator->x[i] + tried * sum;
            }
            if (!f(context, integrator->to + c[s] * tried, y, k[s + 1])) return INTEGRATE_STOPPED;
        }
        double error = 0;
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int s = 0; s < 7; s++)
                sum += difference[s] * k[s][i];
            sum *= tried / scale_of(integrator->x[i], y[i]);
            error += sum * sum / n;
        }
        error = sqrt(error);
        if (!(error <= 1)) { // also when it is no number
            h = tried * (error < 1e12 ? fmax(0.2, 0.9 * pow(error, -0.2)) : 0.1);
            continue;
        }
        if (!are_finite(y, n)) return INTEGRATE_BLOWN_UP;
        keep_between(integrator, tried, k, y);
        integrator->from = integrator->to;
        integrator->to += tried;
        memcpy(integrator->x, y, sizeof *y * (size_t)n);
        memcpy(integrator->dx, k[6], sizeof k[6]);
        if (!are_finite(integrator->dx, n)) return INTEGRATE_BLOWN_UP;
        double next = tried * (error > 1e-10 ? fmin(5, 0.9 * pow(error, -0.2)) : 5);
        integrator->step = is_cut ? fmax(integrator->step, next) : next;
        return INTEGRATE_GOOD;
    }
}

enum integrate_end integrator_move(struct integrator *integrator, double t, double step_most,
                                   integrand *f, void *context, double *x) {
    int tries = 0;
    while (integrator->to < t) {
        enum integrate_end end = take_step(integrator, step_most, f, context, &tries);
        if (end != INTEGRATE_GOOD) return end;
    }
    if (integrator->to == t)
        memcpy(x, integrator->x, sizeof *x * (size_t)integrator->count);
    else
        read_between(integrator, t, x);
    return INTEGRATE_GOOD;
}
