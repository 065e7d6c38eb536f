// What a total counts in is not what it shows it in: the factor between the two units is its gain.

#include "script/lua_total.h"

#include "base/memory.h"
#include "script/lua_model.h"
#include "twin/model.h"
#include "twin/unit.h"

#include <stdlib.h>
#include <string.h>

static void read_total(struct check *check, const char *name, void *context);
static void refuse_chain(struct check *check, const char *name, void *context);

void lua_total_read_all(struct check *check, struct model *model) {
    check_each(check, "derived", read_total, model);
    check_each(check, "derived", refuse_chain, model);
}

static bool has_key(const struct check *check, const char *key) {
    lua_getfield(check->lua, -1, key);
    bool is_there = !lua_isnil(check->lua, -1);
    lua_pop(check->lua, 1);
    return is_there;
}

// The field under `key`; raises unless it can be followed.
static int read_followed(struct check *check, const struct model *model, const char *key) {
    const char *name = check_text(check, key);
    size_t mark = check_enter(check, key);
    int of = lua_model_find_value(check, model, name);
    const struct field *field = &model->fields[of];
    bool is_run_time = strcmp(key, "run_time") == 0;
    if (field->type != VALUE_NUMBER && !(is_run_time && field->type == VALUE_BOOLEAN))
        check_fail(check, "\"%s\" is a %s, not a number%s", name, value_type_name(field->type),
                   is_run_time ? " or a boolean" : "");
    check_leave(check, mark);
    return of;
}

// How many `field->unit` one `from` is.
static void read_factor(struct check *check, struct field *field, const char *from,
                        const char *what) {
    struct unit_conversion conversion;
    if (!unit_convert(from, strlen(from), field->unit, &conversion) || conversion.offset != 0) {
        check_enter(check, "unit");
        check_fail(check, "\"%s\" cannot be made of %s \"%s\"", field->unit, what, from);
    }
    field->gain = conversion.factor / conversion.divisor;
}

static void read_counter(struct check *check, const struct model *model, struct field *field) {
    const struct field *of = &model->fields[field->of];
    if (!has_key(check, "unit")) {
        char *unit = xstrdup(of->unit); // before: it may name itself, which is refused later
        free(field->unit);
        field->unit = unit;
    } else {
        read_factor(check, field, of->unit, "the counter's unit");
    }
    if (!check_number(check, "wraps", &field->wrap) || field->wrap > 0) return;
    check_enter(check, "wraps");
    check_fail(check, "%.15g is not above 0; write the highest value the counter shows",
               field->wrap);
}

static void read_run_time(struct check *check, const struct model *model, struct field *field) {
    const struct field *of = &model->fields[field->of];
    if (!has_key(check, "unit")) {
        free(field->unit);
        field->unit = xstrdup("s");
    }
    read_factor(check, field, "s", "a time in");
    if (!check_number(check, "above", &field->above) || of->type == VALUE_NUMBER) return;
    check_enter(check, "above");
    check_fail(check, "\"%s\" is a boolean: its time is that it is true; leave this out", of->name);
}

// The model has no index before it is finished.
static struct field *find_derived(const struct model *model, const char *name) {
    for (int i = 0; i < model->field_count; i++)
        if (model->fields[i].kind == FIELD_DERIVED && strcmp(model->fields[i].name, name) == 0)
            return &model->fields[i];
    return NULL;
}

static void read_total(struct check *check, const char *name, void *context) {
    const struct model *model = context;
    struct field *field = find_derived(model, name);
    bool is_counter = has_key(check, "counter"), is_run_time = has_key(check, "run_time");
    if (is_counter && is_run_time)
        check_fail(check, "counter and run_time: a value is one of them; declare two");
    if (!is_counter && has_key(check, "wraps")) check_fail(check, "wraps is of a counter");
    if (!is_run_time && has_key(check, "above")) check_fail(check, "above is of a run_time");
    if (!is_counter && !is_run_time) return;
    if (field->type != VALUE_NUMBER)
        check_fail(check, "a total is a number, not a %s", value_type_name(field->type));
    field->of = read_followed(check, model, is_counter ? "counter" : "run_time");
    field->source = is_counter ? SOURCE_COUNTER : SOURCE_RUN_TIME;
    if (is_counter)
        read_counter(check, model, field);
    else
        read_run_time(check, model, field);
}

// A total of totals would say nothing new, and two that follow each other would never end.
static void refuse_chain(struct check *check, const char *name, void *context) {
    const struct model *model = context;
    const struct field *field = find_derived(model, name);
    if (field->of == NONE || model->fields[field->of].of == NONE) return;
    const struct field *of = &model->fields[field->of];
    check_enter(check, field->source == SOURCE_COUNTER ? "counter" : "run_time");
    check_fail(check, "\"%s\" is a total itself; follow what it follows, \"%s\"", of->name,
               model->fields[of->of].name);
}
