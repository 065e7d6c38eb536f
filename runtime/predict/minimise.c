// The search runs over 0 to 1 in each direction. The best is kept by hand, as COBYLA may end beside
// it.

#include "predict/minimise.h"

#include <math.h>
#include <nlopt.h>
#include <string.h>

#define POINTS 8        // that fill the box, besides where it begins
#define KEPT 1e-6       // broken by less is kept
#define FIRST_STEP 0.15 // of the search
#define LAST_STEP 1e-3  // below it, it ends
#define FAR 1e12        // of what is no number

struct search {
    struct minimise *minimise;
    nlopt_opt options;
    bool is_ended, has_best;
    double places[MINIMISE_NUMBERS]; // that were looked at last, with what was found
    double cost, broken[MINIMISE_CONSTRAINTS];
    bool is_known;
    double scale; // of the cost, so that it is as large as what is broken
};

struct constraint {
    struct search *search;
    int index;
};

static double worst_of(const struct minimise *minimise, const double *broken) {
    double worst = 0;
    for (int i = 0; i < minimise->constraint_count; i++)
        worst = fmax(worst, broken[i] > KEPT ? broken[i] : 0);
    return worst;
}

static void keep_best(struct search *search, const double *x) {
    struct minimise *minimise = search->minimise;
    double worst = worst_of(minimise, search->broken);
    double before = worst_of(minimise, minimise->broken);
    bool is_better = worst < before || (worst == before && search->cost < minimise->cost);
    if (search->has_best && !is_better) return;
    search->has_best = true;
    minimise->cost = search->cost;
    memcpy(minimise->x, x, sizeof minimise->x);
    memcpy(minimise->broken, search->broken, sizeof minimise->broken);
}

// NLopt asks for the cost and for each constraint of one point: it is looked at once.
static void look(struct search *search, const double *places) {
    struct minimise *minimise = search->minimise;
    size_t size = sizeof *places * (size_t)minimise->count;
    double x[MINIMISE_NUMBERS] = {0};
    if (search->is_ended) return;
    if (search->is_known && memcmp(places, search->places, size) == 0) return;
    memcpy(search->places, places, size);
    for (int i = 0; i < minimise->count; i++) {
        double place = fmin(fmax(places[i], 0), 1);
        x[i] = minimise->low[i] + place * (minimise->high[i] - minimise->low[i]);
    }
    minimise->evaluations++;
    search->is_known = true;
    if (!minimise->evaluate(minimise->context, x, &search->cost, search->broken)) {
        search->is_ended = true;
        if (search->options) nlopt_force_stop(search->options);
        return;
    }
    if (!isfinite(search->cost)) search->cost = FAR;
    for (int i = 0; i < minimise->constraint_count; i++)
        if (!isfinite(search->broken[i])) search->broken[i] = FAR;
    keep_best(search, x);
}

static double cost(unsigned count, const double *places, double *slopes, void *context) {
    struct search *search = context;
    (void)count;
    (void)slopes;
    look(search, places);
    return search->cost / search->scale;
}

static double broken(unsigned count, const double *places, double *slopes, void *context) {
    const struct constraint *constraint = context;
    (void)count;
    (void)slopes;
    look(constraint->search, places);
    return constraint->search->broken[constraint->index];
}

static double halton(int index, int base) {
    double place = 0, share = 1;
    for (; index > 0; index /= base) {
        share /= base;
        place += share * (index % base);
    }
    return place;
}

static void place_of(const struct minimise *minimise, const double *x, double *places) {
    for (int i = 0; i < minimise->count; i++) {
        double width = minimise->high[i] - minimise->low[i];
        places[i] = width > 0 ? fmin(fmax((x[i] - minimise->low[i]) / width, 0), 1) : 0;
    }
}

bool minimise(struct minimise *minimise) {
    static const int primes[MINIMISE_NUMBERS] = {2, 3, 5, 7, 11, 13, 17, 19};
    struct search search = {.minimise = minimise};
    struct constraint constraints[MINIMISE_CONSTRAINTS];
    double places[MINIMISE_NUMBERS], least;
    minimise->evaluations = 0;
    place_of(minimise, minimise->x, places);
    look(&search, places);
    search.scale = fabs(search.cost) > 1e-9 ? fabs(search.cost) : 1;
    for (int i = 1; i <= POINTS; i++) {
        for (int j = 0; j < minimise->count; j++)
            places[j] = halton(i, primes[j]);
        look(&search, places);
    }
    place_of(minimise, minimise->x, places);
    search.options = nlopt_create(NLOPT_LN_COBYLA, (unsigned)minimise->count);
    nlopt_set_min_objective(search.options, cost, &search);
    nlopt_set_lower_bounds1(search.options, 0);
    nlopt_set_upper_bounds1(search.options, 1);
    nlopt_set_initial_step1(search.options, FIRST_STEP);
    nlopt_set_xtol_abs1(search.options, LAST_STEP);
    nlopt_set_maxeval(search.options, minimise->evaluations_most - minimise->evaluations);
    for (int i = 0; i < minimise->constraint_count; i++) {
        constraints[i] = (struct constraint){&search, i};
        nlopt_add_inequality_constraint(search.options, broken, &constraints[i], KEPT);
    }
    if (!search.is_ended) nlopt_optimize(search.options, places, &least);
    nlopt_destroy(search.options);
    return !search.is_ended;
}
