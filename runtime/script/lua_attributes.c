// Parsed anew for each reading: attributes are few, and read when a twin starts or an alarm is
// raised.

#include "script/lua_attributes.h"

#include <cjson/cJSON.h>
#include <lauxlib.h>

#define BOX "twind.json"
#define DEPTH_MAX 16 // deeper ones are nil

static void push(lua_State *lua, const cJSON *item, int depth);
static int box_free(lua_State *lua);

void lua_attributes_open(lua_State *lua) {
    luaL_newmetatable(lua, BOX);
    lua_pushcfunction(lua, box_free);
    lua_setfield(lua, -2, "__gc");
    lua_pop(lua, 1);
}

void lua_attributes_push(lua_State *lua, const char *json) {
    cJSON **box = lua_newuserdatauv(lua, sizeof(cJSON *), 0);
    *box = NULL;
    luaL_setmetatable(lua, BOX);
    *box = cJSON_Parse(json);
    if (cJSON_IsObject(*box))
        push(lua, *box, 0);
    else
        lua_newtable(lua);
    cJSON_Delete(*box);
    *box = NULL;
    lua_remove(lua, -2);
}

static void push(lua_State *lua, const cJSON *item, int depth) {
    luaL_checkstack(lua, 4, "attributes nested too deep");
    if (cJSON_IsNumber(item)) {
        lua_pushnumber(lua, item->valuedouble);
    } else if (cJSON_IsString(item)) {
        lua_pushstring(lua, item->valuestring);
    } else if (cJSON_IsBool(item)) {
        lua_pushboolean(lua, cJSON_IsTrue(item));
    } else if ((cJSON_IsObject(item) || cJSON_IsArray(item)) && depth < DEPTH_MAX) {
        lua_newtable(lua);
        lua_Integer place = 0;
        for (const cJSON *child = item->child; child; child = child->next) {
            push(lua, child, depth + 1);
            if (cJSON_IsArray(item))
                lua_rawseti(lua, -2, ++place);
            else
                lua_setfield(lua, -2, child->string);
        }
    } else {
        lua_pushnil(lua);
    }
}

static int box_free(lua_State *lua) {
    cJSON **box = lua_touserdata(lua, 1);
    cJSON_Delete(*box);
    *box = NULL;
    return 0;
}
