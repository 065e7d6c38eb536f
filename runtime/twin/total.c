// Totals: what a counter has counted in all, and how long a signal was on. Derived fields that no
// script writes.
//
// Both look at two neighbouring values of the field they follow, so all they need to remember is in
// the slots. The honest cost of that: what a counter counted while it began anew more than once
// between two samples is lost.

#include "twin/change.h"
#include "twin/twin.h"

#define LONGEST_GAP_US INT64_C(60000000) // of a run time: who was silent longer may have stopped

// How far a counter went from `before` to `after`. One that went down has passed its end or begun
// anew; which of them is told by the way it would have had to go: nothing counts through more than
// half of its range between two samples.
static double counted(const struct field *total, double before, double after) {
    if (after >= before) return after - before;
    double through = total->wrap - before + 1 + after; // the step from `wrap` to 0 counts as well
    if (total->wrap > 0 && before <= total->wrap && after >= 0 && through <= total->wrap / 2)
        return through;
    return after > 0 ? after : 0;
}

static bool is_running(const struct field *total, const struct slot *slot) {
    if (slot->type == VALUE_BOOLEAN) return slot->boolean;
    return slot->type == VALUE_NUMBER && slot->number > total->above;
}

// What one total grows by, in its own unit.
static double growth(const struct field *total, const struct slot *before,
                     const struct slot *after) {
    if (total->source == SOURCE_COUNTER) {
        if (before->type != VALUE_NUMBER || after->type != VALUE_NUMBER) return 0;
        return counted(total, before->number, after->number) * total->gain;
    }
    int64_t gap_us = after->at - before->at;
    if (!is_running(total, before) || gap_us < 0 || gap_us > LONGEST_GAP_US) return 0;
    return (double)gap_us / 1e6 * total->gain;
}

void totals_add(struct changes *changes, int field, const struct slot *before) {
    const struct twin *twin = changes->twin;
    const struct field_watchers *watchers = &twin->model->watchers[field];
    const struct slot after = twin->slots[field];
    for (int i = 0; i < watchers->total_count; i++) {
        int index = watchers->totals[i];
        const struct slot *now = &twin->slots[index];
        bool is_begun = now->type == VALUE_NUMBER; // else what was before is not this total's
        double sum =
            is_begun ? now->number + growth(&twin->model->fields[index], before, &after) : 0;
        if (is_begun && sum == now->number) continue;
        changes_add(changes, &(struct change){.kind = CHANGE_SET,
                                              .index = (uint16_t)index,
                                              .at = after.at,
                                              .value = value_number(sum)});
        changes_estimate(changes, index, after.at);
        alarms_check(changes, index);
    }
}
