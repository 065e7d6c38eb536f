// What a place is, how it reads as text, and that it comes back from bytes as it was.

#include "base/err.h"
#include "base/memory.h"
#include "test.h"
#include "twin/change.h"
#include "twin/change_codec.h"
#include "twin/location.h"
#include "twin/model.h"
#include "twin/model_codec.h"
#include "twin/twin.h"
#include "twin/twin_codec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void refused(struct location location, const char *sentence) {
    struct err err;
    assert_false(location_check(&location, "position", &err));
    assert_string_equal(err.text, sentence);
}

static void a_place_is_on_earth(void **state) {
    (void)state;
    struct err err;
    assert_true(location_check(&(struct location){-90, 180, -12262, true}, "position", &err));
    assert_true(location_check(&(struct location){90, -180, 4e8, true}, "position", &err));
    refused((struct location){90.001, 0, 0, false},
            "position: lat cannot be 90.001, it is degrees from -90 to 90");
    refused((struct location){0, -180.5, 0, false},
            "position: lon cannot be -180.5, it is degrees from -180 to 180");
    refused((struct location){0, NAN, 0, false},
            "position: lon cannot be nan, it is degrees from -180 to 180");
    refused((struct location){0, 0, INFINITY, true}, "position: alt cannot be inf, it is metres");
}

static void text_comes_back_as_it_was(void **state) {
    (void)state;
    static const char *const texts[] = {"52.1,4.3", "-0.5,180,12", "1e-7,2,-3.25"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct location location;
        char text[LOCATION_TEXT_SIZE];
        assert_true(location_parse(texts[i], strlen(texts[i]), &location));
        location_format(&location, text);
        assert_string_equal(text, texts[i]);
    }
}

static void change_and_slot_keep_every_digit(void **state) {
    (void)state;
    struct location place = {52.123456789012345, -4.3, 0, true}, other = {1, 2, 0, false};
    struct buffer bytes = {0};
    struct region region = {0};
    value_encode(value_location(&place), &bytes);
    value_encode(value_location(&other), &bytes);
    struct reader in = {bytes.bytes, bytes.bytes + bytes.length, 0};
    assert_true(value_equal(value_decode(&in, &region), value_location(&place)));
    struct value back = value_decode(&in, &region);
    assert_true(value_equal(back, value_location(&other)));
    assert_false(value_equal(back, value_location(&place)));
    struct slot slot = {0};
    slot_set(&slot, back, 5, QUALITY_GOOD, 7);
    slot_set(&slot, slot_value(&slot), 6, QUALITY_GOOD, 8); // its own bytes
    assert_true(value_equal(slot_value(&slot), value_location(&other)));
    slot_clear(&slot);
    region_fini(&region);
    buffer_fini(&bytes);
}

static const struct model *the_model(void *context, uint64_t layout) {
    const struct model *model = context;
    return model->layout == layout ? model : NULL;
}

static void a_layout_keeps_a_default_and_a_twin_its_place(void **state) {
    (void)state;
    struct location place = {52.1, 4.3, 12, true};
    struct err err;
    struct model *model = model_new("van");
    struct field *home = model_add_field(model, FIELD_PARAMETER, "home");
    home->type = VALUE_LOCATION;
    home->default_value = value_keep(value_location(&place));
    model_add_field(model, FIELD_TELEMETRY, "position")->type = VALUE_LOCATION;
    model_finish(model);
    struct buffer bytes = {0};
    model_encode(model, &bytes);
    struct reader in = {bytes.bytes, bytes.bytes + bytes.length, 0};
    struct model *copy = model_decode(&in, &err);
    assert_non_null(copy);
    assert_true(copy->layout == model->layout);
    assert_true(value_equal(copy->fields[0].default_value, value_location(&place)));
    struct twin *twin = twin_new(1, "van-1", model);
    slot_set(&twin->slots[1], value_location(&place), 5, QUALITY_GOOD, 7);
    bytes.length = 0;
    twin_encode(twin, &bytes);
    in = (struct reader){bytes.bytes, bytes.bytes + bytes.length, 0};
    struct twin *back = twin_decode(&in, the_model, copy, &err);
    assert_non_null(back);
    assert_true(value_equal(twin_value(back, 1), value_location(&place)));
    assert_true(value_equal(twin_value(back, 0), value_location(&place)));
    twin_free(twin);
    twin_free(back);
    model_free(model);
    model_free(copy);
    buffer_fini(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_on_earth),
        cmocka_unit_test(text_comes_back_as_it_was),
        cmocka_unit_test(change_and_slot_keep_every_digit),
        cmocka_unit_test(a_layout_keeps_a_default_and_a_twin_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
