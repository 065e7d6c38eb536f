// Twin numbers are never used twice, so the table grows with the highest one that was ever watched,
// as the world's own does.

#include "push/watch.h"

#include "base/memory.h"
#include "push/pace.h"
#include "twin/change.h"
#include "twin/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_TABLE 64

void watch_init(struct watch *watch, struct world *world) {
    *watch = (struct watch){.world = world, .slot_count = 1};
}

void watch_fini(struct watch *watch) {
    assert(watch->subscription_count == 0);
    free(watch->slots);
    free(watch->first);
}

static struct watched *entry_of(const struct watch *watch, struct watch_ref ref) {
    return &watch->slots[ref.slot]->twins[ref.place];
}

static void grow(struct watch *watch, uint32_t number) {
    uint32_t capacity = watch->capacity ? watch->capacity : FIRST_TABLE;
    while (capacity <= number)
        capacity *= 2;
    if (capacity == watch->capacity) return;
    watch->first = xrealloc(watch->first, sizeof *watch->first * capacity);
    memset(watch->first + watch->capacity, 0, sizeof *watch->first * (capacity - watch->capacity));
    watch->capacity = capacity;
}

static void link_entry(struct watch *watch, const struct subscription *subscription,
                       uint32_t place) {
    struct watched *watched = &subscription->twins[place];
    struct watch_ref self = {subscription->slot, place};
    grow(watch, watched->twin);
    watched->previous = (struct watch_ref){0};
    watched->next = watch->first[watched->twin];
    if (watched->next.slot) entry_of(watch, watched->next)->previous = self;
    watch->first[watched->twin] = self;
    world_twin(watch->world, watched->twin)->is_watched = true;
}

static void unlink_entry(struct watch *watch, const struct watched *watched) {
    if (watched->next.slot) entry_of(watch, watched->next)->previous = watched->previous;
    if (watched->previous.slot) {
        entry_of(watch, watched->previous)->next = watched->next;
        return;
    }
    watch->first[watched->twin] = watched->next;
    struct twin *twin = world_twin(watch->world, watched->twin);
    if (twin && !watched->next.slot) twin->is_watched = false;
}

// The entry has moved to another place of its subscription.
static void relink_entry(struct watch *watch, struct watch_ref self) {
    const struct watched *watched = entry_of(watch, self);
    if (watched->next.slot) entry_of(watch, watched->next)->previous = self;
    if (watched->previous.slot)
        entry_of(watch, watched->previous)->next = self;
    else
        watch->first[watched->twin] = self;
}

static void take_slot(struct watch *watch, struct subscription *subscription) {
    uint32_t slot = 1;
    while (slot < watch->slot_count && watch->slots[slot])
        slot++;
    if (slot >= watch->slot_capacity) {
        watch->slot_capacity = watch->slot_capacity ? watch->slot_capacity * 2 : FIRST_TABLE;
        watch->slots = xrealloc(watch->slots, sizeof *watch->slots * watch->slot_capacity);
        watch->slots[0] = NULL;
    }
    if (slot == watch->slot_count) watch->slot_count++;
    watch->slots[slot] = subscription;
    subscription->slot = slot;
    watch->subscription_count++;
}

static void append(struct watch *watch, struct subscription *subscription, const struct twin *twin,
                   uint64_t sent_rev) {
    uint32_t place = subscription_append(subscription, twin);
    subscription->twins[place].sent_rev = sent_rev & 0xffffffffffffu;
    link_entry(watch, subscription, place);
}

void watch_add(struct watch *watch, struct subscription *subscription) {
    const struct selection *selection = &subscription->selection;
    const struct world *world = watch->world;
    uint64_t sent_rev = subscription->is_full ? 0 : subscription->complete_rev;
    take_slot(watch, subscription);
    for (int i = 0; selection->is_exact && i < selection->id_count; i++) {
        const char *id = selection->ids[i];
        const struct twin *twin = world_find(world, id, strlen(id));
        if (twin && selection_has_twin(selection, twin))
            append(watch, subscription, twin, sent_rev);
    }
    for (uint32_t n = 0; !selection->is_exact && n < world->number_capacity; n++) {
        const struct twin *twin = world->by_number[n];
        if (twin && selection_has_twin(selection, twin))
            append(watch, subscription, twin, sent_rev);
    }
    subscription->snapshot_end = subscription->is_full ? subscription->count : 0;
}

void watch_remove(struct watch *watch, struct subscription *subscription) {
    for (uint32_t i = 0; i < subscription->count; i++)
        if (subscription->twins[i].twin) unlink_entry(watch, &subscription->twins[i]);
    watch->slots[subscription->slot] = NULL;
    watch->subscription_count--;
    while (watch->slot_count > 1 && !watch->slots[watch->slot_count - 1])
        watch->slot_count--;
}

static void on_create(struct watch *watch, const struct twin *twin) {
    for (uint32_t slot = 1; slot < watch->slot_count; slot++) {
        struct subscription *subscription = watch->slots[slot];
        if (!subscription || !selection_has_twin(&subscription->selection, twin)) continue;
        append(watch, subscription, twin, 0);
        pace_wake(subscription);
    }
}

// Another layout may have other fields; what is sent of it is found when a message is built.
static void on_layout(struct watch *watch, const struct twin *twin) {
    for (struct watch_ref ref = watch->first[twin->number]; ref.slot;
         ref = entry_of(watch, ref)->next) {
        struct subscription *subscription = watch->slots[ref.slot];
        field_set_map(&subscription->fields, &subscription->selection, twin->model);
    }
}

static void on_retire(struct watch *watch, const struct twin *twin) {
    while (watch->first[twin->number].slot) {
        struct watch_ref ref = watch->first[twin->number];
        struct subscription *subscription = watch->slots[ref.slot];
        unlink_entry(watch, entry_of(watch, ref));
        if (ref.place < subscription->told_twins)
            subscription_lose(subscription, ref.place);
        else if (subscription_take_out(subscription, ref.place) != ref.place)
            relink_entry(watch, ref);
    }
}

void watch_on_change(struct watch *watch, const struct twin *twin, const struct change *changes,
                     int count) {
    if (count > 0 && changes[0].kind == CHANGE_CREATE) on_create(watch, twin);
    if (!twin->is_watched) return;
    if (count > 0 && changes[0].kind == CHANGE_RETIRE) {
        on_retire(watch, twin);
        return;
    }
    if (count > 0 && changes[0].kind == CHANGE_LAYOUT) on_layout(watch, twin);
    for (struct watch_ref ref = watch->first[twin->number]; ref.slot;
         ref = entry_of(watch, ref)->next)
        subscription_mark(watch->slots[ref.slot], ref.place);
}
