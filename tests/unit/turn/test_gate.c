// The gate's clock: the machine's, and never before what the world has seen.

#include "base/loop.h"
#include "gate.h"
#include "twin/world.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

static void a_machine_whose_clock_is_set_back_makes_no_late_samples(void **state) {
    (void)state;
    struct world *world = world_new();
    struct gate gate = {.loop = loop_new(NULL)};
    struct door door = gate_door(&gate, world);
    int64_t before = loop_now(gate.loop), now = door.now(door.context);
    assert_true(now >= before && now <= loop_now(gate.loop));
    world->clock = now + 3600000000; // the newest input came before the clock was set back an hour
    assert_true(door.now(door.context) == world->clock);
    loop_free(gate.loop);
    world_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_whose_clock_is_set_back_makes_no_late_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
