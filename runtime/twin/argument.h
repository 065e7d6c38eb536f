// What is given with an event or a command, and whether it may be.

#ifndef TWIN_ARGUMENT_H
#define TWIN_ARGUMENT_H

#include "twin/model.h"
#include "twin/value.h"

#include <stdbool.h>
#include <stddef.h>

struct err;

// The place of `name` among `count` arguments of `owner` ("command flush"); NONE with an error that
// says what there is.
int argument_find(const char *owner, const struct argument_spec *specs, int count, const char *name,
                  size_t length, struct err *err);

// One value: its type, finite, not too long, within its range, on earth. VALUE_NONE is "not given".
bool argument_check(const char *owner, const struct argument_spec *spec, struct value value,
                    struct err *err);

#endif
