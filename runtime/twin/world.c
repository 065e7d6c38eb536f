// Twins by id in an open-addressed table with their hashes, by number in an array; timers in a
// binary heap.

#include "twin/world.h"

#include "base/hash.h"
#include "base/memory.h"
#include "twin/layout.h"
#include "twin/snapshot.h"
#include "twin/twin_codec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_TABLE 64

static void table_insert(struct world *world, struct twin *twin);
static void table_grow(struct world *world);
static void link_remove_at(struct twin *twin, uint32_t place);

struct world *world_new(void) {
    struct world *world = xcalloc(1, sizeof *world);
    world->table_size = FIRST_TABLE;
    world->table = xcalloc(FIRST_TABLE, sizeof *world->table);
    world->next_number = 1;
    return world;
}

void world_free(struct world *world) {
    if (!world) return;
    snapshots_free(world);
    for (uint32_t i = 0; i < world->number_capacity; i++)
        twin_free(world->by_number[i]);
    while (world->models) {
        struct model *model = world->models;
        world->models = model->next;
        model_free(model);
    }
    free(world->by_number);
    free(world->table);
    world_clear_canary(world);
    free(world->current);
    free(world->heap);
    free(world);
}

static uint32_t id_hash(const char *id, size_t length) {
    return (uint32_t)hash64(1, id, length);
}

struct twin *world_find(const struct world *world, const char *id, size_t length) {
    uint32_t hash = id_hash(id, length), mask = world->table_size - 1;
    for (uint32_t at = hash;; at++) {
        const struct world_entry *entry = &world->table[at & mask];
        if (!entry->twin) return NULL;
        if (entry->hash == hash && strncmp(entry->twin->id, id, length) == 0 &&
            entry->twin->id[length] == 0)
            return entry->twin;
    }
}

void world_prefetch(const struct world *world, const char *const *ids, const size_t *lengths,
                    int count) {
    uint32_t hashes[WORLD_PREFETCH_MAX];
    struct twin *twins[WORLD_PREFETCH_MAX];
    uint32_t mask = world->table_size - 1;
    for (int i = 0; i < count; i++) {
        hashes[i] = id_hash(ids[i], lengths[i]);
        __builtin_prefetch(&world->table[hashes[i] & mask]);
    }
    for (int i = 0; i < count; i++) {
        const struct world_entry *entry = &world->table[hashes[i] & mask];
        twins[i] =
            entry->hash == hashes[i] ? entry->twin : NULL; // else it is further on: let it be
        if (!twins[i]) continue;
        for (size_t line = 0; line < sizeof **twins; line += 64)
            __builtin_prefetch((const char *)twins[i] + line, 1);
    }
    for (int i = 0; i < count; i++) {
        if (!twins[i]) continue;
        for (size_t line = 0; line < 256; line += 64) // the first ten slots
            __builtin_prefetch((const char *)twins[i]->slots + line, 1);
    }
}

struct twin *world_twin(const struct world *world, uint32_t number) {
    struct twin *twin = number < world->number_capacity ? world->by_number[number] : NULL;
    return twin || !world->fetch ? twin : world->fetch(world->fetch_context, number);
}

void world_add(struct world *world, struct twin *twin) {
    if (twin->number >= world->number_capacity) {
        uint32_t capacity = world->number_capacity ? world->number_capacity * 2 : FIRST_TABLE;
        while (capacity <= twin->number)
            capacity *= 2;
        world->by_number = xrealloc(world->by_number, capacity * sizeof *world->by_number);
        memset(world->by_number + world->number_capacity, 0,
               (capacity - world->number_capacity) * sizeof *world->by_number);
        world->number_capacity = capacity;
    }
    assert(!world->by_number[twin->number]);
    world->by_number[twin->number] = twin;
    if (twin->number >= world->next_number) world->next_number = twin->number + 1;
    if (world->twin_count * 2 >= world->table_size) table_grow(world);
    table_insert(world, twin);
    world->twin_count++;
}

// Backward-shift deletion, so that no gravestones slow the searches down.
static void table_delete(struct world *world, const struct twin *twin) {
    uint32_t mask = world->table_size - 1;
    uint32_t hole = id_hash(twin->id, strlen(twin->id)) & mask;
    while (world->table[hole].twin != twin)
        hole = (hole + 1) & mask;
    for (uint32_t at = (hole + 1) & mask; world->table[at].twin; at = (at + 1) & mask) {
        uint32_t home = world->table[at].hash & mask;
        if (((at - home) & mask) < ((at - hole) & mask)) continue; // would move before its home
        world->table[hole] = world->table[at];
        hole = at;
    }
    world->table[hole] = (struct world_entry){0};
}

static bool list_remove(struct twin **place, const struct twin *twin) {
    while (*place && *place != twin)
        place = &(*place)->next_dirty;
    if (!*place) return false;
    *place = twin->next_dirty;
    return true;
}

void world_remove(struct world *world, struct twin *twin) {
    for (uint32_t i = 0; i < twin->link_count; i++) {
        struct twin *other = world_twin(world, twin->links[i].other);
        if (!other || other == twin) continue;
        snapshot_keep(world, other);
        for (uint32_t j = other->link_count; j-- > 0;)
            if (other->links[j].other == twin->number) link_remove_at(other, j);
    }
    twin->due = 0;
    world_reschedule(world, twin);
    if (twin->is_dirty && !list_remove(&world->dirty, twin)) list_remove(&world->saving, twin);
    table_delete(world, twin);
    world->by_number[twin->number] = NULL;
    world->twin_count--;
    twin_free(twin);
}

void world_relayout(struct world *world, struct twin *twin, const struct model *model) {
    const struct model *old = twin->model;
    for (uint32_t i = twin->link_count; i-- > 0;) {
        struct link link = twin->links[i];
        if (link.is_incoming) continue;
        const char *name = old->relationships[link.relationship].name;
        int place = model_relationship(model, name, strlen(name));
        struct twin *other = world_twin(world, link.other);
        if (other) snapshot_keep(world, other);
        for (uint32_t j = other ? other->link_count : 0; j-- > 0;) {
            struct link *mirror = &other->links[j];
            if (!mirror->is_incoming || mirror->other != twin->number) continue;
            if (strcmp(old->relationships[mirror->relationship].name, name) != 0) continue;
            if (place == NONE) link_remove_at(other, j);
        }
        if (place == NONE) link_remove_at(twin, i);
    }
    // What is left exists in both: renumber it, first the mirrors, whose old numbers still mean
    // `old`.
    for (uint32_t i = 0; i < twin->link_count; i++) {
        struct twin *other = world_twin(world, twin->links[i].other);
        if (twin->links[i].is_incoming) continue;
        uint16_t number = twin->links[i].relationship;
        const char *name = old->relationships[number].name;
        uint16_t place = (uint16_t)model_relationship(model, name, strlen(name));
        for (uint32_t j = 0; other && j < other->link_count; j++) {
            struct link *mirror = &other->links[j];
            if (mirror->is_incoming && mirror->other == twin->number &&
                mirror->relationship == number)
                mirror->relationship = place;
        }
        twin->links[i].relationship = place;
    }
    layout_change(twin, model);
    twin->added_up = ADDED_UP_UNKNOWN;
    for (uint32_t i = 0; i < twin->link_count; i++) {
        struct twin *other = world_twin(world, twin->links[i].other);
        if (other) other->added_up = ADDED_UP_UNKNOWN;
    }
}

static void link_append(struct twin *twin, struct link link) {
    twin->links = xrealloc(twin->links, (twin->link_count + 1) * sizeof *twin->links);
    twin->links[twin->link_count++] = link;
    twin->added_up = ADDED_UP_UNKNOWN;
}

static void link_remove_at(struct twin *twin, uint32_t place) {
    twin->link_count--;
    memmove(twin->links + place, twin->links + place + 1,
            (twin->link_count - place) * sizeof *twin->links);
}

static uint32_t link_place(const struct twin *twin, int relationship, uint32_t other,
                           bool is_incoming) {
    uint32_t i = 0;
    while (i < twin->link_count &&
           !(twin->links[i].relationship == relationship && twin->links[i].other == other &&
             twin->links[i].is_incoming == is_incoming))
        i++;
    return i;
}

void world_link(struct world *world, struct twin *from, int relationship, struct twin *to) {
    snapshot_keep(world, from);
    snapshot_keep(world, to);
    if (link_place(from, relationship, to->number, false) < from->link_count) return;
    link_append(from, (struct link){to->number, (uint16_t)relationship, false});
    link_append(to, (struct link){from->number, (uint16_t)relationship, true});
}

void world_unlink(struct world *world, struct twin *from, int relationship, struct twin *to) {
    snapshot_keep(world, from);
    snapshot_keep(world, to);
    uint32_t place = link_place(from, relationship, to->number, false);
    if (place == from->link_count) return;
    link_remove_at(from, place);
    uint32_t mirror = link_place(to, relationship, from->number, true);
    if (mirror < to->link_count) link_remove_at(to, mirror); // recovery makes them at its end
}

void world_link_in(struct twin *twin, int relationship, uint32_t other) {
    link_append(twin, (struct link){other, (uint16_t)relationship, true});
}

void world_link_all(struct world *world) {
    for (uint32_t n = 0; n < world->number_capacity; n++) {
        struct twin *twin = world->by_number[n];
        for (uint32_t i = twin ? twin->link_count : 0; i-- > 0;)
            if (twin->links[i].is_incoming || !world_twin(world, twin->links[i].other))
                link_remove_at(twin, i);
    }
    for (uint32_t n = 0; n < world->number_capacity; n++) {
        struct twin *twin = world->by_number[n];
        for (uint32_t i = 0; twin && i < twin->link_count; i++) {
            struct link link = twin->links[i];
            if (!link.is_incoming)
                link_append(world->by_number[link.other],
                            (struct link){twin->number, link.relationship, true});
        }
    }
}

void world_mark_dirty(struct world *world, struct twin *twin) {
    if (twin->is_dirty) return;
    twin->is_dirty = true;
    twin->next_dirty = world->dirty;
    world->dirty = twin;
}

static bool is_before(const struct twin *a, const struct twin *b) {
    return a->due != b->due ? a->due < b->due : a->number < b->number;
}

static void heap_put(struct world *world, uint32_t place, struct twin *twin) {
    world->heap[place] = twin;
    twin->heap_place = (int32_t)place;
}

static void heap_settle(struct world *world, uint32_t place) {
    struct twin *twin = world->heap[place];
    while (place > 0 && is_before(twin, world->heap[(place - 1) / 2])) {
        heap_put(world, place, world->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= world->heap_count) break;
        if (child + 1 < world->heap_count && is_before(world->heap[child + 1], world->heap[child]))
            child++;
        if (!is_before(world->heap[child], twin)) break;
        heap_put(world, place, world->heap[child]);
        place = child;
    }
    heap_put(world, place, twin);
}

void world_reschedule(struct world *world, struct twin *twin) {
    if (twin->heap_place == NONE) {
        if (twin->due == 0) return;
        if (world->heap_count == world->heap_capacity) {
            world->heap_capacity = world->heap_capacity ? world->heap_capacity * 2 : FIRST_TABLE;
            world->heap = xrealloc(world->heap, world->heap_capacity * sizeof *world->heap);
        }
        heap_put(world, world->heap_count++, twin);
    } else if (twin->due == 0) {
        uint32_t place = (uint32_t)twin->heap_place;
        struct twin *last = world->heap[--world->heap_count];
        twin->heap_place = NONE;
        if (last == twin) return;
        heap_put(world, place, last);
        heap_settle(world, place);
        return;
    }
    heap_settle(world, (uint32_t)twin->heap_place);
}

struct twin *world_due(const struct world *world) {
    return world->heap_count ? world->heap[0] : NULL;
}

uint64_t world_hash(const struct world *world) {
    uint64_t hash = 0;
    struct buffer bytes = {0};
    for (uint32_t i = 0; i < world->number_capacity; i++) {
        if (!world->by_number[i]) continue;
        bytes.length = 0;
        twin_encode(world->by_number[i], &bytes);
        hash = hash64(hash, bytes.bytes, bytes.length);
    }
    buffer_fini(&bytes);
    return hash;
}

size_t world_bytes(const struct world *world) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < world->number_capacity; i++)
        if (world->by_number[i]) bytes += twin_bytes(world->by_number[i]);
    return bytes;
}

static void table_insert(struct world *world, struct twin *twin) {
    uint32_t hash = id_hash(twin->id, strlen(twin->id)), mask = world->table_size - 1;
    uint32_t at = hash & mask;
    while (world->table[at].twin)
        at = (at + 1) & mask;
    world->table[at] = (struct world_entry){twin, hash};
}

static void table_grow(struct world *world) {
    struct world_entry *old = world->table;
    uint32_t size = world->table_size;
    world->table_size = size * 2;
    world->table = xcalloc(world->table_size, sizeof *world->table);
    for (uint32_t i = 0; i < size; i++)
        if (old[i].twin) table_insert(world, old[i].twin);
    free(old);
}
