// What persons did is found newest first, lives as long as its revisions, and a filter never makes
// it skip or repeat.

#include "store/acts.h"
#include "store/fixture.h"
#include "store/journal.h"
#include "store/state_file.h"
#include "store/version_acts.h"

struct found {
    struct act acts[2000];
    int count, most;
};

static bool on_act(void *context, const struct act *act) {
    struct found *found = context;
    found->acts[found->count++] = *act;
    return found->count < found->most;
}

static void read_acts(struct fixture *fixture, uint64_t before, struct found *found) {
    struct err err = {0};
    uint64_t damaged = 0;
    found->count = 0;
    if (!acts_read(log_journal(fixture->log), before, on_act, found, &damaged, &err))
        fail_msg("%s", err.text);
    assert_int_equal(damaged, 0);
}

// Every third of the revisions is a person's.
static void act(struct fixture *fixture, uint64_t from, uint64_t to) {
    char text[200];
    memset(text, 'x', sizeof text);
    for (uint64_t rev = from; rev <= to; rev++) {
        struct change change = {
            .kind = CHANGE_SET, .at = START_TIME, .value = value_text(text, sizeof text)};
        struct revision revision = {.rev = rev,
                                    .previous = rev - 1,
                                    .twin = 1,
                                    .received = START_TIME + (int64_t)rev,
                                    .kind = rev % 3 == 0 ? INPUT_DESIRED : INPUT_SAMPLES,
                                    .actor = {.kind = ACTOR_HTTP, .length = 3, .bytes = "me!"},
                                    .changes = &change,
                                    .change_count = 1};
        log_append(fixture->log, &revision);
        assert_int_equal(act_is_one(&revision), rev % 3 == 0);
        if (act_is_one(&revision)) log_append_act(fixture->log, &revision, "p-1");
        if (rev % 100 == 0) submit(fixture, rev);
    }
}

static void acts_come_newest_first_and_in_pages(void **state) {
    struct fixture *fixture = *state;
    static struct found found;
    fixture_open(fixture);
    act(fixture, 1, 6000); // beyond what one transaction reads
    fixture_reopen(fixture);
    found.most = 2000;
    read_acts(fixture, UINT64_MAX, &found);
    assert_int_equal(found.count, 2000);
    for (int i = 0; i < 2000; i++)
        assert_int_equal(found.acts[i].rev, 6000 - 3 * i);
    assert_string_equal(found.acts[7].id, "p-1");
    assert_int_equal(found.acts[7].kind, INPUT_DESIRED);
    assert_int_equal(found.acts[7].received, START_TIME + 5979);
    assert_int_equal(found.acts[7].actor.length, 3);
    found.most = 5;
    read_acts(fixture, 300, &found);
    assert_int_equal(found.count, 5);
    assert_int_equal(found.acts[0].rev, 297); // the one before, not that one
    read_acts(fixture, 3, &found);
    assert_int_equal(found.count, 0);
}

static void acts_leave_with_their_revisions(void **state) {
    struct fixture *fixture = *state;
    static struct found found;
    fixture->options.quota_bytes = 300000;
    fixture_open(fixture);
    log_release(fixture->log, 5900);
    act(fixture, 1, 6000);
    uint64_t first = log_first_rev(fixture->log);
    assert_true(first > 3000);
    found.most = 2000;
    read_acts(fixture, UINT64_MAX, &found);
    assert_int_equal(found.acts[0].rev, 6000);
    assert_int_equal(found.acts[found.count - 1].rev, (first + 2) / 3 * 3);
}

struct version_found {
    char text[600];
};

static bool on_version_act(void *context, const struct version_act *act) {
    struct version_found *found = context;
    size_t used = strlen(found->text);
    snprintf(found->text + used, sizeof found->text - used, "%s %llu %s/%s; ",
             version_state_name(act->state), (unsigned long long)act->version, act->author,
             act->reason);
    return true;
}

static void what_happened_to_versions_is_kept_in_order(void **state) {
    struct fixture *fixture = *state;
    struct state_file file;
    struct version_found found = {0};
    struct err err = {0};
    assert_true(state_file_open(&file, fixture->dir, NULL, &err));
    struct version_head a = {.version = 1, .state = VERSION_PROMOTED, .at = 5, .promoted_at = 5};
    a.author = "ann", a.reason = "first";
    struct version_head b = {.version = 2, .state = VERSION_STORED, .at = 6};
    b.author = "bob", b.reason = "try";
    struct version_write write = {.heads = {&a}, .head_count = 1, .promoted = 1};
    assert_true(versions_write(&file, &write, &err));
    write = (struct version_write){.heads = {&b}, .head_count = 1};
    assert_true(versions_write(&file, &write, &err));
    b.state = VERSION_PROMOTED, b.promoted_at = 7, a.state = VERSION_STORED;
    write =
        (struct version_write){.heads = {&b, &a}, .head_count = 2, .promoted = 2, .author = "cy"};
    assert_true(versions_write(&file, &write, &err));
    a.state = VERSION_PROMOTED, a.promoted_at = 8, b.state = VERSION_ROLLED_BACK, b.why = "worse";
    write = (struct version_write){
        .heads = {&a, &b}, .head_count = 2, .promoted = 1, .author = "twind"};
    assert_true(versions_write(&file, &write, &err));
    assert_true(version_acts_read(&file, UINT64_MAX, on_version_act, &found, &err));
    assert_string_equal(found.text, "promoted 1 twind/first; rolled_back 2 twind/worse; "
                                    "promoted 2 cy/try; stored 2 bob/try; promoted 1 ann/first; ");
    state_file_close(&file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(acts_come_newest_first_and_in_pages),
        TEST(acts_leave_with_their_revisions),
        TEST(what_happened_to_versions_is_kept_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
