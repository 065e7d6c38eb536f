// One sentence for each fault, the same for scripts, operators and devices.

#include "twin/argument.h"

#include "base/err.h"
#include "twin/location.h"
#include "twin/name.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int argument_find(const char *owner, const struct argument_spec *specs, int count, const char *name,
                  size_t length, struct err *err) {
    struct suggestion near = {name, length, NULL, 0};
    for (int i = 0; i < count; i++) {
        if (strlen(specs[i].name) == length && memcmp(specs[i].name, name, length) == 0) return i;
        suggestion_try(&near, specs[i].name);
    }
    int shown = length < 64 ? (int)length : 64;
    if (near.best)
        err_set(err, ERR_INVALID, "%s has no argument \"%.*s\"; did you mean \"%s\"?", owner, shown,
                name, near.best);
    else
        err_set(err, ERR_INVALID, "%s has no argument \"%.*s\"", owner, shown, name);
    return NONE;
}

bool argument_check(const char *owner, const struct argument_spec *spec, struct value value,
                    struct err *err) {
    if (value.type == VALUE_NONE) return true;
    if (value.type != spec->type)
        return err_set(err, ERR_INVALID, "%s: %s takes a %s, not a %s", owner, spec->name,
                       value_type_name(spec->type), value_type_name(value.type));
    if (value.type == VALUE_TEXT && value.length > VALUE_TEXT_MAX)
        return err_set(err, ERR_INVALID, "%s: %s is a text of %u bytes, the limit is %d", owner,
                       spec->name, value.length, VALUE_TEXT_MAX);
    if (value.type == VALUE_LOCATION) {
        char what[160];
        snprintf(what, sizeof what, "%s: %s", owner, spec->name);
        return location_check(value.location, what, err);
    }
    if (value.type != VALUE_NUMBER) return true;
    if (!isfinite(value.number))
        return err_set(err, ERR_INVALID, "%s: %s is not a finite number", owner, spec->name);
    if (spec->has_range && (value.number < spec->low || value.number > spec->high))
        return err_set(err, ERR_INVALID, "%s: %s cannot be %g: its range is %g to %g%s%s", owner,
                       spec->name, value.number, spec->low, spec->high, spec->unit[0] ? " " : "",
                       spec->unit);
    return true;
}
