// A mistake of a script in one sentence, with the name that was probably meant.

#ifndef SCRIPT_MISTAKE_H
#define SCRIPT_MISTAKE_H

#include <lua.h>

// Raises, like luaL_error, "PLACE: sentence", and behind it `; did you mean "near"?` unless `near`
// is NULL. Returns int so that C functions can write `return mistake_raise(...)`. Takes printf's
// formats.
int mistake_raise(lua_State *lua, const char *near, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
