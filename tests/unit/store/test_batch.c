// A batch's bytes: what was written is read back, and no damage passes.

#include "store/batch.h"
#include "store/fixture.h"
#include "twin/twin.h"

static struct model *make_model(void) {
    struct model *model = model_new("pump");
    model_add_field(model, FIELD_TELEMETRY, "temperature");
    model_finish(model);
    return model;
}

// Ten revisions and two states, written to `bytes`.
static size_t write_sample(uint8_t **bytes) {
    struct batch batch = {0};
    struct model *model = make_model();
    struct twin *twin = twin_new(5, "p-5", model);
    for (uint64_t rev = 100; rev < 110; rev++) {
        struct change change = {.kind = CHANGE_SET, .value = value_number((double)rev), .at = 1};
        struct revision revision = {.rev = rev,
                                    .twin = 5,
                                    .received = START_TIME + (int64_t)rev,
                                    .kind = INPUT_TIMER,
                                    .changes = &change,
                                    .change_count = 1};
        batch_add(&batch, &revision);
        twin->rev = rev;
        if (rev % 5 == 0) batch_add_state(&batch, twin);
    }
    size_t length = batch_bytes(&batch);
    *bytes = xmalloc(length);
    batch_write(&batch, *bytes);
    batch_fini(&batch);
    twin_free(twin);
    model_free(model);
    return length;
}

static void what_was_written_is_read_back(void **state) {
    (void)state;
    uint8_t *bytes;
    size_t length = write_sample(&bytes);
    struct batch_view view;
    struct region region = {0};
    assert_true(batch_read(&view, bytes, length, 100, NULL));
    assert_int_equal(view.first_rev, 100);
    assert_int_equal(view.count, 10);
    assert_int_equal(view.state_count, 2);
    for (uint64_t rev = 100; rev < 110; rev++) {
        struct revision revision;
        assert_true(revision_decode(&view.revisions, view.base, rev, &region, &revision));
        assert_int_equal(revision.received, START_TIME + (int64_t)rev);
        assert_true(revision.changes[0].value.number == (double)rev);
    }
    assert_ptr_equal(view.revisions.at, view.revisions.end);
    assert_int_equal(batch_read_state(&view, 1).twin, 5);
    assert_int_equal(batch_read_state(&view, 1).rev, 105);
    region_fini(&region);
    free(bytes);
}

static void every_flipped_bit_is_noticed(void **state) {
    (void)state;
    uint8_t *bytes;
    size_t length = write_sample(&bytes);
    struct batch_view view;
    for (size_t bit = 0; bit < length * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (batch_read(&view, bytes, length, 100, NULL)) fail_msg("bit %zu", bit);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(batch_read(&view, bytes, length, 100, NULL));
    free(bytes);
}

static void every_cut_is_noticed(void **state) {
    (void)state;
    uint8_t *bytes;
    size_t length = write_sample(&bytes);
    struct batch_view view;
    for (size_t cut = 0; cut < length; cut++) {
        uint8_t *copy = xmalloc(cut + 1); // so that a read beyond it is seen by a sanitizer
        memcpy(copy, bytes, cut);
        if (batch_read(&view, copy, cut, 100, NULL)) fail_msg("cut at %zu", cut);
        batch_read_header(&view, copy, cut);
        free(copy);
    }
    free(bytes);
}

static void a_batch_under_a_wrong_key_is_refused(void **state) {
    (void)state;
    uint8_t *bytes;
    size_t length = write_sample(&bytes);
    struct batch_view view;
    struct err err = {0};
    assert_false(batch_read(&view, bytes, length, 99, &err));
    assert_non_null(strstr(err.text, "rev 99"));
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_back),
        cmocka_unit_test(every_flipped_bit_is_noticed),
        cmocka_unit_test(every_cut_is_noticed),
        cmocka_unit_test(a_batch_under_a_wrong_key_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
