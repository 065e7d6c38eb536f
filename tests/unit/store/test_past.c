// The past: at each of its revisions a twin is read back as it was.

#include "base/hash.h"
#include "store/fleet.h"
#include "store/journal.h"
#include "store/past.h"
#include "twin/twin_codec.h"

#define TURNS 6000
#define FOLLOWED 60 // twins whose every revision is kept, by their numbers

struct moment {
    uint64_t rev;
    int64_t received;
    uint64_t hash;
};

struct album { // of one twin
    struct moment *moments;
    int count;
    uint64_t gone; // rev that retired it, 0 = there
};

// Links to twins that retired since are taken from the live twin without a revision of its own.
static uint64_t hash_of(const struct twin *twin) {
    struct buffer bytes = {0};
    struct twin *copy = twin_copy(twin);
    copy->link_count = 0;
    twin_encode(copy, &bytes);
    twin_free(copy);
    uint64_t hash = hash64(0, bytes.bytes, bytes.length);
    buffer_fini(&bytes);
    return hash;
}

static void keep(struct album *album, const struct twin *twin, int64_t received) {
    album->moments = xrealloc(album->moments, (size_t)(album->count + 1) * sizeof *album->moments);
    album->moments[album->count++] = (struct moment){twin->rev, received, hash_of(twin)};
}

static void live_and_keep(struct fleet *fleet, struct album albums[FOLLOWED]) {
    for (int turn = 0; turn < TURNS; turn++) {
        uint64_t before = fleet->world->rev;
        fleet_turn(fleet);
        if (fleet->world->rev == before) continue; // an event for somebody who is gone
        for (int i = 0; i < FOLLOWED; i++) {
            struct album *album = &albums[i];
            const struct twin *twin = world_twin(fleet->world, (uint32_t)i);
            if (!twin && album->count > 0 && album->gone == 0) album->gone = fleet->world->rev;
            if (twin && twin->rev == fleet->world->rev) keep(album, twin, fleet->world->clock);
        }
        if (turn % 50 == 0) fleet_commit(fleet);
    }
    fleet_commit(fleet);
}

static void compare(struct fleet *fleet, uint32_t number, const struct album *album) {
    uint64_t newest = album->gone ? album->gone : album->moments[album->count - 1].rev;
    for (int i = 0; i < album->count; i++) {
        const struct moment *moment = &album->moments[i];
        uint64_t next = i + 1 < album->count ? album->moments[i + 1].rev : newest;
        for (int when = 0; when < 2; when++) { // at the revision, and just before the next one
            uint64_t rev = when == 0 || next == moment->rev ? moment->rev : next - 1;
            struct past past = {0};
            struct err err = {0};
            if (!past_open(&past, fleet->fixture->log, number, newest, rev, &err))
                fail_msg("rev %llu: %s", (unsigned long long)rev, err.text);
            assert_int_equal(past.twin->rev, moment->rev);
            assert_int_equal(past.received, moment->received);
            assert_true(hash_of(past.twin) == moment->hash);
            past_close(&past);
        }
    }
}

static void every_revision_of_a_twin_is_read_back_as_it_was(void **state) {
    struct fleet fleet;
    struct album albums[FOLLOWED] = {0};
    int longest = 0;
    fleet_recover(&fleet, *state, NULL);
    live_and_keep(&fleet, albums);
    for (int i = 0; i < FOLLOWED; i++) {
        if (albums[i].count > longest) longest = albums[i].count;
        if (albums[i].count > 0) compare(&fleet, (uint32_t)i, &albums[i]);
        free(albums[i].moments);
    }
    assert_true(longest > 36); // over several full states
    fleet_close(&fleet);
}

// Pages of 10, from the newest back, each revision with the twin as it was before.
static void compare_pages(struct fleet *fleet, uint32_t number, const struct album *album) {
    int left = album->count;
    uint64_t rev = album->moments[album->count - 1].rev;
    uint64_t newest = album->gone ? album->gone : rev;
    while (rev != 0) {
        struct past past = {0};
        struct err err = {0};
        struct revision revision;
        if (!past_open_page(&past, fleet->fixture->log, number, newest, rev, INT64_MIN, 10, &err))
            fail_msg("%s", err.text);
        int until = left, at = left = left > 10 ? left - 10 : 0;
        while (past_step(&past, &revision)) {
            assert_int_equal(revision.rev, album->moments[at].rev);
            if (at == 0) assert_null(past.twin);
            if (at > 0) assert_true(hash_of(past.twin) == album->moments[at - 1].hash);
            past_apply(&past, &revision);
            at++;
        }
        assert_int_equal(at, until);
        rev = past.before;
        past_close(&past);
    }
    assert_int_equal(left, 0);
}

static void pages_go_back_to_the_first_revision(void **state) {
    struct fleet fleet;
    struct album albums[FOLLOWED] = {0};
    fleet_recover(&fleet, *state, NULL);
    live_and_keep(&fleet, albums);
    for (int i = 0; i < FOLLOWED; i++) {
        if (albums[i].count > 0) compare_pages(&fleet, (uint32_t)i, &albums[i]);
        free(albums[i].moments);
    }
    fleet_close(&fleet);
}

static void a_twin_is_not_there_before_it_was_made_nor_after_it_retired(void **state) {
    struct fleet fleet;
    struct past past = {0};
    struct err err;
    fleet_recover(&fleet, *state, NULL);
    struct twin *first = fleet_create(&fleet), *twin = fleet_create(&fleet);
    uint32_t number = twin->number;
    uint64_t made = twin->rev;
    fleet_sample(&fleet, first);
    fleet_retire(&fleet, twin);
    uint64_t retired = fleet.world->rev;
    fleet_commit(&fleet);
    assert_false(past_open(&past, fleet.fixture->log, number, retired, made - 1, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    past_close(&past);
    assert_true(past_open(&past, fleet.fixture->log, number, retired, retired - 1, &err));
    past_close(&past);
    assert_false(past_open(&past, fleet.fixture->log, number, retired, retired, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    past_close(&past);
    fleet_close(&fleet);
}

static void a_link_is_there_while_it_was(void **state) {
    struct fleet fleet;
    struct past past = {0};
    fleet_recover(&fleet, *state, NULL);
    struct twin *from = fleet_create(&fleet), *to = fleet_create(&fleet);
    while (from->link_count == 0)
        fleet_link(&fleet, from, to);
    uint64_t linked = from->rev;
    fleet_sample(&fleet, from);
    fleet_commit(&fleet);
    assert_true(past_open(&past, fleet.fixture->log, from->number, from->rev, from->rev, NULL));
    assert_int_equal(past.twin->link_count, 1);
    assert_int_equal(past.twin->links[0].other, to->number);
    past_close(&past);
    assert_true(past_open(&past, fleet.fixture->log, from->number, from->rev, linked - 1, NULL));
    assert_int_equal(past.twin->link_count, 0);
    past_close(&past);
    fleet_close(&fleet);
}

static void a_time_leads_to_the_newest_revision_until_then(void **state) {
    struct fleet fleet;
    struct err err;
    struct album all = {0};
    fleet_recover(&fleet, *state, NULL);
    for (int turn = 0; turn < 500; turn++) {
        fleet_turn(&fleet);
        if (all.count > 0 && fleet.world->rev == all.moments[all.count - 1].rev) continue;
        all.moments = xrealloc(all.moments, (size_t)(all.count + 1) * sizeof *all.moments);
        all.moments[all.count++] =
            (struct moment){.rev = fleet.world->rev, .received = fleet.world->clock};
        if (turn % 7 == 0) fleet_commit(&fleet);
    }
    fleet_commit(&fleet);
    for (int i = 0; i < all.count; i++) {
        uint64_t rev;
        assert_true(past_rev_at(fleet.fixture->log, all.moments[i].received, &rev, &err));
        assert_int_equal(rev, all.moments[i].rev);
        bool is_there = past_rev_at(fleet.fixture->log, all.moments[i].received - 1, &rev, &err);
        assert_int_equal(is_there, i > 0);
        if (is_there) assert_int_equal(rev, all.moments[i - 1].rev);
    }
    uint64_t rev;
    assert_true(past_rev_at(fleet.fixture->log, INT64_MAX, &rev, &err));
    assert_int_equal(rev, fleet.world->rev);
    free(all.moments);
    fleet_close(&fleet);
}

// Flips a bit in the middle of a batch, as a disk may; gives its first rev.
static uint64_t damage_batch(struct fixture *fixture, int which) {
    struct journal *journal = log_journal(fixture->log);
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, value;
    uint64_t rev = 0;
    assert_int_equal(environment_reserve(&journal->environment, 1 << 20, 0), 0);
    assert_int_equal(mdb_txn_begin(journal->environment.env, NULL, 0, &txn), 0);
    mdb_cursor_open(txn, journal->databases[JOURNAL_BATCHES], &cursor);
    for (int i = 0; i <= which; i++)
        assert_int_equal(mdb_cursor_get(cursor, &key, &value, MDB_NEXT), 0);
    memcpy(&rev, key.mv_data, sizeof rev);
    uint8_t *copy = xmalloc(value.mv_size);
    memcpy(copy, value.mv_data, value.mv_size);
    copy[value.mv_size / 3] ^= 4;
    value.mv_data = copy;
    uint64_t same = rev;
    key.mv_data = &same;
    assert_int_equal(mdb_put(txn, journal->databases[JOURNAL_BATCHES], &key, &value, 0), 0);
    mdb_cursor_close(cursor);
    assert_int_equal(mdb_txn_commit(txn), 0);
    free(copy);
    return rev;
}

struct span {
    uint64_t from, to;
};

// Every page of a twin from its newest on. Marks the moments that are told, by their place.
static int read_pages(struct fleet *fleet, uint32_t number, const struct album *album,
                      bool *is_told, struct span spans[8]) {
    uint64_t newest = album->gone ? album->gone : album->moments[album->count - 1].rev;
    int span_count = 0;
    for (uint64_t at = newest, pages = 0; at != 0; pages++) {
        struct past past = {.layout = fleet->models[1]->layout};
        struct err err = {0};
        struct revision revision;
        assert_true(pages < 2000);
        if (!past_open_page(&past, fleet->fixture->log, number, newest, at, INT64_MIN, 7, &err))
            fail_msg("page at %llu: %s", (unsigned long long)at, err.text);
        while (past_step(&past, &revision)) {
            past_apply(&past, &revision);
            for (int i = 0; (past.twin || past.model) && i < album->count; i++) {
                if (album->moments[i].rev != revision.rev) continue;
                if (past.twin) assert_true(hash_of(past.twin) == album->moments[i].hash);
                is_told[i] = true;
            }
        }
        if (past.unreadable_from != 0 && span_count < 8)
            spans[span_count++] = (struct span){past.unreadable_from, past.unreadable_to};
        assert_true(past.before < at);
        at = past.before;
        past_close(&past);
    }
    return span_count;
}

// Where a model ever had one layout, all that is behind the damage can be told.
static void look_beside_damage(struct fixture *fixture, bool has_one_layout) {
    struct fleet fleet;
    struct album albums[FOLLOWED] = {0};
    fleet_recover(&fleet, fixture, NULL);
    if (has_one_layout) fleet.models[0] = fleet.models[1];
    live_and_keep(&fleet, albums);
    uint64_t damaged = damage_batch(fleet.fixture, 9);
    int failed = 0, good = 0, hidden = 0;
    for (uint32_t number = 0; number < FOLLOWED; number++) {
        const struct album *album = &albums[number];
        if (album->count == 0) continue;
        uint64_t newest = album->gone ? album->gone : album->moments[album->count - 1].rev;
        for (int i = 0; i < album->count; i++) {
            struct past past = {0};
            struct err err = {0};
            uint64_t rev = album->moments[i].rev;
            if (past_open(&past, fleet.fixture->log, number, newest, rev, &err)) {
                assert_int_equal(past.twin->rev, rev);
                assert_true(hash_of(past.twin) == album->moments[i].hash);
                good++;
            } else {
                assert_int_equal(err.code, ERR_INTERNAL);
                if (!strstr(err.text, "of the log are damaged")) fail_msg("%s", err.text);
                assert_true(rev >= damaged && rev < damaged + 1500); // the next full state is near
                failed++;
            }
            past_close(&past);
        }
        bool *is_told = xcalloc((size_t)album->count, sizeof *is_told);
        struct span spans[8];
        int span_count = read_pages(&fleet, number, album, is_told, spans);
        for (int i = 0; i < album->count; i++) {
            bool is_explained = is_told[i];
            for (int j = 0; j < span_count; j++)
                is_explained |=
                    album->moments[i].rev >= spans[j].from && album->moments[i].rev <= spans[j].to;
            if (!is_explained)
                fail_msg("rev %llu of twin %u is neither told nor said to be damaged",
                         (unsigned long long)album->moments[i].rev, number);
            hidden += !is_told[i];
        }
        free(is_told);
    }
    assert_true(failed > 0 && good > 5 * failed);
    assert_true(hidden > 0 && good > 5 * hidden);
    if (has_one_layout) assert_true(hidden < 60); // the batch has 49
    assert_int_equal(metric(fleet.fixture, "twind_log_damaged_batches"), 1);
    fleet_close(&fleet);
    for (int i = 0; i < FOLLOWED; i++)
        free(albums[i].moments);
}

static void damage_is_told_and_hides_nothing_else(void **state) {
    look_beside_damage(*state, false);
}

static void what_came_after_damage_is_told_where_its_layout_is_sure(void **state) {
    look_beside_damage(*state, true);
}

static void a_time_in_the_damage_has_no_rev(void **state) {
    struct fleet fleet;
    struct album albums[FOLLOWED] = {0};
    fleet_recover(&fleet, *state, NULL);
    live_and_keep(&fleet, albums);
    uint64_t damaged = damage_batch(fleet.fixture, 9);
    int refused = 0;
    for (int number = 0; number < FOLLOWED; number++)
        for (int i = 0; i < albums[number].count; i++) {
            const struct moment *moment = &albums[number].moments[i];
            struct err err = {0};
            uint64_t rev;
            if (past_rev_at(fleet.fixture->log, moment->received, &rev, &err)) {
                assert_int_equal(rev, moment->rev);
                continue;
            }
            assert_non_null(strstr(err.text, "ask for rev"));
            assert_true(moment->rev + 1 >= damaged && moment->rev < damaged + 200);
            refused++;
        }
    assert_true(refused > 0);
    fleet_close(&fleet);
    for (int i = 0; i < FOLLOWED; i++)
        free(albums[i].moments);
}

int main(void) {
#define PAST_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        PAST_TEST(every_revision_of_a_twin_is_read_back_as_it_was),
        PAST_TEST(pages_go_back_to_the_first_revision),
        PAST_TEST(a_twin_is_not_there_before_it_was_made_nor_after_it_retired),
        PAST_TEST(a_link_is_there_while_it_was),
        PAST_TEST(damage_is_told_and_hides_nothing_else),
        PAST_TEST(what_came_after_damage_is_told_where_its_layout_is_sure),
        PAST_TEST(a_time_in_the_damage_has_no_rev),
        PAST_TEST(a_time_leads_to_the_newest_revision_until_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
