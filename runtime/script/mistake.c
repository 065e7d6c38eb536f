// Formatted here and not by Lua, whose formats the compiler cannot check.

#include "script/mistake.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>

int mistake_raise(lua_State *lua, const char *near, const char *format, ...) {
    char sentence[300]; // names of authors are cut, not refused
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (near) return luaL_error(lua, "%s; did you mean \"%s\"?", sentence, near);
    return luaL_error(lua, "%s", sentence);
}
