// Bottles are neither made nor lost, and the slowest machine holds the line.

#include "sim/machine.h"
#include "test.h"

#include <math.h>

struct line {
    struct belt belts[2];
    struct machine machines[3];
};

// Filler, capper and packer with belts half full; none jams.
static void line_init(struct line *line, const double rates[3]) {
    *line = (struct line){.belts = {{BELT_CAPACITY / 2}, {BELT_CAPACITY / 2}}};
    for (int i = 0; i < 3; i++) {
        machine_init(&line->machines[i], 1, (uint64_t)i, rates[i], 1);
        line->machines[i].jams_per_s = 0;
        if (i > 0) line->machines[i].before = &line->belts[i - 1];
        if (i < 2) line->machines[i].after = &line->belts[i];
    }
}

static void line_step(struct line *line, double seconds) {
    for (double t = 0; t < seconds; t++)
        for (int i = 0; i < 3; i++)
            machine_step(&line->machines[i], 1);
}

static void no_bottle_is_made_or_lost(void **state) {
    (void)state;
    struct line line;
    line_init(&line, (double[]){200, 190, 180});
    line_step(&line, 3000);
    double filled = line.machines[0].good, packed = line.machines[2].good;
    double spoiled = line.machines[1].rejected + line.machines[2].rejected;
    double on_belts = line.belts[0].content + line.belts[1].content - BELT_CAPACITY;
    assert_true(packed > 8500 && spoiled > 0);
    assert_true(fabs(filled - packed - spoiled - on_belts) < 1e-6);
}

static void the_slowest_holds_the_line(void **state) {
    (void)state;
    struct line line;
    line_init(&line, (double[]){200, 150, 180});
    line_step(&line, 1200);
    assert_int_equal(line.machines[0].state, MACHINE_BLOCKED);
    assert_int_equal(line.machines[1].state, MACHINE_RUNNING);
    assert_int_equal(line.machines[2].state, MACHINE_STARVED);
    assert_true(line.belts[0].content > 0.95 * BELT_CAPACITY);
    assert_true(line.belts[1].content < 0.05 * BELT_CAPACITY);
    assert_true(fabs(line.machines[2].rate - 150) < 3);
}

static void a_jam_stops_it_until_it_is_cleared_or_the_crew_comes(void **state) {
    (void)state;
    struct line line;
    line_init(&line, (double[]){200, 190, 180});
    struct machine *filler = &line.machines[0];
    assert_false(machine_clear(filler));
    machine_jam(filler);
    line_step(&line, 60);
    assert_true(filler->rate == 0 && filler->good == 0);
    assert_true(machine_clear(filler));
    line_step(&line, 1);
    assert_true(filler->rate > 190);
    machine_jam(filler);
    line_step(&line, 100);
    assert_int_not_equal(filler->state, MACHINE_JAMMED);
}

static void a_worn_tool_spoils_more_until_it_is_serviced(void **state) {
    (void)state;
    struct machine machine;
    machine_init(&machine, 1, 1, 200, 100);
    machine.jams_per_s = 0;
    for (int i = 0; i < 3600; i++)
        machine_step(&machine, 1);
    assert_true(machine.wear == 1);
    double before = machine.rejected / machine.good;
    machine_step(&machine, 60);
    assert_true(fabs(machine.rate - 200 * 0.94) < 0.1);
    machine_service(&machine);
    machine_step(&machine, 1);
    assert_true(machine.rate > 198 && before > 0.02);
}

static void a_set_rate_is_obeyed(void **state) {
    (void)state;
    struct machine machine;
    machine_init(&machine, 1, 1, 200, 1);
    machine.set_rate = 0;
    machine_step(&machine, 10);
    assert_int_equal(machine.state, MACHINE_STOPPED);
    assert_true(machine.good == 0);
    machine.set_rate = 60;
    machine_step(&machine, 60);
    assert_true(fabs(machine.good + machine.rejected - 60) < 1e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bottle_is_made_or_lost),
        cmocka_unit_test(the_slowest_holds_the_line),
        cmocka_unit_test(a_jam_stops_it_until_it_is_cleared_or_the_crew_comes),
        cmocka_unit_test(a_worn_tool_spoils_more_until_it_is_serviced),
        cmocka_unit_test(a_set_rate_is_obeyed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
