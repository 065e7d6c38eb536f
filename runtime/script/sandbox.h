// What a script can call: a short positive list, one line with its reason for each name.
//
// Everything that is shared is read-only: the globals, the library tables and what a scripts/lib
// file returns. There is no way to load code, to reach the machine, to set a metatable or to read a
// clock or chance of its own.

#ifndef SCRIPT_SANDBOX_H
#define SCRIPT_SANDBOX_H

#include <lua.h>

struct script;

// A C function without arguments: builds the environment of the state's script.
int sandbox_build(lua_State *lua);

// Pushes the chunk of a loaded file, in the environment. Raises the parser's sentence.
void sandbox_load(struct script *script, const char *path);

// The `require` of scripts: require "lib.name" gives what scripts/lib/name.lua returned, run once.
int sandbox_require(lua_State *lua);

// What there is, in the order of the list; NULL behind the last.
struct sandbox_entry {
    const char *library; // "" = a global
    const char *name;
    lua_CFunction function; // NULL: Lua's own
    const char *why;
};
const struct sandbox_entry *sandbox_entry(int index);

// Replaces the table on top by a read-only one that shows it.
void sandbox_protect(lua_State *lua, const char *name);

#endif
