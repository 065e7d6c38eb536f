// Reads a table that an author declared, and says of every mistake where it is:
// `models/pump.lua: telemetry.temperature.range: 150 is not above -20`.
//
// Works on the table on top of the Lua stack. Mistakes raise Lua errors, so nothing here may hold
// memory of its own.

#ifndef SCRIPT_CHECK_H
#define SCRIPT_CHECK_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct logger;

struct check {
    lua_State *lua;
    const char *file;
    const struct logger *logger;
    char path[240];
};

// Raises "FILE: PATH: sentence".
_Noreturn void check_fail(const struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// Logs "FILE: PATH: sentence" and goes on.
void check_warn(const struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Goes down into `key` and back; `check_enter` returns what `check_leave` takes.
size_t check_enter(struct check *check, const char *key);
void check_leave(struct check *check, size_t mark);

// Every key of the table must be a text and one of `known`. Those after `known_count` up to
// `all_count` belong to a later version: each that is there is warned of.
void check_keys(struct check *check, const char *const *known, int known_count, int all_count);

// Of a key of the table: false or NULL when it is not there.
bool check_number(struct check *check, const char *key, double *number);
bool check_boolean(struct check *check, const char *key, bool *boolean);
const char *check_text(struct check *check, const char *key); // lives as long as the table
bool check_duration(struct check *check, const char *key, int64_t *us);
bool check_range(struct check *check, const char *key, double *low, double *high);
bool check_unit(struct check *check, const char *key, const char **unit); // a known one

// Pushes the table under `key` and goes down; check_end comes back.
bool check_begin(struct check *check, const char *key, size_t *mark);
void check_end(struct check *check, size_t mark);

// Calls `each` for every entry of the table under `key`, keys in order, with the entry's value on
// top and the path gone down to it. Keys must be texts.
typedef void check_entry(struct check *check, const char *name, void *context);
void check_each(struct check *check, const char *key, check_entry *each, void *context);
// The same for the table on top itself.
void check_all(struct check *check, check_entry *each, void *context);

// Raises unless the value on top is a table, or a function.
void check_is_table(const struct check *check);
void check_is_function(const struct check *check);

#endif
