// Behaviours: which handlers there are, what they get, and what is refused when they load.

#include "fixture.h"

static void refused(const char *behavior, const char *expected) {
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/thing.lua", THING, "scripts/behavior/thing.lua", behavior, NULL);
    if (bench_load(&bench)) fail_msg("loaded, but \"%s\" was expected", expected);
    assert_says(&bench, "scripts/behavior/thing.lua");
    assert_says(&bench, expected);
    bench_fini(&bench);
}

static void mistakes_are_named_with_their_key(void **state) {
    (void)state;
    refused("return { on = { xx = print } }", "scripts/behavior/thing.lua: on.xx: model \"thing\" "
                                              "has no telemetry or property \"xx\"; did"
                                              " you mean \"x\"?");
    refused("return { on = { imput = print } }", "did you mean \"input\"?");
    refused("return { on = { ['alarm.high_z'] = print } }",
            "on.alarm.high_z: model \"thing\" has no alarm \"high_z\"; did you mean \"high_y\"?");
    refused("return { on = { alarm = { high_z = print } } }",
            "on.alarm.high_z: model \"thing\" has no alarm \"high_z\"; did you mean \"high_y\"?");
    refused("return { on = { event = { pok = print } } }",
            "has no event \"pok\"; did you mean \"poke\"?");
    refused("return { on = { desired = { firmware = print } } }",
            "has no writable property \"firmware\"");
    refused("return { on = { ['desired.sped'] = print } }", "did you mean \"speed\"?");
    refused("return { on = { ['timer.1'] = print } }", "a name is letters, digits and _");
    refused("return { on = { ['command.flush'] = print } }", "model \"thing\" has no command");
    refused("return { on = { ['order.flush'] = print } }",
            "write a telemetry or property, input, bad");
    refused("return { on = { x = 1 } }", "on.x: expected a function, got a number");
    refused("return { on = { [1] = print } }", "on: a number is not a name");
    refused("return { on = print }", "on: expected a table, got a function");
    refused("return { no = {} }", "no: unknown key; did you mean \"on\"?");
    refused("return { persist = print }",
            "persist: unknown key; known are every, init, migrate, on");
    refused("return { init = 4 }", "init: expected a function, got a number");
    refused("return { every = { ['1'] = print } }", "every.1: \"1\" is no duration");
    refused("return { every = { ['50ms'] = print } }", "the shortest period is 100ms");
    refused("return { every = { ['60s'] = print, ['1m'] = print } }", "is there twice");
    refused("return { on = { ['desired.speed'] = print, desired = { speed = print } } }",
            "on.desired.speed: is there twice");
    refused("return 4", "returns a number; end it with return { ... }");
    refused("return { on = {", "scripts/behavior/thing.lua:1: unexpected symbol near <eof>");
    refused("local x = nil\nreturn { on = { x = x.y } }",
            "scripts/behavior/thing.lua:2: attempt to index");
}

static void a_behavior_needs_its_model(void **state) {
    (void)state;
    bench_refused("scripts/behavior/pump.lua", "return {}",
                  "scripts/behavior/pump.lua: there is no model \"pump\"");
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/thing.lua", THING, "scripts/behavior/things.lua", "return {}",
                NULL);
    assert_false(bench_load(&bench));
    assert_says(&bench, "there is no model \"things\"; did you mean \"thing\"?");
    bench_fini(&bench);
}

static const char all_handlers[] =
    "local function note(text) return function(thing, ...)\n"
    "  local said = text\n"
    "  for i = 1, select('#', ...) do said = said .. ' ' .. tostring((select(i, ...))) end\n"
    "  thing.state.note = said\n"
    "end end\n"
    "return {\n"
    "  init = note 'init',\n"
    "  on = { x = note 'x', speed = note 'speed', input = note 'input', bad = function(thing, s)\n"
    "    thing.state.note = ('bad %s %s %s %d'):format(s.field, s.value, s.quality, s.at // 1) "
    "end,\n"
    "    desired = { speed = note 'desired' }, ['timer.bell'] = note 'bell',\n"
    "    ['event.poke'] = function(thing, args, from)\n"
    "      thing.state.note = ('poke %s %s %s %s'):format(args.by, args.why, args.hard, from) "
    "end,\n"
    "    ['alarm.a'] = function(thing, alarm) thing.state.note = ('%s %s %s %s "
    "%d'):format(alarm.name,\n"
    "      alarm.active, alarm.value, alarm.severity, alarm.since // 1) end },\n"
    "  every = { ['1m'] = note 'minute', ['10s'] = note 'ten' },\n"
    "}";

static void handled(struct bench *bench, struct twin *thing, const struct trigger *trigger,
                    const char *expected) {
    assert_true(script_handles(bench->script, thing->model, trigger));
    assert_outcome(bench, bench_call(bench, thing, trigger), OUTCOME_OK);
    struct value note = twin_value(thing, field_of(thing, FIELD_STATE, "note"));
    assert_string_equal(note.text, expected);
}

static void every_handler_gets_its_arguments(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing = bench_thing(&bench, all_handlers);
    const struct model *model = thing->model;
    handled(&bench, thing, &(struct trigger){.kind = TRIGGER_INIT}, "init");
    handled(&bench, thing, &(struct trigger){.kind = TRIGGER_INPUT}, "input");
    handled(&bench, thing,
            &(struct trigger){.kind = TRIGGER_FIELD,
                              .index = field_of(thing, FIELD_TELEMETRY, "x"),
                              .value = value_number(3)},
            "x 3.0");
    handled(&bench, thing,
            &(struct trigger){.kind = TRIGGER_FIELD,
                              .index = field_of(thing, FIELD_REPORTED, "speed"),
                              .value = value_number(9)},
            "speed 9.0");
    handled(&bench, thing,
            &(struct trigger){.kind = TRIGGER_DESIRED,
                              .index = field_of(thing, FIELD_DESIRED, "speed"),
                              .value = value_none()},
            "desired nil");
    handled(&bench, thing,
            &(struct trigger){.kind = TRIGGER_BAD,
                              .index = field_of(thing, FIELD_TELEMETRY, "x"),
                              .value = value_number(500),
                              .at = NOW},
            "bad x 500.0 bad 1800000000");
    handled(&bench, thing, &(struct trigger){.kind = TRIGGER_TIMER, .name = "bell"}, "bell");
    handled(&bench, thing, &(struct trigger){.kind = TRIGGER_EVERY, .index = 0}, "ten");
    handled(&bench, thing, &(struct trigger){.kind = TRIGGER_EVERY, .index = 1}, "minute");

    const struct event_spec *poke = &model->events[0];
    struct value arguments[3];
    for (int i = 0; i < 3; i++) {
        arguments[i] = value_none();
        if (strcmp(poke->arguments[i].name, "by") == 0) arguments[i] = value_number(2);
        if (strcmp(poke->arguments[i].name, "why") == 0) arguments[i] = value_text("fun", 3);
    }
    handled(&bench, thing,
            &(struct trigger){.kind = TRIGGER_EVENT,
                              .arguments = arguments,
                              .argument_count = 3,
                              .from = thing->number},
            "poke 2.0 fun nil twin thing-1");

    int a = model_alarm(model, "a", 1);
    thing->alarms[a] = (struct alarm){.state = ALARM_ACTIVE, .since = NOW, .value = 7};
    handled(&bench, thing,
            &(struct trigger){.kind = TRIGGER_ALARM, .index = a, .value = value_boolean(true)},
            "a true 7.0 critical 1800000000");
    bench_fini(&bench);
}

static void what_is_not_there_is_not_handled(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing = bench_thing(&bench, "return { on = { x = print } }");
    const struct model *model = thing->model;
    int x = field_of(thing, FIELD_TELEMETRY, "x");
    for (int kind = TRIGGER_FIELD; kind <= TRIGGER_INIT; kind++) {
        if (kind == TRIGGER_EVERY) continue; // its index says that it is there
        struct trigger trigger = {.kind = (enum trigger_kind)kind, .index = 0, .name = "x"};
        if (kind == TRIGGER_FIELD) trigger.index = field_of(thing, FIELD_TELEMETRY, "z");
        assert_false(script_handles(bench.script, model, &trigger));
        assert_outcome(&bench, bench_call(&bench, thing, &trigger), OUTCOME_OK);
    }
    assert_true(
        script_handles(bench.script, model, &(struct trigger){.kind = TRIGGER_FIELD, .index = x}));
    int count = -1;
    script_every(bench.script, model, &count);
    assert_int_equal(count, 0);
    bench_fini(&bench);
}

static void periods_ascend(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing = bench_thing(&bench, "return { every = { ['1h'] = print, ['100ms'] = "
                                             "print, ['90s'] = print, ['1m'] = print } }");
    int count;
    const int64_t *every = script_every(bench.script, thing->model, &count);
    assert_int_equal(count, 4);
    assert_int_equal(every[0], SECOND / 10);
    assert_int_equal(every[1], 60 * SECOND);
    assert_int_equal(every[2], 90 * SECOND);
    assert_int_equal(every[3], 3600 * SECOND);
    bench_fini(&bench);
}

static void an_error_names_file_and_line(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing =
        bench_thing(&bench, "local function f(thing)\n"
                            "  local a\n"
                            "  return a.b\n"
                            "end\n"
                            "return { on = { z = f, x = function(thing) thing.derived.y = 1\n"
                            "  table.concat({ {} }) end } }");
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_ERROR);
    assert_says(&bench, "scripts/behavior/thing.lua:3: attempt to index a nil value (local 'a')");
    assert_outcome(&bench, bench_sample(&bench, thing, "x", 1), OUTCOME_ERROR);
    assert_says(&bench, "scripts/behavior/thing.lua:6: concat: element 1 is a table");
    assert_true(is_missing(thing, FIELD_DERIVED, "y"));
    bench_fini(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_named_with_their_key),
        cmocka_unit_test(a_behavior_needs_its_model),
        cmocka_unit_test(every_handler_gets_its_arguments),
        cmocka_unit_test(what_is_not_there_is_not_handled),
        cmocka_unit_test(periods_ascend),
        cmocka_unit_test(an_error_names_file_and_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
