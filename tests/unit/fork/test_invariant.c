// Invariants: what may be written, what is refused in which words, and when one is broken.

#include "base/err.h"
#include "fork/invariant.h"
#include "pump_model.h"
#include "test.h"
#include "twin/change.h"
#include "twin/twin.h"
#include "twin/world.h"

#include <string.h>

static struct twin *pump(struct world *world, double temperature) {
    const struct model *model = world_adopt_model(world, new_pump_model());
    struct twin *twin = twin_new(1, "pump-1", model);
    struct change change = {.kind = CHANGE_SAMPLE, .at = 1, .received = 1, .raw = temperature};
    world_add(world, twin);
    change.index = (uint16_t)model_field(model, FIELD_TELEMETRY, "temperature", 11);
    change.value = value_number(temperature);
    change_apply(world, &twin, &change, 1);
    return twin;
}

static bool breaks(const char *text, double temperature) {
    struct world *world = world_new();
    struct invariant invariant;
    struct err err = {0};
    if (!invariant_parse(&invariant, text, &err)) fail_msg("%s", err.text);
    bool is = invariant_is_broken(&invariant, pump(world, temperature));
    world_free(world);
    return is;
}

static void each_comparison_does_what_it_says(void **state) {
    (void)state;
    assert_true(breaks("pump.telemetry.temperature < 20", 19.9));
    assert_false(breaks("pump.telemetry.temperature < 20", 20));
    assert_true(breaks("pump.telemetry.temperature <= 20", 20));
    assert_true(breaks("pump.telemetry.temperature > 20", 20.1));
    assert_false(breaks("pump.telemetry.temperature > 20", 20));
    assert_true(breaks("pump.telemetry.temperature>=20", 20));
    assert_true(breaks(" pump.telemetry.temperature == 20 ", 20));
    assert_true(breaks("pump.telemetry.temperature ~= 20", 21));
    assert_false(breaks("pump.telemetry.temperature ~= -2e1", -20));
}

static void what_is_not_there_breaks_nothing(void **state) {
    (void)state;
    assert_false(breaks("tank.telemetry.temperature < 100", 1));
    assert_false(breaks("pump.telemetry.nothing < 100", 1));
    assert_false(breaks("pump.derived.health < 100", 1)); // it has no value yet
    assert_false(breaks("pump.telemetry.temperature == \"1\"", 1));
    assert_false(breaks("pump.telemetry.temperature == true", 1));
}

static void refuses(const char *text, const char *part) {
    struct invariant invariant;
    struct err err = {0};
    assert_false(invariant_parse(&invariant, text, &err));
    if (!strstr(err.text, part)) fail_msg("\"%s\" does not say \"%s\"", err.text, part);
}

static void what_cannot_be_understood_is_told(void **state) {
    (void)state;
    refuses("", "it reads MODEL.GROUP.FIELD OP VALUE");
    refuses("pump.health < 0", "it reads MODEL.GROUP.FIELD OP VALUE");
    refuses("pump.drived.health < 0", "\"drived\" is no group of fields");
    refuses("pump.derived.health", "no comparison after the field");
    refuses("pump.derived.health = 0", "no comparison after the field");
    refuses("pump.derived.health < much", "does not end in a number");
    refuses("pump.derived.health < ", "does not end in a number");
    refuses("pump.derived.health < \"low\"", "only numbers are less or more");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_comparison_does_what_it_says),
        cmocka_unit_test(what_is_not_there_breaks_nothing),
        cmocka_unit_test(what_cannot_be_understood_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
