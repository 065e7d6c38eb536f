// The author's API as text for tools: annotations that an editor reads (LuaCATS) and the globals
// that luacheck knows.
//
// What there is comes from the tables that bind it: the sandbox's list, the members and methods of
// a twin, the methods of t. What each is for stands in api_entry.c; one without the other is an
// error that names it, so neither can drift from the program.

#ifndef SCRIPT_API_H
#define SCRIPT_API_H

#include <stdbool.h>
#include <stddef.h>

struct buffer;
struct err;

bool api_write_luacats(struct buffer *out, struct err *err);
void api_write_luacheck(struct buffer *out);

// What there is of one thing, `class` being "twin", "t", "model", "telemetry" ...
struct api_entry {
    const char *class, *name;
    const char *type; // as LuaCATS writes it; a method's begins with "fun(self"
    const char *what;
};
const struct api_entry *api_entries(size_t *count); // by class, in the order of the file
const struct api_entry *api_find(const char *class, const char *name); // NULL when there is none

#endif
