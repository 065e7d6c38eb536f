// One function a section; what they share is read by read_common.

#include "script/lua_field.h"

#include "base/memory.h"
#include "script/lua_aggregate.h"
#include "script/lua_location.h"
#include "script/lua_model.h"
#include "script/lua_sensor.h"
#include "script/lua_total.h"
#include "twin/model.h"

#include <lua.h>
#include <stdlib.h>
#include <string.h>

static void read_parameter(struct check *check, const char *name, void *context);
static void read_telemetry(struct check *check, const char *name, void *context);
static void read_property(struct check *check, const char *name, void *context);
static void read_derived(struct check *check, const char *name, void *context);
static struct field *read_common(struct check *check, struct model *model, enum field_kind kind,
                                 const char *name);
static void read_calibration(struct check *check, struct field *field);
static void read_default(struct check *check, struct field *field);

void lua_field_read_all(struct check *check, struct model *model) {
    check_each(check, "parameters", read_parameter, model);
    check_each(check, "telemetry", read_telemetry, model);
    check_each(check, "properties", read_property, model);
    check_each(check, "derived", read_derived, model);
    lua_total_read_all(check, model);
}

int lua_field_type(struct check *check) {
    const char *name = check_text(check, "type");
    if (!name) return VALUE_NUMBER;
    for (int type = VALUE_NUMBER; type <= VALUE_LOCATION; type++)
        if (strcmp(name, value_type_name((enum value_type)type)) == 0) return type;
    check_enter(check, "type");
    check_fail(check, "\"%s\" is no type; write \"number\", \"boolean\", \"text\" or \"location\"",
               name);
}

bool lua_field_unit(struct check *check, enum value_type type, const char **unit) {
    if (!check_unit(check, "unit", unit)) return false;
    if (type != VALUE_LOCATION) return true;
    check_enter(check, "unit");
    check_fail(check, "a location has none: lat and lon are degrees, alt is metres");
}

static void read_parameter(struct check *check, const char *name, void *context) {
    static const char *const keys[] = {"default", "range", "title", "type", "unit"};
    check_is_table(check);
    check_keys(check, keys, 5, 5);
    struct field *field = read_common(check, context, FIELD_PARAMETER, name);
    read_default(check, field);
}

static void read_telemetry(struct check *check, const char *name, void *context) {
    static const char *const keys[] = {"calibrate",   "max_rate", "range", "spike", "stale_after",
                                       "stuck_after", "title",    "type",  "unit",  "keep"};
    check_is_table(check);
    check_keys(check, keys, 10, 10);
    struct field *field = read_common(check, context, FIELD_TELEMETRY, name);
    check_duration(check, "keep", &field->keep_us);
    read_calibration(check, field);
    lua_sensor_read(check, context, ((struct model *)context)->field_count - 1);
}

static void read_property(struct check *check, const char *name, void *context) {
    static const char *const keys[] = {"calibrate",   "max_rate",    "range", "spike",
                                       "stale_after", "stuck_after", "title", "type",
                                       "unit",        "writable",    "keep"};
    struct model *model = context;
    check_is_table(check);
    check_keys(check, keys, 11, 11);
    struct field *field = read_common(check, model, FIELD_REPORTED, name);
    check_duration(check, "keep", &field->keep_us);
    read_calibration(check, field);
    lua_sensor_read(check, model, model->field_count - 1);
    check_boolean(check, "writable", &field->is_writable);
    if (!field->is_writable) return;
    if (field->gain != 1 || field->offset != 0)
        check_fail(check, "calibrated and writable: the device would be told a calibrated value; "
                          "leave one of them out");
    struct field *desired = model_add_field(model, FIELD_DESIRED, name); // the list may move
    field = &model->fields[model->field_count - 2];
    free(desired->unit);
    free(desired->title);
    desired->unit = xstrdup(field->unit);
    desired->title = xstrdup(field->title);
    desired->type = field->type;
    desired->has_range = field->has_range;
    desired->low = field->low;
    desired->high = field->high;
}

static void read_derived(struct check *check, const char *name, void *context) {
    static const char *const keys[] = {"above", "count", "counter",  "max",   "mean",
                                       "min",   "range", "run_time", "sum",   "title",
                                       "type",  "unit",  "worst",    "wraps", "keep"};
    check_is_table(check);
    check_keys(check, keys, 15, 15);
    struct field *field = read_common(check, context, FIELD_DERIVED, name);
    check_duration(check, "keep", &field->keep_us);
    lua_aggregate_read(check, context);
}

// Unit, title, type and range.
static struct field *read_common(struct check *check, struct model *model, enum field_kind kind,
                                 const char *name) {
    lua_model_claim(check, model, name);
    struct field *field = model_add_field(model, kind, name);
    field->type = (enum value_type)lua_field_type(check);
    const char *text;
    if (lua_field_unit(check, field->type, &text)) {
        free(field->unit);
        field->unit = xstrdup(text);
    }
    text = check_text(check, "title");
    if (text) {
        free(field->title);
        field->title = xstrdup(text);
    }
    field->has_range = check_range(check, "range", &field->low, &field->high);
    if (field->has_range && field->type != VALUE_NUMBER)
        check_fail(check, "a %s has no range", value_type_name(field->type));
    return field;
}

// calibrate = { gain = 1.02, offset = -0.4 }: value = raw * gain + offset
static void read_calibration(struct check *check, struct field *field) {
    static const char *const keys[] = {"gain", "offset"};
    size_t mark;
    if (!check_begin(check, "calibrate", &mark)) return;
    check_keys(check, keys, 2, 2);
    if (field->type != VALUE_NUMBER)
        check_fail(check, "a %s cannot be calibrated", value_type_name(field->type));
    check_number(check, "gain", &field->gain);
    check_number(check, "offset", &field->offset);
    if (field->gain == 0) check_fail(check, "gain is 0, which would make every sample the same");
    check_end(check, mark);
}

static void read_default(struct check *check, struct field *field) {
    double number;
    bool boolean;
    const char *text;
    struct location place;
    switch (field->type) {
    case VALUE_NUMBER:
        if (!check_number(check, "default", &number)) return;
        if (field->has_range && (number < field->low || number > field->high)) {
            check_enter(check, "default");
            check_fail(check, "%.15g is outside of its range %.15g to %.15g", number, field->low,
                       field->high);
        }
        field->default_value = value_number(number);
        return;
    case VALUE_BOOLEAN:
        if (check_boolean(check, "default", &boolean))
            field->default_value = value_boolean(boolean);
        return;
    case VALUE_LOCATION:
        if (lua_location_check(check, "default", &place))
            field->default_value = value_keep(value_location(&place));
        return;
    default:
        text = check_text(check, "default");
        if (!text) return;
        if (strlen(text) > VALUE_TEXT_MAX)
            check_fail(check, "default is longer than %d bytes", VALUE_TEXT_MAX);
        field->default_value = value_text(xstrdup(text), (uint32_t)strlen(text));
    }
}
