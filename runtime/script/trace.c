// The hook comes before a line is executed. What the locals are then is what the line before it in
// the same function made them, so that is where a changed one is noted; of the last line, when the
// function returns. Nothing here makes Lua allocate, so a traced call does what it does untraced.

#include "script/trace.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/behavior.h"
#include "script/handle.h"
#include "script/state.h"
#include "twin/change.h"
#include "twin/model.h"
#include "twin/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX 24       // functions in functions; of deeper ones no locals are noted
#define FRAME_LOCALS_MAX 32 // of one function
#define MEMBERS_MAX 6       // of a table
#define NONE (-1)

struct frame {
    int last; // line, of the trace's; NONE before the first
    int count;
    struct trace_local locals[FRAME_LOCALS_MAX]; // as they were then
};

struct trace_frames {
    struct frame frames[FRAMES_MAX];
};

struct trace *trace_new(void) {
    struct trace *trace = xcalloc(1, sizeof *trace);
    trace->frames = xcalloc(1, sizeof *trace->frames);
    return trace;
}

void trace_free(struct trace *trace) {
    if (!trace) return;
    for (int i = 0; i < trace->line_count; i++)
        free(trace->lines[i].locals);
    free(trace->lines);
    free(trace->handlers);
    free(trace->frames);
    free(trace);
}

static void name_handler(char *out, size_t size, const struct model *model,
                         const struct trigger *trigger, const struct script *script) {
    int count;
    switch (trigger->kind) {
    case TRIGGER_FIELD:
        snprintf(out, size, "on.%s", model->fields[trigger->index].name);
        return;
    case TRIGGER_DESIRED:
        snprintf(out, size, "on.desired.%s", model->fields[trigger->index].name);
        return;
    case TRIGGER_EVENT:
        snprintf(out, size, "on.event.%s", model->events[trigger->index].name);
        return;
    case TRIGGER_ALARM:
        snprintf(out, size, "on[\"alarm.%s\"]", model->alarms[trigger->index].name);
        return;
    case TRIGGER_COMMAND:
        snprintf(out, size, "on.command.%s", model->commands[trigger->index].name);
        return;
    case TRIGGER_TIMER:
        snprintf(out, size, "on.timer.%s", trigger->name);
        return;
    case TRIGGER_EVERY:
        snprintf(out, size, "every[%.15gs]",
                 (double)script_every(script, model, &count)[trigger->index] / 1e6);
        return;
    case TRIGGER_INPUT:
        snprintf(out, size, "on.input");
        return;
    case TRIGGER_BAD:
        snprintf(out, size, "on.bad");
        return;
    case TRIGGER_STALE:
        snprintf(out, size, "on.stale");
        return;
    case TRIGGER_INIT:
        snprintf(out, size, "init");
        return;
    case TRIGGER_MIGRATE:
        snprintf(out, size, "migrate");
        return;
    case TRIGGER_PHYSICS:
        snprintf(out, size, "physics");
        return;
    case TRIGGER_PROMPT:
        snprintf(out, size, "prompt");
        return;
    }
}

void trace_begin(struct trace *trace, const struct model *model, const struct trigger *trigger,
                 const struct script *script) {
    trace->handlers =
        xrealloc(trace->handlers, ((size_t)trace->handler_count + 1) * sizeof *trace->handlers);
    struct trace_handler *handler = &trace->handlers[trace->handler_count++];
    *handler = (struct trace_handler){0};
    name_handler(handler->name, sizeof handler->name, model, trigger, script);
    for (int i = 0; i < FRAMES_MAX; i++)
        trace->frames->frames[i].last = NONE, trace->frames->frames[i].count = 0;
}

void trace_end(struct trace *trace, enum outcome outcome, const struct err *err) {
    struct trace_handler *handler = &trace->handlers[trace->handler_count - 1];
    handler->outcome = outcome;
    if (outcome != OUTCOME_OK) snprintf(handler->why, sizeof handler->why, "%s", err->text);
}

// ---- values as text

static int say(char *out, int size, int length, const char *text) {
    if (length < size) length += snprintf(out + length, (size_t)(size - length), "%s", text);
    return length;
}

static void say_handle(lua_State *lua, int place, char *out, int size) {
    const struct script *script = script_of(lua);
    struct handle handle = handle_at(lua, place);
    const struct twin *twin =
        script->changes ? world_twin(script->changes->world, handle.number) : NULL;
    const char *part = handle.view == VIEW_TWIN         ? ""
                       : handle.view == VIEW_ATTRIBUTES ? ".attributes"
                       : handle.view >= VIEW_FIELDS     ? "."
                                                        : ".state";
    const char *kind = handle.view >= VIEW_FIELDS
                           ? field_kind_name((enum field_kind)(handle.view - VIEW_FIELDS))
                           : "";
    snprintf(out, (size_t)size, "%s%s%s", twin ? twin->id : "a twin that is gone", part, kind);
}

static void say_plain(lua_State *lua, int place, char *out, int size) {
    switch (lua_type(lua, place)) {
    case LUA_TNIL:
        snprintf(out, (size_t)size, "nil");
        return;
    case LUA_TBOOLEAN:
        snprintf(out, (size_t)size, "%s", lua_toboolean(lua, place) ? "true" : "false");
        return;
    case LUA_TNUMBER:
        if (lua_isinteger(lua, place))
            snprintf(out, (size_t)size, "%lld", (long long)lua_tointeger(lua, place));
        else
            snprintf(out, (size_t)size, "%.14g", lua_tonumber(lua, place));
        return;
    case LUA_TSTRING:
        snprintf(out, (size_t)size, "\"%.60s\"", lua_tostring(lua, place));
        return;
    case LUA_TLIGHTUSERDATA:
        say_handle(lua, place, out, size);
        return;
    default:
        snprintf(out, (size_t)size, "%s", lua_typename(lua, lua_type(lua, place)));
        return;
    }
}

// { x = 1, y = 2 }, one level deep.
static void say_table(lua_State *lua, int place, char *out, int size) {
    int length = say(out, size, 0, "{"), members = 0;
    lua_pushnil(lua);
    while (lua_next(lua, place)) {
        char key[40], value[48];
        if (members++ == MEMBERS_MAX) {
            length = say(out, size, length, ", ...");
            lua_pop(lua, 2);
            break;
        }
        say_plain(lua, lua_gettop(lua), value, sizeof value);
        if (lua_type(lua, -2) == LUA_TSTRING)
            snprintf(key, sizeof key, " %.30s = ", lua_tostring(lua, -2));
        else
            snprintf(key, sizeof key, " ");
        if (members > 1) length = say(out, size, length, ",");
        length = say(out, size, length, key);
        length = say(out, size, length, value);
        lua_pop(lua, 1);
    }
    say(out, size, length, members ? " }" : "}");
}

// The value on top.
static void say_value(lua_State *lua, char *out, int size) {
    if (lua_istable(lua, -1))
        say_table(lua, lua_gettop(lua), out, size);
    else
        say_plain(lua, lua_gettop(lua), out, size);
}

// ---- lines

static void note_local(struct trace_line *line, const struct trace_local *local) {
    int i = 0;
    while (i < line->local_count && strcmp(line->locals[i].name, local->name) != 0)
        i++;
    if (i == LINE_LOCALS_MAX) return;
    if (i == line->local_count) {
        if (!line->locals) line->locals = xcalloc(LINE_LOCALS_MAX, sizeof *line->locals);
        line->local_count++;
    }
    line->locals[i] = *local;
}

// Notes at a line what the function's locals have become since they were looked at before.
static void note_locals(struct trace *trace, lua_State *lua, const lua_Debug *hooked,
                        struct frame *frame, int line) {
    const char *name;
    int count = 0;
    if (!lua_checkstack(lua, 6)) return;
    for (int i = 1; count < FRAME_LOCALS_MAX && (name = lua_getlocal(lua, hooked, i)); i++) {
        struct trace_local local;
        if (name[0] != '(') { // those have names of Lua's own
            snprintf(local.name, sizeof local.name, "%s", name);
            say_value(lua, local.text, sizeof local.text);
            struct trace_local *before = &frame->locals[count];
            bool is_same = count < frame->count && strcmp(before->name, local.name) == 0 &&
                           strcmp(before->text, local.text) == 0;
            if (!is_same) note_local(&trace->lines[line], &local);
            *before = local;
            count++;
        }
        lua_pop(lua, 1);
    }
    frame->count = count;
}

static int find_line(const struct trace *trace, const char *file, int number) {
    int handler = trace->handler_count - 1;
    for (int i = trace->line_count; i-- > 0 && trace->lines[i].handler == handler;)
        if (trace->lines[i].number == number && strcmp(trace->lines[i].file, file) == 0) return i;
    return NONE;
}

static int add_line(struct trace *trace, const lua_Debug *hooked, int depth) {
    int found = find_line(trace, hooked->short_src, hooked->currentline);
    if (found == NONE) {
        if (trace->line_count == TRACE_LINES_MAX) return NONE;
        trace->lines =
            xrealloc(trace->lines, ((size_t)trace->line_count + 1) * sizeof *trace->lines);
        found = trace->line_count++;
        struct trace_line *line = &trace->lines[found];
        *line = (struct trace_line){
            .number = hooked->currentline, .handler = trace->handler_count - 1, .depth = depth};
        snprintf(line->file, sizeof line->file, "%s", hooked->short_src);
    }
    trace->lines[found].count++;
    return found;
}

// NULL when it is too deep.
static struct frame *find_frame(struct trace *trace, lua_State *lua, int *depth) {
    lua_Debug level;
    *depth = 0;
    while (*depth < FRAMES_MAX && lua_getstack(lua, *depth + 1, &level))
        ++*depth;
    return *depth < FRAMES_MAX ? &trace->frames->frames[*depth] : NULL;
}

bool trace_step(struct trace *trace, lua_State *lua, lua_Debug *hooked) {
    int depth;
    struct frame *frame = find_frame(trace, lua, &depth);
    if (hooked->event == LUA_HOOKCALL || hooked->event == LUA_HOOKTAILCALL) {
        if (frame) frame->last = NONE, frame->count = 0;
        return true;
    }
    if (!lua_getinfo(lua, "Sl", hooked) || *hooked->what == 'C') return true;
    if (hooked->event == LUA_HOOKRET) {
        if (frame && frame->last != NONE) note_locals(trace, lua, hooked, frame, frame->last);
        return true;
    }
    if (trace->steps == LINE_STEPS_MAX) {
        trace->is_cut = true;
        return false;
    }
    trace->steps++;
    int line = add_line(trace, hooked, depth);
    if (line == NONE) {
        trace->is_cut = true;
        return false;
    }
    if (!frame) return true;
    // Arguments are there before the first line: they are noted at it.
    note_locals(trace, lua, hooked, frame, frame->last == NONE ? line : frame->last);
    frame->last = line;
    return true;
}
