// The dirty twins are a list through their entries: first in, first out, so that a slow client's
// messages name every twin in turn.

#include "push/subscription.h"

#include "base/memory.h"
#include "push/pace.h"
#include "twin/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 16

static bool wants_all_models(const struct selection *selection) {
    bool wants = selection->id_count == 0;
    for (int i = 0; i < selection->id_count && !wants; i++)
        wants = strcmp(selection->ids[i], "*") == 0;
    return wants;
}

// Models whose twins may come later, so that the answer names their fields already.
static void map_models(struct subscription *subscription, const struct world *world) {
    const struct selection *selection = &subscription->selection;
    for (int i = 0; i < world->current_count; i++) {
        const struct model *model = world->current[i];
        if (selection->model ? strcmp(selection->model, model->name) == 0
                             : wants_all_models(selection))
            field_set_map(&subscription->fields, selection, model);
    }
}

struct subscription *subscription_new(uint32_t sid, struct selection *selection, uint64_t since,
                                      const struct world *world) {
    struct subscription *subscription = xcalloc(1, sizeof *subscription);
    subscription->sid = sid;
    subscription->selection = *selection;
    *selection = (struct selection){0};
    subscription->dirty_first = subscription->dirty_last = DIRTY_LAST;
    subscription->is_full = since == 0;
    subscription->owes_rev = since != 0;
    subscription->complete_rev = since ? since : world->rev;
    map_models(subscription, world);
    return subscription;
}

void subscription_free(struct subscription *subscription) {
    if (!subscription) return;
    field_set_fini(&subscription->fields);
    selection_fini(&subscription->selection);
    free(subscription->twins);
    free(subscription->gone);
    free(subscription);
}

uint32_t subscription_append(struct subscription *subscription, const struct twin *twin) {
    if (subscription->count == subscription->capacity) {
        subscription->capacity =
            subscription->capacity ? subscription->capacity * 2 : FIRST_CAPACITY;
        subscription->twins =
            xrealloc(subscription->twins, sizeof *subscription->twins * subscription->capacity);
    }
    int map = field_set_map(&subscription->fields, &subscription->selection, twin->model);
    subscription->twins[subscription->count] =
        (struct watched){.twin = twin->number, .next_dirty = DIRTY_NOT, .map = (uint16_t)map};
    return subscription->count++;
}

uint32_t subscription_take_out(struct subscription *subscription, uint32_t place) {
    assert(place >= subscription->told_twins);
    uint32_t last = --subscription->count;
    subscription->twins[place] = subscription->twins[last];
    if (subscription->snapshot_end > subscription->count)
        subscription->snapshot_end = subscription->count;
    return last;
}

void subscription_lose(struct subscription *subscription, uint32_t place) {
    assert(place < subscription->told_twins);
    if (subscription->gone_count == subscription->gone_capacity) {
        subscription->gone_capacity =
            subscription->gone_capacity ? subscription->gone_capacity * 2 : FIRST_CAPACITY;
        subscription->gone =
            xrealloc(subscription->gone, sizeof *subscription->gone * subscription->gone_capacity);
    }
    subscription->gone[subscription->gone_count++] = place;
    subscription->twins[place].twin = 0;
    pace_wake(subscription);
}

void subscription_mark(struct subscription *subscription, uint32_t place) {
    struct watched *watched = &subscription->twins[place];
    if (watched->next_dirty != DIRTY_NOT || place >= subscription->told_twins) return;
    watched->next_dirty = DIRTY_LAST;
    if (subscription->dirty_count++ == 0)
        subscription->dirty_first = place;
    else
        subscription->twins[subscription->dirty_last].next_dirty = place;
    subscription->dirty_last = place;
    pace_wake(subscription);
}

uint32_t subscription_first_dirty(const struct subscription *subscription) {
    assert(subscription->dirty_count > 0);
    return subscription->dirty_first;
}

void subscription_drop_first_dirty(struct subscription *subscription) {
    struct watched *first = &subscription->twins[subscription->dirty_first];
    subscription->dirty_first = first->next_dirty;
    first->next_dirty = DIRTY_NOT;
    subscription->dirty_count--;
}

bool subscription_has_work(const struct subscription *subscription) {
    return subscription->dirty_count > 0 || subscription->gone_count > 0 || subscription->is_full ||
           subscription->owes_rev || subscription->told_twins < subscription->count ||
           subscription->told_fields < subscription->fields.count;
}
