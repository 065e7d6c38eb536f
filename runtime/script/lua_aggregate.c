// The text is taken apart when the field is read; the other end is known when all models are.

#include "script/lua_aggregate.h"

#include "base/memory.h"
#include "twin/model.h"
#include "twin/name.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {
    [AGGREGATE_COUNT] = "count", [AGGREGATE_SUM] = "sum",   [AGGREGATE_MIN] = "min",
    [AGGREGATE_MAX] = "max",     [AGGREGATE_MEAN] = "mean", [AGGREGATE_WORST] = "worst",
};

// Both names of "part_of.power" into the aggregate; the second may be left out where it says so.
static void split(struct check *check, struct aggregate_spec *aggregate, const char *text) {
    const char *dot = strchr(text, '.');
    size_t length = dot ? (size_t)(dot - text) : strlen(text);
    const char *of = dot ? dot + 1 : "";
    if (!field_name_is_valid(text, length) || (dot && !field_name_is_valid(of, strlen(of))))
        check_fail(check, "\"%s\" is no RELATIONSHIP or RELATIONSHIP.FIELD", text);
    bool is_of_value = aggregate->kind != AGGREGATE_COUNT && aggregate->kind != AGGREGATE_WORST;
    if (is_of_value && !dot)
        check_fail(check, "of which value? write \"%s.FIELD\", a value of the twins there", text);
    if (aggregate->kind == AGGREGATE_WORST && dot)
        check_fail(check, "the worst alarm is of a whole twin; write \"%.*s\"", (int)length, text);
    free(aggregate->relationship);
    free(aggregate->of);
    aggregate->relationship = xstrndup(text, length);
    aggregate->of = xstrdup(of);
}

void lua_aggregate_read(struct check *check, struct model *model) {
    int place = model->field_count - 1, found = NONE;
    for (int kind = AGGREGATE_COUNT; kind <= AGGREGATE_WORST; kind++) {
        const char *text = check_text(check, kinds[kind]);
        if (!text) continue;
        size_t mark = check_enter(check, kinds[kind]);
        if (found != NONE)
            check_fail(check, "there is %s already; a value has one source", kinds[found]);
        if (model->fields[place].type != VALUE_NUMBER)
            check_fail(check, "it gives a number, and the value is a %s",
                       value_type_name(model->fields[place].type));
        found = kind;
        struct aggregate_spec *aggregate = model_add_aggregate(model, place);
        aggregate->kind = (enum aggregate_kind)kind;
        model->fields[place].source = SOURCE_AGGREGATE;
        split(check, aggregate, text);
        check_leave(check, mark);
    }
}

int lua_aggregate_relationship(const struct model *model, const char *name) {
    return model_relationship(model, name, strlen(name));
}

bool lua_aggregate_is_a(const struct model *model, const char *name, struct model *const *models,
                        int count) {
    if (!name[0]) return true;
    for (int depth = 0; model && depth <= count; depth++) { // circles are refused before
        if (strcmp(model->name, name) == 0) return true;
        const char *base = model->extends;
        model = NULL;
        for (int i = 0; base[0] && i < count; i++)
            if (strcmp(models[i]->name, base) == 0) model = models[i];
    }
    return false;
}

int lua_aggregate_field(const struct model *model, const char *name) {
    static const enum field_kind visible[] = {FIELD_TELEMETRY, FIELD_REPORTED, FIELD_DERIVED,
                                              FIELD_PARAMETER};
    for (size_t i = 0; i < ARRAY_LEN(visible); i++)
        for (int j = 0; j < model->field_count; j++) {
            const struct field *field = &model->fields[j];
            if (field->kind != visible[i] || strcmp(field->name, name) != 0) continue;
            return field->type == VALUE_NUMBER || field->type == VALUE_BOOLEAN ? j : NONE;
        }
    return NONE;
}

// Whether `member` may be at the other end of the aggregate's relationship.
static bool may_be_member(const struct model *model, const struct aggregate_spec *aggregate,
                          const struct model *member, struct model *const *models, int count) {
    int own = lua_aggregate_relationship(model, aggregate->relationship);
    if (own != NONE)
        return lua_aggregate_is_a(member, model->relationships[own].target, models, count);
    int its = lua_aggregate_relationship(member, aggregate->relationship);
    return its != NONE &&
           lua_aggregate_is_a(model, member->relationships[its].target, models, count);
}

// Values are taken as they are, so a member's in another unit is most likely a mistake.
static void warn_of_unit(struct check *check, const struct field *own, const struct model *member,
                         int field, enum aggregate_kind kind) {
    const char *unit = member->fields[field].unit;
    if (kind == AGGREGATE_COUNT || strcmp(unit, own->unit) == 0) return;
    check_warn(check,
               "%s of a %s is in \"%s\", and this value in \"%s\": numbers are not converted",
               member->fields[field].name, member->name, unit, own->unit);
}

static void check_one(struct check *check, const struct model *model,
                      struct aggregate_spec *aggregate, struct model *const *models, int count) {
    const char *relationship = aggregate->relationship;
    struct suggestion near = {relationship, strlen(relationship), NULL, 0};
    int members = 0, with_field = 0;
    aggregate->is_outgoing = lua_aggregate_relationship(model, relationship) != NONE;
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < models[i]->relationship_count; j++)
            suggestion_try(&near, models[i]->relationships[j].name);
        if (!may_be_member(model, aggregate, models[i], models, count)) continue;
        members++;
        int field = lua_aggregate_field(models[i], aggregate->of);
        if (field == NONE) continue;
        with_field++;
        warn_of_unit(check, &model->fields[aggregate->field], models[i], field, aggregate->kind);
    }
    bool is_any = aggregate->is_outgoing || members > 0;
    if (!is_any && near.best && strcmp(near.best, relationship) != 0)
        check_fail(check, "no model has a relationship \"%s\" to a %s; did you mean \"%s\"?",
                   relationship, model->name, near.best);
    if (!is_any)
        check_fail(check,
                   "no model has a relationship \"%s\" that leads to a %s, and a %s has none of "
                   "its own; declare it in the members' models",
                   relationship, model->name, model->name);
    if (aggregate->of[0] && with_field == 0)
        check_warn(check, "no model at the other end of \"%s\" has a number or boolean \"%s\"",
                   relationship, aggregate->of);
}

void lua_aggregate_check(struct check *check, struct model *model, struct model *const *models,
                         int count) {
    for (int i = 0; i < model->aggregate_count; i++) {
        struct aggregate_spec *aggregate = &model->aggregates[i];
        size_t mark = check_enter(check, "derived");
        check_enter(check, model->fields[aggregate->field].name);
        check_enter(check, kinds[aggregate->kind]);
        check_one(check, model, aggregate, models, count);
        check_leave(check, mark);
    }
}
