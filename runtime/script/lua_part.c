// A part is found by its id, so it costs one search in the world's table.

#include "script/lua_part.h"

#include "script/handle.h"
#include "script/lua_twin.h"
#include "script/mistake.h"
#include "script/state.h"
#include "twin/change.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"
#include "twin/world.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

static void check_part(lua_State *lua, const struct model *model, const char *name) {
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < model->part_count; i++) {
        if (strcmp(model->parts[i].name, name) == 0) return;
        suggestion_try(&near, model->parts[i].name);
    }
    mistake_raise(lua, near.best, "model \"%s\" has no part \"%s\"", model->name, name);
}

// pump:part("motor") -> the twin "pump-7:motor", or nil when it is not there
int lua_part_get(lua_State *lua) {
    struct handle handle = handle_at(lua, 1);
    luaL_argcheck(lua, lua_islightuserdata(lua, 1) && handle.view == VIEW_TWIN, 1,
                  "expected a twin; write twin:part(name) with a colon");
    const struct script *script = script_of(lua);
    const struct twin *twin = lua_twin_get(lua, handle.number);
    if (!script->changes) return luaL_error(lua, "a prediction sees only its own twin");
    const char *name = luaL_checkstring(lua, 2);
    check_part(lua, twin->model, name);
    char id[TWIN_ID_MAX + FIELD_NAME_MAX + 2];
    int length = snprintf(id, sizeof id, "%s:%s", twin->id, name);
    const struct twin *part = world_find(script->changes->world, id, (size_t)length);
    if (part) handle_push(lua, part->number, VIEW_TWIN, 0);
    return part ? 1 : 0;
}
