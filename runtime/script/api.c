// The binding tables are walked for what there is; api_entry.c is asked what it is for.

#include "script/api.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/lua_claim.h"
#include "script/lua_method.h"
#include "script/lua_stage.h"
#include "script/lua_twin.h"
#include "script/sandbox.h"

#include <lauxlib.h>
#include <string.h>

#define LINE_MAX_BYTES 132 // of .luacheckrc

static bool has_method(const struct luaL_Reg *list, const char *name) {
    for (; list->name; list++)
        if (strcmp(list->name, name) == 0) return true;
    return false;
}

static bool is_bound(const char *class, const char *name) {
    if (strcmp(class, "t") == 0)
        return has_method(lua_stage_list(), name) || has_method(lua_claim_list(), name);
    if (strcmp(class, "twin") != 0) return true; // tables that authors write or get
    for (int i = 0; lua_twin_member(i); i++)
        if (strcmp(lua_twin_member(i), name) == 0) return true;
    return has_method(lua_method_list(), name);
}

static bool check_entry_of(const char *class, const char *name, struct err *err) {
    return api_find(class, name) ||
           err_set(err, ERR_INTERNAL, "%s.%s has no line in runtime/script/api_entry.c", class,
                   name);
}

// Every bound name has its line, and every line of a bound class its name.
static bool check_tables(struct err *err) {
    for (int i = 0; lua_twin_member(i); i++)
        if (!check_entry_of("twin", lua_twin_member(i), err)) return false;
    for (const luaL_Reg *method = lua_method_list(); method->name; method++)
        if (!check_entry_of("twin", method->name, err)) return false;
    for (const luaL_Reg *method = lua_stage_list(); method->name; method++)
        if (!check_entry_of("t", method->name, err)) return false;
    for (const luaL_Reg *method = lua_claim_list(); method->name; method++)
        if (!check_entry_of("t", method->name, err)) return false;
    size_t count;
    const struct api_entry *entries = api_entries(&count);
    for (size_t i = 0; i < count; i++)
        if (!is_bound(entries[i].class, entries[i].name))
            return err_set(err, ERR_INTERNAL,
                           "runtime/script/api_entry.c has %s.%s, which is not bound to anything",
                           entries[i].class, entries[i].name);
    return true;
}

bool api_write_luacats(struct buffer *out, struct err *err) {
    if (!check_tables(err)) return false;
    buffer_printf(out, "---@meta\n"
                       "-- What scripts can use, for editors (LuaCATS). Made by `make api`; change "
                       "runtime/script/ instead.\n"
                       "-- luacheck: ignore\n");
    size_t count;
    const struct api_entry *entries = api_entries(&count);
    for (size_t i = 0; i < count; i++) {
        const struct api_entry *entry = &entries[i];
        if (!is_bound(entry->class, entry->name)) continue;
        if (i == 0 || strcmp(entries[i - 1].class, entry->class) != 0)
            buffer_printf(out, "\n---@class %s\n", entry->class);
        buffer_printf(out, "---@field %s %s%s%s\n", entry->name, entry->type,
                      *entry->what ? " @" : "", entry->what);
    }
    buffer_printf(out, "\n-- Lua's own that are there:");
    const char *library = "";
    const struct sandbox_entry *entry;
    for (int i = 0; (entry = sandbox_entry(i)); i++) {
        if (i == 0 || strcmp(entry->library, library) != 0)
            buffer_printf(out, "\n--  %s%s", entry->library, *entry->library ? ":" : "globals:");
        library = entry->library;
        buffer_printf(out, " %s", entry->name);
    }
    buffer_printf(out, "\n\nclock = {}\n"
                       "---@return number seconds when the input arrived, UTC\n"
                       "function clock.now() end\n"
                       "\n"
                       "-- Seeded by the turn: [0, 1), 1 to a, or a to b.\n"
                       "---@param a? integer\n"
                       "---@param b? integer\n"
                       "---@return number\n"
                       "function random(a, b) end\n");
    return true;
}

// Adds `"name"` to a list that breaks its lines; `*used` is the length of the last one.
static void add_name(struct buffer *out, const char *name, const char *indent, size_t *used) {
    size_t length = strlen(name) + 4;
    if (*used == 0 || *used + length > LINE_MAX_BYTES) {
        buffer_printf(out, "\n%s", indent);
        *used = strlen(indent);
    } else {
        buffer_byte(out, ' ');
    }
    buffer_printf(out, "\"%s\",", name);
    *used += length;
}

void api_write_luacheck(struct buffer *out) {
    buffer_printf(out, "-- What models and scripts may use. Made by `make api` from the list of "
                       "runtime/script/sandbox.c.\n"
                       "stds.twind = {\n"
                       "  read_globals = {");
    const char *library = "";
    size_t used = 0;
    const struct sandbox_entry *entry;
    for (int i = 0; (entry = sandbox_entry(i)); i++) {
        if (strcmp(entry->library, library) != 0) {
            buffer_printf(out, "%s\n    %s = {\n      fields = {",
                          *library ? "\n      },\n    }," : "", entry->library);
            used = 0;
        }
        library = entry->library;
        add_name(out, entry->name, *library ? "        " : "    ", &used);
    }
    buffer_printf(out,
                  "%s\n  },\n}\n"
                  "std = \"twind\"\n"
                  "max_line_length = 140\n"
                  "exclude_files = { \"tests/lua/sandbox\", \"scripts/learned\", \"build\", "
                  "\"web\" } -- attacks use "
                  "what is not there\n",
                  *library ? "\n      },\n    }," : "");
}
