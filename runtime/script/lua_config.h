// The configuration file: a Lua file that returns one flat table of settings.

#ifndef SCRIPT_LUA_CONFIG_H
#define SCRIPT_LUA_CONFIG_H

#include <stdbool.h>

struct err;

// Calls `on_setting` with each key and its value as text ("true" for a boolean). The file runs
// without any library. False with file and line when it does not load or holds something else.
bool lua_config_read(const char *path,
                     bool (*on_setting)(void *context, const char *key, const char *text,
                                        struct err *err),
                     void *context, struct err *err);

#endif
