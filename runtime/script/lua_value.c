// Numbers are always floats in Lua, so that 3 and 3.0 of a device divide alike. A location is a
// table { lat =, lon =, alt = }, a copy.

#include "script/lua_value.h"

void lua_value_push(lua_State *lua, struct value value) {
    switch (value.type) {
    case VALUE_NUMBER:
        lua_pushnumber(lua, value.number);
        return;
    case VALUE_BOOLEAN:
        lua_pushboolean(lua, value.boolean);
        return;
    case VALUE_TEXT:
        lua_pushlstring(lua, value.text, value.length);
        return;
    case VALUE_LOCATION:
        lua_createtable(lua, 0, 3);
        lua_pushnumber(lua, value.location->lat);
        lua_setfield(lua, -2, "lat");
        lua_pushnumber(lua, value.location->lon);
        lua_setfield(lua, -2, "lon");
        if (!value.location->has_alt) return;
        lua_pushnumber(lua, value.location->alt);
        lua_setfield(lua, -2, "alt");
        return;
    case VALUE_NONE:
        break;
    }
    lua_pushnil(lua);
}

bool lua_value_get(lua_State *lua, int index, struct value *value) {
    switch (lua_type(lua, index)) {
    case LUA_TNONE:
    case LUA_TNIL:
        *value = value_none();
        return true;
    case LUA_TNUMBER:
        *value = value_number(lua_tonumber(lua, index));
        return true;
    case LUA_TBOOLEAN:
        *value = value_boolean(lua_toboolean(lua, index));
        return true;
    case LUA_TSTRING: {
        size_t length;
        const char *text = lua_tolstring(lua, index, &length);
        if (length > UINT32_MAX) return false;
        *value = value_text(text, (uint32_t)length);
        return true;
    }
    default:
        return false;
    }
}

void lua_value_push_time(lua_State *lua, int64_t us) {
    lua_pushnumber(lua, (lua_Number)us / 1e6);
}
