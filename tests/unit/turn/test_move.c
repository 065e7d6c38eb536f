// Several versions in one engine: who runs on which, what migrate sees, and what happens when it
// fails.

#include "plant.h"
#include "twin/twin_codec.h"

static const char counting[] = "local function on_temperature(pump, value)\n"
                               "  pump.state.slowed_from = (pump.state.slowed_from or 0) + 1\n"
                               "  pump.derived.double = 1\n"
                               "end\n"
                               "return { on = { temperature = on_temperature },\n"
                               "  every = { ['1m'] = function(pump) pump.derived.ticks = "
                               "(pump.derived.ticks or 0) + 1 end } }\n";

// Runs as version two and keeps what version one counted, times ten.
static const char migrating[] =
    "local function migrate(pump, from)\n"
    "  if #from.version ~= 8 then error('no version') end\n"
    "  pump.state.slowed_from = from.state.slowed_from * 10\n"
    "end\n"
    "return { on = { temperature = function(pump) pump.derived.double = 2 end },\n"
    "         migrate = migrate }\n";

static const char failing[] =
    "local function migrate(pump)\n"
    "  pump.state.slowed_from = 99\n"
    "  if pump.id == 'pump-1' then error('cannot') end\n"
    "end\n"
    "return { on = { temperature = function(pump) pump.derived.double = 3 end },\n"
    "         every = { ['1m'] = function(pump) pump.derived.ticks = 500 end },\n"
    "         migrate = migrate }\n";

// The model with one state more and one relationship less, so that the layout is another.
static const char wider_model[] =
    "return { model = 'pump', title = 'Pump', level = 'asset', match = 'pump-*',\n"
    "  telemetry = { temperature = { unit = 'Cel' }, pressure = { unit = 'bar' } },\n"
    "  derived = { double = {}, ticks = {} }, state = { slowed_from = 'number', more = 'number' } "
    "}\n";

static const char booster_model[] =
    "return { extends = 'pump', match = 'boost-*', title = 'Booster' }\n";

static struct script *load_editions(struct plant *plant, const char *model, const char *behaviour) {
    struct script_files files = {0};
    struct script_limits limits = {
        .call_us = 50000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 64u << 20};
    struct err err = {0};
    script_files_add(&files, "models/pump.lua", model, strlen(model));
    script_files_add(&files, "models/tank.lua", tank_model, strlen(tank_model));
    script_files_add(&files, "scripts/behavior/pump.lua", behaviour, strlen(behaviour));
    script_files_seal(&files);
    struct script *script = script_load(&files, &limits, &plant->logger, plant->metrics, &err);
    if (!script) fail_msg("%s", err.text);
    script_files_fini(&files);
    return script;
}

static void use_pump(struct plant *plant, const char *model, const char *behaviour) {
    use(plant, load_editions(plant, model, behaviour));
}

static int revisions_of(const struct plant *plant, enum input_kind kind) {
    int count = 0;
    for (int i = 0; i < plant->seen_count; i++)
        count += plant->seen[i].kind == kind;
    return count;
}

static void migrate_runs_once_with_the_old_state(void **state) {
    struct plant *plant = *state;
    use_pump(plant, pump_model, counting);
    sample(plant, "pump-1", "temperature", 20);
    sample(plant, "pump-1", "temperature", 21);
    uint64_t first = find(plant, "pump-1")->version;
    use_pump(plant, pump_model, migrating);
    assert_true(find(plant, "pump-1")->version == first); // a swap only marks
    sample(plant, "pump-1", "temperature", 22);
    sample(plant, "pump-1", "temperature", 23);
    assert_true(get(plant, "pump-1", FIELD_STATE, "slowed_from") == 20);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 2);
    assert_int_equal(revisions_of(plant, INPUT_VERSION), 1);
    assert_true(find(plant, "pump-1")->version == plant->world->version);
    sample(plant, "pump-2", "temperature", 20); // a new twin has nothing to migrate
    assert_int_equal(revisions_of(plant, INPUT_VERSION), 1);
}

static void a_twin_of_which_nothing_changes_moves_without_a_revision(void **state) {
    struct plant *plant = *state;
    use_pump(plant, pump_model, migrating);
    sample(plant, "pump-1", "temperature", 20);
    use_pump(plant, pump_model, counting);
    sample(plant, "pump-1", "temperature", 21);
    assert_int_equal(revisions_of(plant, INPUT_VERSION), 0);
    assert_true(find(plant, "pump-1")->version == plant->world->version);
}

static void a_twin_that_cannot_migrate_stays_as_it_was(void **state) {
    struct plant *plant = *state;
    use_pump(plant, pump_model, counting);
    sample(plant, "tank-1", "level", 50);
    configure(plant, "pump-1", "feeds", "tank-1");
    sample(plant, "pump-1", "temperature", 20);
    sample(plant, "pump-2", "temperature", 20);
    uint64_t first = find(plant, "pump-1")->version;
    const struct model *layout = find(plant, "pump-1")->model;
    use_pump(plant, wider_model, failing);
    sample(plant, "pump-1", "temperature", 21);
    sample(plant, "pump-1", "temperature", 22);
    sample(plant, "pump-2", "temperature", 21);
    struct twin *held = find(plant, "pump-1");
    assert_true(held->version == first);
    assert_ptr_equal(held->model, layout);
    assert_true(get(plant, "pump-1", FIELD_STATE, "slowed_from") == 3); // its own behaviour ran
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 1);
    assert_int_equal(held->link_count, 1); // to the tank, both ends
    assert_int_equal(find(plant, "tank-1")->link_count, 1);
    assert_non_null(strstr(held->incident->text, "cannot"));
    assert_true(get(plant, "pump-2", FIELD_DERIVED, "double") == 3);
    assert_int_equal(revisions_of(plant, INPUT_VERSION), 2); // tried once, and the other's move
    assert_int_equal(engine_tally(plant->engine)->failures, 1);
}

static void a_held_twin_keeps_its_own_timers(void **state) {
    struct plant *plant = *state;
    use_pump(plant, pump_model, counting);
    sample(plant, "pump-1", "temperature", 20);
    sample(plant, "pump-2", "temperature", 20);
    use_pump(plant, pump_model, failing);
    engine_timers(plant->engine, plant->now + 120 * SECOND);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "ticks") >= 1);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "ticks") <= 2);
    assert_true(get(plant, "pump-2", FIELD_DERIVED, "ticks") == 500);
}

static void another_version_is_tried_again(void **state) {
    struct plant *plant = *state;
    use_pump(plant, pump_model, counting);
    sample(plant, "pump-1", "temperature", 20);
    use_pump(plant, pump_model, failing);
    sample(plant, "pump-1", "temperature", 21);
    use_pump(plant, pump_model, migrating);
    sample(plant, "pump-1", "temperature", 22);
    assert_true(get(plant, "pump-1", FIELD_STATE, "slowed_from") == 20);
    assert_true(find(plant, "pump-1")->version == plant->world->version);
}

static void a_field_that_the_held_twin_does_not_have_is_refused_in_words(void **state) {
    struct plant *plant = *state;
    use_pump(plant, pump_model, counting);
    sample(plant, "pump-1", "temperature", 20);
    use_pump(plant, wider_model, failing);
    struct twin *twin = find(plant, "pump-1");
    const struct model *meant = world_model_of(plant->world, twin);
    struct sample sample = {model_sample_field(meant, "pressure", 8), value_number(1), plant->now};
    struct samples_input input = {.id = "pump-1",
                                  .id_length = 6,
                                  .twin = twin,
                                  .model = meant,
                                  .samples = &sample,
                                  .count = 1,
                                  .received = plant->now};
    struct err err = {0};
    uint64_t rev;
    assert_false(engine_samples(plant->engine, &input, &rev, &err));
    assert_non_null(strstr(err.text, "pump-1"));
}

// The engine is told of the version's files, as when it is stored; `other` is of another model.
static void use_known(struct plant *plant, const char *model, const char *behaviour,
                      const char *other) {
    struct script_files files = {0};
    struct script_limits limits = {
        .call_us = 50000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 64u << 20};
    struct err err = {0};
    script_files_add(&files, "models/pump.lua", model, strlen(model));
    script_files_add(&files, "models/tank.lua", tank_model, strlen(tank_model));
    script_files_add(&files, "models/booster.lua", booster_model, strlen(booster_model));
    script_files_add(&files, "scripts/behavior/pump.lua", behaviour, strlen(behaviour));
    script_files_add(&files, "scripts/behavior/tank.lua", other, strlen(other));
    script_files_seal(&files);
    struct script *script = script_load(&files, &limits, &plant->logger, plant->metrics, &err);
    if (!script) fail_msg("%s", err.text);
    engine_know(plant->engine, &files);
    script_files_fini(&files);
    use(plant, script);
}

static void migrate_runs_only_where_the_text_of_the_twin_has_changed(void **state) {
    static const char mended[] = "return { on = { level = function() end } }\n";
    static const char idle[] = "return {}\n";
    struct plant *plant = *state;
    use_known(plant, pump_model, counting, idle);
    sample(plant, "pump-1", "temperature", 20);
    sample(plant, "boost-1", "temperature", 20);
    use_known(plant, pump_model, migrating, idle);
    sample(plant, "pump-1", "temperature", 20);
    sample(plant, "boost-1", "temperature", 20); // runs the pump's behaviour, which is another now
    assert_int_equal(revisions_of(plant, INPUT_VERSION), 2);
    use_known(plant, pump_model, migrating, mended);
    sample(plant, "pump-1", "temperature", 20);
    sample(plant, "boost-1", "temperature", 20);
    assert_int_equal(revisions_of(plant, INPUT_VERSION), 2);
    assert_true(get(plant, "pump-1", FIELD_STATE, "slowed_from") == 10);
    assert_true(get(plant, "boost-1", FIELD_STATE, "slowed_from") == 10);
    assert_true(find(plant, "pump-1")->version == plant->world->version);
    use_known(plant, wider_model, migrating, mended); // the model alone is another
    sample(plant, "pump-1", "temperature", 20);
    assert_true(get(plant, "pump-1", FIELD_STATE, "slowed_from") == 100);
}

static void of_a_version_that_is_not_known_all_has_changed(void **state) {
    struct plant *plant = *state;
    use_known(plant, pump_model, counting, "return {}\n");
    sample(plant, "pump-1", "temperature", 20);
    use_known(plant, pump_model, migrating, "return { every = {} }\n");
    sample(plant, "pump-1", "temperature", 20);
    assert_true(get(plant, "pump-1", FIELD_STATE, "slowed_from") == 10);
    uint64_t first = plant->world->version;
    use_known(plant, pump_model, migrating, "return {}\n");
    engine_forget(plant->engine, first);
    sample(plant, "pump-1", "temperature", 20);
    assert_true(get(plant, "pump-1", FIELD_STATE, "slowed_from") == 100);
}

static const struct model *find_layout(void *context, uint64_t layout) {
    return world_layout(context, layout);
}

static struct script *counting_again(void *context, uint64_t version) {
    struct plant *plant = context;
    struct script *script = load_editions(plant, pump_model, counting);
    if (script_version(script) != version) fail_msg("another version is missing");
    for (int i = 0; i < script_model_count(script); i++)
        script_bind(script, i, world_adopt_model(plant->world, script_take_model(script, i)));
    return script;
}

// Only what is stored of a twin comes through a restart: its bytes, and the present version.
static void after_a_restart_a_held_twin_is_still_held(void **state) {
    struct plant *plant = *state;
    use_pump(plant, pump_model, counting);
    sample(plant, "pump-1", "temperature", 20);
    use_pump(plant, pump_model, failing);
    sample(plant, "pump-1", "temperature", 21);
    struct buffer bytes = {0};
    twin_encode(find(plant, "pump-1"), &bytes);

    struct plant *again;
    set_up((void **)&again);
    engine_free(again->engine);
    struct sink sink = {.context = again,
                        .on_revision = on_revision,
                        .on_predict = on_predict,
                        .on_missing = counting_again};
    again->engine = engine_new(again->world, &sink, &again->logger, again->metrics);
    use_pump(again, pump_model, failing);
    struct reader in = {bytes.bytes, bytes.bytes + bytes.length, 0};
    struct twin *twin = twin_decode(&in, find_layout, again->world, NULL);
    assert_non_null(twin);
    world_add(again->world, twin);
    engine_schedule_all(again->engine);
    sample(again, "pump-1", "temperature", 22);
    assert_int_equal(revisions_of(again, INPUT_VERSION), 0);
    assert_true(get(again, "pump-1", FIELD_STATE, "slowed_from") == 3);
    assert_true(twin->version != again->world->version);
    tear_down((void **)&again);
    buffer_fini(&bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(migrate_runs_once_with_the_old_state),
        TEST(a_twin_of_which_nothing_changes_moves_without_a_revision),
        TEST(a_twin_that_cannot_migrate_stays_as_it_was),
        TEST(a_held_twin_keeps_its_own_timers),
        TEST(another_version_is_tried_again),
        TEST(a_field_that_the_held_twin_does_not_have_is_refused_in_words),
        TEST(migrate_runs_only_where_the_text_of_the_twin_has_changed),
        TEST(of_a_version_that_is_not_known_all_has_changed),
        TEST(after_a_restart_a_held_twin_is_still_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
