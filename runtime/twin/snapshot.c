// A twin that no snapshot has yet is only ever read under the mutex, and written down under it
// before it changes, so neither side sees the other halfway.

#include "twin/snapshot.h"

#include "base/memory.h"
#include "twin/twin_codec.h"
#include "twin/world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct kept { // a twin as it was, for some snapshots
    atomic_int users;
    size_t length;
    uint8_t bytes[];
};

struct snapshots { // of a world
    pthread_mutex_t mutex;
    struct snapshot *_Atomic open;
    uint32_t generation; // grows with each that is opened
};

struct snapshot {
    struct snapshots *home;
    struct snapshot *next;
    uint64_t rev;
    int64_t clock;
    uint32_t count, next_number;
    struct twin **twins; // by number; read only where nothing is kept
    struct kept **kept;
};

struct snapshot *snapshot_open(struct world *world) {
    struct snapshots *home = world->snapshots;
    if (!home) {
        home = world->snapshots = xcalloc(1, sizeof *home);
        pthread_mutex_init(&home->mutex, NULL);
    }
    struct snapshot *snapshot = xcalloc(1, sizeof *snapshot);
    *snapshot = (struct snapshot){.home = home,
                                  .rev = world->rev,
                                  .clock = world->clock,
                                  .next_number = world->next_number,
                                  .count = world->number_capacity};
    size_t bytes = sizeof(void *) * ((size_t)world->number_capacity + 1);
    snapshot->twins = xrealloc(NULL, bytes);
    if (world->by_number)
        memcpy(snapshot->twins, world->by_number, sizeof(void *) * world->number_capacity);
    snapshot->kept = xcalloc(1, bytes);
    pthread_mutex_lock(&home->mutex);
    home->generation++;
    snapshot->next = home->open;
    home->open = snapshot;
    pthread_mutex_unlock(&home->mutex);
    return snapshot;
}

static void release(struct kept *kept) {
    if (kept && atomic_fetch_sub(&kept->users, 1) == 1) free(kept);
}

void snapshot_close(struct snapshot *snapshot) {
    if (!snapshot) return;
    struct snapshots *home = snapshot->home;
    pthread_mutex_lock(&home->mutex);
    if (home->open == snapshot) {
        home->open = snapshot->next;
    } else {
        struct snapshot *before = home->open;
        while (before->next != snapshot)
            before = before->next;
        before->next = snapshot->next;
    }
    pthread_mutex_unlock(&home->mutex);
    for (uint32_t i = 0; i < snapshot->count; i++)
        release(snapshot->kept[i]);
    free(snapshot->kept);
    free(snapshot->twins);
    free(snapshot);
}

static void write_down(const struct twin *twin, struct buffer *out) {
    uint32_t incoming = 0;
    size_t start = out->length;
    buffer_u32(out, 0);
    twin_encode(twin, out);
    uint32_t length = (uint32_t)(out->length - start - sizeof length);
    memcpy(out->bytes + start, &length, sizeof length);
    for (uint32_t i = 0; i < twin->link_count; i++)
        incoming += twin->links[i].is_incoming;
    buffer_u64(out, (uint64_t)twin->timers_run_at);
    buffer_u32(out, incoming);
    for (uint32_t i = 0; i < twin->link_count; i++) {
        if (!twin->links[i].is_incoming) continue;
        buffer_u32(out, twin->links[i].other);
        buffer_u32(out, twin->links[i].relationship);
    }
}

static void keep(struct snapshots *home, struct twin *twin) {
    struct buffer bytes = {0};
    struct kept *kept = NULL;
    pthread_mutex_lock(&home->mutex);
    twin->kept = home->generation;
    for (struct snapshot *snapshot = home->open; snapshot; snapshot = snapshot->next) {
        bool is_in = twin->number < snapshot->count && snapshot->twins[twin->number] == twin;
        if (!is_in || snapshot->kept[twin->number]) continue;
        if (!kept) {
            write_down(twin, &bytes);
            kept = xcalloc(1, sizeof *kept + bytes.length);
            kept->length = bytes.length;
            memcpy(kept->bytes, bytes.bytes, bytes.length);
        }
        atomic_fetch_add(&kept->users, 1);
        snapshot->kept[twin->number] = kept;
    }
    pthread_mutex_unlock(&home->mutex);
    buffer_fini(&bytes);
}

void snapshot_keep(struct world *world, struct twin *twin) {
    struct snapshots *home = world->snapshots;
    if (home && home->open && twin->kept != home->generation) keep(home, twin);
}

uint64_t snapshot_rev(const struct snapshot *snapshot) {
    return snapshot->rev;
}

int64_t snapshot_clock(const struct snapshot *snapshot) {
    return snapshot->clock;
}

uint32_t snapshot_next_number(const struct snapshot *snapshot) {
    return snapshot->next_number;
}

bool snapshot_read(struct snapshot *snapshot, uint32_t number, struct buffer *out) {
    if (number >= snapshot->count || !snapshot->twins[number]) return false;
    pthread_mutex_lock(&snapshot->home->mutex);
    const struct kept *kept = snapshot->kept[number];
    if (kept)
        buffer_add(out, kept->bytes, kept->length);
    else
        write_down(snapshot->twins[number], out);
    pthread_mutex_unlock(&snapshot->home->mutex);
    return true;
}

void snapshots_free(struct world *world) {
    if (!world->snapshots) return;
    pthread_mutex_destroy(&world->snapshots->mutex);
    free(world->snapshots);
    world->snapshots = NULL;
}
