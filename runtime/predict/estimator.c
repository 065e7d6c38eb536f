// The table of kinds. An estimator of several inputs has, before its kind's memory, the numbers of
// the update that is under way: a change carries one number, and the last of them makes the update.

#include "predict/estimator.h"

#include "predict/course.h"
#include "predict/cusum.h"
#include "predict/discord.h"
#include "predict/ewma.h"
#include "predict/hold.h"
#include "predict/holt_winters.h"
#include "predict/kalman.h"
#include "predict/median.h"
#include "predict/mewma.h"
#include "predict/quantiles.h"
#include "predict/ring.h"
#include "predict/rls.h"
#include "predict/seasonal.h"

#include <math.h>
#include <string.h>

static const struct estimator_kind *const kinds[] = {
    // by name
    &course_kind,       &cusum_kind,  &discord_kind, &ewma_kind,     &hold_kind,
    &holt_winters_kind, &kalman_kind, &median_kind,  &mewma_kind,    &page_hinkley_kind,
    &quantiles_kind,    &ring_kind,   &rls_kind,     &seasonal_kind,
};

struct waiting { // in front of the memory when there are several inputs
    uint64_t count;
    double inputs[];
};

const struct estimator_kind *estimator_kind_at(int index) {
    return index < (int)(sizeof kinds / sizeof kinds[0]) ? kinds[index] : NULL;
}

const struct estimator_kind *estimator_kind_find(const char *name) {
    const struct estimator_kind *kind;
    for (int i = 0; (kind = estimator_kind_at(i)); i++)
        if (strcmp(kind->name, name) == 0) return kind;
    return NULL;
}

static size_t waiting_size(const struct estimator *estimator) {
    if (estimator->inputs == 1) return 0;
    return sizeof(struct waiting) + sizeof(double) * (size_t)estimator->inputs;
}

size_t estimator_size(const struct estimator *estimator) {
    return waiting_size(estimator) + ((estimator->kind->size(estimator) + 7) & ~(size_t)7);
}

void estimator_begin(const struct estimator *estimator, void *memory) {
    memset(memory, 0, estimator_size(estimator));
    if (estimator->kind->begin)
        estimator->kind->begin(estimator, (char *)memory + waiting_size(estimator));
}

void estimator_add(const struct estimator *estimator, void *memory, double input, int64_t at) {
    if (estimator->inputs == 1) {
        estimator->kind->add(estimator, memory, &input, at);
        return;
    }
    struct waiting *waiting = memory;
    waiting->inputs[waiting->count++] = input;
    if (waiting->count < (uint64_t)estimator->inputs) return;
    waiting->count = 0;
    estimator->kind->add(estimator, (char *)memory + waiting_size(estimator), waiting->inputs, at);
}

double estimator_read(const struct estimator *estimator, const void *memory, int value,
                      const double *arguments) {
    double number = estimator->kind->read(estimator, (const char *)memory + waiting_size(estimator),
                                          value, arguments);
    return isfinite(number) ? number : NAN;
}

bool estimator_carry(const struct estimator *estimator, void *memory, const struct estimator *old,
                     const void *old_memory) {
    if (estimator->kind != old->kind || estimator->inputs != old->inputs) return false;
    size_t ahead = waiting_size(estimator);
    if (estimator->kind->is_lasting ||
        memcmp(estimator->settings, old->settings, sizeof old->settings) == 0) {
        memcpy(memory, old_memory, estimator_size(estimator));
    } else if (estimator->kind->carry) {
        estimator->kind->carry(estimator, (char *)memory + ahead, old,
                               (const char *)old_memory + ahead);
    } else {
        return false;
    }
    return true;
}
