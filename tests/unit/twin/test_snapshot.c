// Snapshots: what they show while the world goes on, from another thread too.

#include "base/err.h"
#include "base/memory.h"
#include "pump_model.h"
#include "test.h"
#include "twin/change.h"
#include "twin/snapshot.h"
#include "twin/twin_codec.h"
#include "twin/world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define PUMPS 200

static struct twin *add(struct world *world, uint32_t number, const struct model *model) {
    char id[32];
    snprintf(id, sizeof id, "pump-%u", number);
    struct twin *twin = twin_new(number, id, model);
    world_add(world, twin);
    return twin;
}

static const struct model *find_layout(void *context, uint64_t layout) {
    return world_layout(context, layout);
}

// The temperature of a twin in a snapshot; -1 when it is not there.
static double read_temperature(struct world *world, struct snapshot *snapshot, uint32_t number) {
    struct buffer bytes = {0};
    struct err err;
    double found = -1;
    if (snapshot_read(snapshot, number, &bytes)) {
        struct reader in = {.at = bytes.bytes, .end = bytes.bytes + bytes.length};
        read_u32(&in);
        struct twin *twin = twin_decode(&in, find_layout, world, &err);
        assert_non_null(twin);
        found = twin->slots[0].number;
        twin_free(twin);
    }
    buffer_fini(&bytes);
    return found;
}

static void set_temperature(struct world *world, struct twin *twin, double value) {
    struct change change = {.kind = CHANGE_SAMPLE, .at = 1, .raw = value, .received = 1};
    snapshot_keep(world, twin);
    change.value = value_number(value);
    change_apply(world, &twin, &change, ++world->rev);
    twin->rev = world->rev;
}

static void each_shows_the_world_as_it_was_when_it_was_opened(void **state) {
    (void)state;
    struct world *world = world_new();
    const struct model *model = world_adopt_model(world, new_pump_model());
    struct twin *one = add(world, 1, model);
    add(world, 2, model);
    set_temperature(world, one, 20);
    struct snapshot *first = snapshot_open(world);
    set_temperature(world, one, 30);
    struct snapshot *second = snapshot_open(world);
    set_temperature(world, one, 40);
    set_temperature(world, one, 50);
    add(world, 3, model);
    assert_true(read_temperature(world, first, 1) == 20);
    assert_true(read_temperature(world, second, 1) == 30);
    assert_true(read_temperature(world, second, 3) == -1);
    assert_int_equal(snapshot_rev(first), 1);
    assert_int_equal(snapshot_rev(second), 2);
    snapshot_close(first);
    assert_true(read_temperature(world, second, 1) == 30);
    snapshot_close(second);
    world_free(world);
}

static void one_that_is_gone_since_is_still_in_it_with_who_led_to_it(void **state) {
    (void)state;
    struct world *world = world_new();
    const struct model *pump = world_adopt_model(world, new_pump_model());
    const struct model *tank = world_adopt_model(world, new_tank_model());
    struct twin *from = add(world, 1, pump), *to = twin_new(2, "tank-1", tank);
    world_add(world, to);
    world_link(world, from, 0, to);
    struct snapshot *snapshot = snapshot_open(world);
    snapshot_keep(world, from); // as its turn does, which ends it
    world_remove(world, from);
    assert_int_equal(to->link_count, 0);
    struct buffer bytes = {0};
    assert_true(snapshot_read(snapshot, 1, &bytes));
    bytes.length = 0;
    assert_true(snapshot_read(snapshot, 2, &bytes));
    uint32_t tail[3];
    memcpy(tail, bytes.bytes + bytes.length - sizeof tail, sizeof tail);
    assert_int_equal(tail[0], 1);
    assert_int_equal(tail[1], 1);
    buffer_fini(&bytes);
    snapshot_close(snapshot);
    world_free(world);
}

struct other {
    struct world *layouts; // of the reading thread: a world of its own
    struct snapshot *snapshot;
    atomic_bool is_over;
    int rounds, wrong;
};

static void *read_all(void *context) {
    struct other *other = context;
    while (!atomic_load(&other->is_over) || other->rounds == 0) {
        for (uint32_t i = 1; i <= PUMPS; i++)
            other->wrong += read_temperature(other->layouts, other->snapshot, i) != 7;
        other->rounds++;
    }
    return NULL;
}

static void another_thread_reads_it_whole_while_every_twin_changes(void **state) {
    (void)state;
    struct world *world = world_new();
    struct other other = {.layouts = world_new()};
    const struct model *model = world_adopt_model(world, new_pump_model());
    world_adopt_model(other.layouts, new_pump_model());
    pthread_t thread;
    for (uint32_t i = 1; i <= PUMPS; i++)
        set_temperature(world, add(world, i, model), 7);
    other.snapshot = snapshot_open(world);
    assert_int_equal(pthread_create(&thread, NULL, read_all, &other), 0);
    for (int round = 0; round < 50; round++) {
        struct snapshot *more = snapshot_open(world);
        for (uint32_t i = PUMPS; i >= 1; i--)
            set_temperature(world, world_twin(world, i), 100 + round);
        snapshot_close(more);
    }
    atomic_store(&other.is_over, true);
    pthread_join(thread, NULL);
    assert_int_equal(other.wrong, 0);
    snapshot_close(other.snapshot);
    world_free(other.layouts);
    world_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_shows_the_world_as_it_was_when_it_was_opened),
        cmocka_unit_test(one_that_is_gone_since_is_still_in_it_with_who_led_to_it),
        cmocka_unit_test(another_thread_reads_it_whole_while_every_twin_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
