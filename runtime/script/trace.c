// A line hook sees the locals before its line runs, so what changed since the last one belongs to
// that one. What a function's last line does is seen by what it returned or wrote.

#include "script/trace.h"

#include "base/memory.h"
#include "script/handle.h"
#include "script/state.h"
#include "twin/world.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCALS_MAX 24
#define NAME_MAX_BYTES 40
#define TEXT_MAX_BYTES 64

struct trace_frame { // as the last line found it
    char file[96];
    int defined; // line of its function
    struct local {
        char name[NAME_MAX_BYTES];
        char text[TEXT_MAX_BYTES];
    } locals[LOCALS_MAX];
    int count;
};

void trace_fini(struct trace *trace) {
    free(trace->lines);
    free(trace->frame);
    *trace = (struct trace){0};
}

static void say(lua_State *lua, const struct trace *trace, char *out, size_t size) {
    const struct twin *twin;
    switch (lua_type(lua, -1)) {
    case LUA_TNUMBER:
        snprintf(out, size, "%.10g", lua_tonumber(lua, -1));
        return;
    case LUA_TSTRING:
        snprintf(out, size, "\"%.48s\"", lua_tostring(lua, -1));
        return;
    case LUA_TBOOLEAN:
        snprintf(out, size, "%s", lua_toboolean(lua, -1) ? "true" : "false");
        return;
    case LUA_TNIL:
        snprintf(out, size, "nil");
        return;
    case LUA_TLIGHTUSERDATA:
        twin = trace->world ? world_twin(trace->world, handle_at(lua, -1).number) : NULL;
        snprintf(out, size, "%s", twin ? twin->id : "a twin");
        return;
    }
    snprintf(out, size, "a %s", luaL_typename(lua, -1));
}

static void look(lua_State *lua, lua_Debug *frame, const struct trace *trace,
                 struct trace_frame *seen) {
    const char *name;
    snprintf(seen->file, sizeof seen->file, "%s", frame->short_src);
    seen->defined = frame->linedefined;
    seen->count = 0;
    for (int i = 1; (name = lua_getlocal(lua, frame, i)); i++) {
        if (name[0] != '(' && seen->count < LOCALS_MAX) { // else a temporary of Lua's
            struct local *local = &seen->locals[seen->count++];
            snprintf(local->name, sizeof local->name, "%s", name);
            say(lua, trace, local->text, sizeof local->text);
        }
        lua_pop(lua, 1);
    }
}

static bool is_known(const struct trace_frame *before, const struct local *local) {
    for (int i = before->count; i-- > 0;)
        if (strcmp(before->locals[i].name, local->name) == 0)
            return strcmp(before->locals[i].text, local->text) == 0;
    return false;
}

static void add_changes(const struct trace_frame *before, const struct trace_frame *now,
                        struct trace_line *line) {
    size_t length = strlen(line->locals);
    for (int i = 0; i < now->count; i++) {
        const struct local *local = &now->locals[i];
        if (is_known(before, local) || length >= sizeof line->locals - 1) continue;
        length += (size_t)snprintf(line->locals + length, sizeof line->locals - length, "%s%s = %s",
                                   length ? ", " : "", local->name, local->text);
    }
}

static void on_line(void *context, lua_State *lua, lua_Debug *frame) {
    struct trace *trace = context;
    struct trace_frame now;
    if (!lua_getinfo(lua, "Sl", frame) || frame->currentline <= 0) return;
    if (trace->count == TRACE_LINES) {
        trace->dropped++;
        return;
    }
    look(lua, frame, trace, &now);
    if (!trace->frame) trace->frame = xcalloc(1, sizeof *trace->frame);
    bool is_same = trace->count > 0 && trace->frame->defined == now.defined &&
                   strcmp(trace->frame->file, now.file) == 0;
    trace->lines = xrealloc(trace->lines, (size_t)(trace->count + 1) * sizeof *trace->lines);
    struct trace_line *line = &trace->lines[trace->count++];
    *line = (struct trace_line){.line = frame->currentline};
    snprintf(line->file, sizeof line->file, "%s", frame->short_src);
    if (is_same)
        add_changes(trace->frame, &now, line - 1);
    else // a function begins: with its arguments
        add_changes(&(struct trace_frame){.count = 0}, &now, line);
    *trace->frame = now;
}

void script_trace(struct script *script, struct trace *trace) {
    script->call.on_line = trace ? on_line : NULL;
    script->call.line_context = trace;
}
