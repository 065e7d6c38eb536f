// The search runs over 0 to 1 in each direction, so that all are alike to it.

#include "predict/least_squares.h"

#include "base/chance.h"
#include "base/memory.h"
#include "predict/eigen.h"

#include <math.h>
#include <nlopt.h>
#include <stdlib.h>
#include <string.h>

#define EVALUATIONS 250 // of one start, a number
#define FOLLOW_EACH_OTHER ((1 + FOLLOWS_MOST) / (1 - FOLLOWS_MOST))
#define FIRST_STEP 0.1    // of the search
#define TOLERANCE 1e-6    // of the sum of squares, relative
#define SLOPE_STEP 1e-4   // in which a slope is taken
#define FOLLOWS_MOST 0.98 // a model that is not quite right is off for long, and that is no chance
#define NOT_TOLD 1e-5     // share of the slopes' size
#define WIDE 1.0          // an interval of so much of the number tells nothing
#define AT_BOUND 1e-6     // of the bounds' distance
#define SURE 1.96         // standard deviations on each side of 95 %
#define FAR 1e30          // instead of a sum where there are no residuals
#define PROGRESS_EVERY 20

struct search {
    struct fit *fit;
    double *residuals;
    bool is_stopped;
    nlopt_opt options;
    double home[FIT_NUMBERS]; // where the numbers were
    double best, best_places[FIT_NUMBERS];
};

static bool is_logarithmic(const struct fit *fit, int i) {
    return fit->low[i] > 0;
}

static double number_at(const struct fit *fit, int i, double place) {
    double low = fit->low[i], high = fit->high[i];
    double number =
        is_logarithmic(fit, i) ? low * pow(high / low, place) : low + place * (high - low);
    return fmin(fmax(number, low), high);
}

static double place_of(const struct fit *fit, int i, double number) {
    double low = fit->low[i], high = fit->high[i];
    number = fmin(fmax(number, low), high);
    if (!(high > low)) return 0;
    return is_logarithmic(fit, i) ? log(number / low) / log(high / low)
                                  : (number - low) / (high - low);
}

static bool evaluate(struct search *search, const double *places, double *residuals) {
    struct fit *fit = search->fit;
    double numbers[FIT_NUMBERS];
    for (int i = 0; i < fit->count; i++)
        numbers[i] = number_at(fit, i, places[i]);
    fit->evaluations++;
    return fit->residuals(fit->context, numbers, residuals);
}

static double sum_of_squares(struct search *search, const double *places) {
    if (!evaluate(search, places, search->residuals)) return FAR;
    double sum = 0;
    for (int i = 0; i < search->fit->residual_count; i++)
        sum += search->residuals[i] * search->residuals[i];
    return isfinite(sum) ? sum : FAR;
}

// What it counts that a number has left its place. As residuals follow each other, so many of them
// say as much as one.
static double penalty(const struct search *search, const double *places) {
    const struct fit *fit = search->fit;
    double sum = 0;
    for (int i = 0; i < fit->count; i++) {
        if (!(fit->stay[i] > 0)) continue;
        double unit =
            is_logarithmic(fit, i) ? log(fit->high[i] / fit->low[i]) : fit->high[i] - fit->low[i];
        double off = (places[i] - search->home[i]) * unit / fit->stay[i];
        sum += off * off;
    }
    return sum * FOLLOW_EACH_OTHER;
}

static double objective(unsigned count, const double *places, double *gradient, void *context) {
    struct search *search = context;
    struct fit *fit = search->fit;
    (void)gradient;
    double sum = sum_of_squares(search, places) + penalty(search, places);
    if (sum < search->best) {
        search->best = sum;
        memcpy(search->best_places, places, sizeof *places * count);
    }
    if (fit->progress && fit->evaluations % PROGRESS_EVERY == 0 &&
        !fit->progress(fit->context, fit->evaluations, sqrt(search->best / fit->residual_count))) {
        search->is_stopped = true;
        nlopt_force_stop(search->options);
    }
    return sum;
}

static void descend(struct search *search, double *places) {
    int n = search->fit->count;
    double low[FIT_NUMBERS] = {0}, high[FIT_NUMBERS], sum;
    for (int i = 0; i < n; i++)
        high[i] = search->fit->high[i] > search->fit->low[i] ? 1 : 0;
    // BOBYQA needs two directions
    nlopt_opt options = search->options =
        nlopt_create(n > 1 ? NLOPT_LN_BOBYQA : NLOPT_LN_NELDERMEAD, (unsigned)n);
    nlopt_set_min_objective(options, objective, search);
    nlopt_set_lower_bounds(options, low);
    nlopt_set_upper_bounds(options, high);
    nlopt_set_initial_step1(options, FIRST_STEP);
    nlopt_set_ftol_rel(options, TOLERANCE);
    nlopt_set_xtol_rel(options, TOLERANCE);
    nlopt_set_maxeval(options, EVALUATIONS * n);
    nlopt_optimize(options, places, &sum); // what it found best is kept by the objective
    nlopt_destroy(options);
}

// How many residuals would say as much if they did not follow each other.
static double independent_count(const double *residuals, int count) {
    double same = 0, next = 0;
    for (int i = 0; i < count; i++) {
        same += residuals[i] * residuals[i];
        if (i > 0) next += residuals[i] * residuals[i - 1];
    }
    double follows = same > 0 ? fmin(fmax(next / same, 0), FOLLOWS_MOST) : 0;
    return count * (1 - follows) / (1 + follows);
}

// What is known of one number, whose interval is `half` of the search's unit to each side.
static void judge(struct search *search, int i, double half) {
    struct fit *fit = search->fit;
    double place = search->best_places[i];
    double unit = is_logarithmic(fit, i) ? fit->numbers[i] * log(fit->high[i] / fit->low[i])
                                         : fit->high[i] - fit->low[i];
    double size =
        is_logarithmic(fit, i) ? fit->numbers[i] : fmax(fabs(fit->numbers[i]), 0.01 * unit);
    bool is_at_bound = place < AT_BOUND || place > 1 - AT_BOUND;
    bool is_unclear = fit->unclear_share < NOT_TOLD && fabs(fit->unclear[i]) > 0.3;
    fit->interval[i] = half * unit;
    fit->is_told[i] = fit->interval[i] < WIDE * size && !is_at_bound && !is_unclear;
}

static void find_intervals(struct search *search) {
    struct fit *fit = search->fit;
    int n = fit->count, m = fit->residual_count;
    double squares[FIT_NUMBERS * FIT_NUMBERS] = {0}, vectors[FIT_NUMBERS * FIT_NUMBERS];
    double *slopes = xcalloc((size_t)(n * m), sizeof *slopes);
    double *up = xcalloc((size_t)m, sizeof *up), *down = xcalloc((size_t)m, sizeof *down);
    for (int i = 0; i < n; i++) {
        double places[FIT_NUMBERS];
        memcpy(places, search->best_places, sizeof places);
        double low = fmax(places[i] - SLOPE_STEP, 0), high = fmin(places[i] + SLOPE_STEP, 1);
        places[i] = high;
        bool is_good = high > low && evaluate(search, places, up);
        places[i] = low;
        is_good = is_good && evaluate(search, places, down);
        for (int j = 0; j < m && is_good; j++)
            slopes[i * m + j] = (up[j] - down[j]) / (high - low);
    }
    double most = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) {
            for (int j = 0; j < m; j++)
                squares[i * n + k] += slopes[i * m + j] * slopes[k * m + j];
            if (i == k) most = fmax(most, squares[i * n + k]);
        }
    eigen_find(squares, vectors, n);
    evaluate(search, search->best_places, up);
    double alone = independent_count(up, m);
    // of a residual, times how often each is told again by its neighbours
    double variance = fmax(search->best / fmax(m - n, 1), fit->noise * fit->noise);
    variance *= m / fmax(alone, 1);
    int least = 0;
    for (int i = 1; i < n; i++)
        if (squares[i * n + i] < squares[least * n + least]) least = i;
    fit->unclear_share = most > 0 ? sqrt(fmax(squares[least * n + least], 0) / most) : 0;
    for (int i = 0; i < n; i++) {
        double spread = 0;
        fit->unclear[i] = vectors[i * n + least];
        for (int k = 0; k < n; k++)
            spread += vectors[i * n + k] * vectors[i * n + k] * variance /
                      fmax(squares[k * n + k], 1e-300);
        judge(search, i, SURE * sqrt(spread));
    }
    free(slopes);
    free(up);
    free(down);
}

bool fit_run(struct fit *fit) {
    struct search search = {.fit = fit, .best = FAR};
    struct chance chance = {1};
    double places[FIT_NUMBERS];
    search.residuals = xcalloc((size_t)fit->residual_count + 1, sizeof *search.residuals);
    fit->evaluations = 0;
    for (int i = 0; i < fit->count; i++)
        places[i] = search.home[i] = place_of(fit, i, fit->numbers[i]);
    double before = sum_of_squares(&search, places);
    fit->before = before < FAR ? sqrt(before / fit->residual_count) : NAN;
    for (int start = 0; start < fit->starts && !search.is_stopped; start++) {
        for (int i = 0; i < fit->count && start > 0; i++)
            places[i] = 0.1 + 0.8 * chance_uniform(&chance);
        descend(&search, places);
    }
    bool is_good = search.best < FAR;
    search.best = is_good ? sum_of_squares(&search, search.best_places) : FAR; // without penalty
    for (int i = 0; i < fit->count && is_good; i++)
        fit->numbers[i] = number_at(fit, i, search.best_places[i]);
    fit->after = is_good ? sqrt(search.best / fit->residual_count) : NAN;
    if (is_good) find_intervals(&search);
    free(search.residuals);
    return is_good;
}
