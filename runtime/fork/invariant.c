#include "fork/invariant.h"

#include "base/err.h"
#include "twin/twin.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORM "it reads MODEL.GROUP.FIELD OP VALUE, as in \"pump.derived.health < 0\""

static const char *skip_blank(const char *at) {
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

// A name of letters, digits and `_`, that ends at `end`.
static bool take_name(const char **at, char end, char *out, size_t size) {
    size_t length = strspn(*at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    if (length == 0 || length >= size || (end && (*at)[length] != end)) return false;
    memcpy(out, *at, length);
    out[length] = 0;
    *at += length + (end != 0);
    return true;
}

static bool take_group(const char *name, enum field_kind *kind) {
    static const struct {
        const char *name;
        enum field_kind kind;
    } groups[] = {
        {"telemetry", FIELD_TELEMETRY}, {"reported", FIELD_REPORTED},    {"desired", FIELD_DESIRED},
        {"derived", FIELD_DERIVED},     {"parameters", FIELD_PARAMETER}, {"state", FIELD_STATE},
    };
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (strcmp(groups[i].name, name) == 0) {
            *kind = groups[i].kind;
            return true;
        }
    return false;
}

static bool take_op(const char **at, struct invariant *invariant) {
    static const char *const ops[] = {"<=", ">=", "==", "~=", "<", ">"};
    static const int numbers[] = {INVARIANT_AT_MOST, INVARIANT_AT_LEAST, INVARIANT_IS,
                                  INVARIANT_IS_NOT,  INVARIANT_LESS,     INVARIANT_MORE};
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        if (strncmp(*at, ops[i], strlen(ops[i])) != 0) continue;
        invariant->op = numbers[i];
        *at += strlen(ops[i]);
        return true;
    }
    return false;
}

static bool take_value(const char *at, struct invariant *invariant) {
    char *end;
    size_t length = strlen(at);
    while (length > 0 && isspace((unsigned char)at[length - 1]))
        length--;
    if (length == 4 && strncmp(at, "true", 4) == 0) {
        invariant->value = value_boolean(true);
    } else if (length == 5 && strncmp(at, "false", 5) == 0) {
        invariant->value = value_boolean(false);
    } else if (length >= 2 && (*at == '"' || *at == '\'') && at[length - 1] == *at) {
        if (length - 2 >= sizeof invariant->text) return false;
        memcpy(invariant->text, at + 1, length - 2);
        invariant->value = value_text(invariant->text, (uint32_t)(length - 2));
    } else {
        invariant->value = value_number(strtod(at, &end));
        return length > 0 && end == at + length;
    }
    return true;
}

bool invariant_parse(struct invariant *invariant, const char *text, struct err *err) {
    char group[32];
    *invariant = (struct invariant){0};
    const char *at = skip_blank(text);
    if (!take_name(&at, '.', invariant->model, sizeof invariant->model) ||
        !take_name(&at, '.', group, sizeof group) ||
        !take_name(&at, 0, invariant->field, sizeof invariant->field))
        return err_set(err, ERR_INVALID, "\"%s\" cannot be understood: " FORM, text);
    if (!take_group(group, &invariant->kind))
        return err_set(err, ERR_INVALID,
                       "\"%s\" is no group of fields; the groups are telemetry, reported, desired, "
                       "derived, parameters and state",
                       group);
    at = skip_blank(at);
    if (!take_op(&at, invariant))
        return err_set(err, ERR_INVALID,
                       "\"%s\" has no comparison after the field: < <= > >= == or ~=", text);
    if (!take_value(skip_blank(at), invariant))
        return err_set(err, ERR_INVALID,
                       "\"%s\" does not end in a number, true, false or a text in quotes", text);
    bool is_order = invariant->op < INVARIANT_IS;
    if (is_order && invariant->value.type != VALUE_NUMBER)
        return err_set(err, ERR_INVALID,
                       "\"%s\": only numbers are less or more; write == or ~=", text);
    return true;
}

bool invariant_is_broken(const struct invariant *invariant, const struct twin *twin) {
    const struct model *model = twin->model;
    if (strcmp(model->name, invariant->model) != 0) return false;
    int field = model_field(model, invariant->kind, invariant->field, strlen(invariant->field));
    if (field == NONE) return false;
    struct value value = twin_value(twin, field);
    if (value.type != invariant->value.type) return false;
    double left = value.number, right = invariant->value.number;
    switch (invariant->op) {
    case INVARIANT_LESS:
        return left < right;
    case INVARIANT_AT_MOST:
        return left <= right;
    case INVARIANT_MORE:
        return left > right;
    case INVARIANT_AT_LEAST:
        return left >= right;
    case INVARIANT_IS:
        return value_equal(value, invariant->value);
    case INVARIANT_IS_NOT:
        return !value_equal(value, invariant->value);
    }
    return false;
}
