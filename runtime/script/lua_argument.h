// What is given with an event or a command: how a model declares it, and how a script gives it.

#ifndef SCRIPT_LUA_ARGUMENT_H
#define SCRIPT_LUA_ARGUMENT_H

#include "script/check.h"
#include "twin/model.h"

#include <lua.h>

struct region;
struct value;

// Of a table `NAME = { unit, type, range }` on top of the stack. `what` is for sentences: "an
// event".
struct lua_argument_list {
    const char *what;
    struct argument_spec **specs;
    int *count;
};
void lua_argument_read(struct check *check, const char *name, void *list);

// The table at `index`, or nothing there, as values in the order of `specs`, in the region. Raises
// with what is wrong; `owner` is for sentences: "event inflow_reduced".
struct value *lua_argument_give(lua_State *lua, int index, struct region *region, const char *owner,
                                const struct argument_spec *specs, int count);

#endif
