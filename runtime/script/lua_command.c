// flush = { args = { seconds = { unit = "s", range = { 1, 600 } } }, timeout = "2m" }

#include "script/lua_command.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/lua_argument.h"
#include "script/lua_model.h"
#include "script/lua_value.h"
#include "script/mistake.h"
#include "script/script.h"
#include "twin/command.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_US INT64_C(60000000) // when the model does not say
#define SHORTEST_US INT64_C(1000000) // a device that is told twice a second needs so long

static void read_command(struct check *check, const char *name, void *context) {
    static const char *const keys[] = {"args", "timeout", "title"};
    check_is_table(check);
    check_keys(check, keys, 3, 3);
    lua_model_claim(check, context, name);
    struct command_spec *command = model_add_command(context, name);
    command->timeout_us = TIMEOUT_US;
    const char *title = check_text(check, "title");
    if (title) {
        free(command->title);
        command->title = xstrdup(title);
    }
    size_t mark = strlen(check->path);
    if (check_duration(check, "timeout", &command->timeout_us) &&
        command->timeout_us < SHORTEST_US) {
        check_enter(check, "timeout");
        check_fail(check, "the shortest timeout is 1s");
    }
    check_leave(check, mark);
    struct lua_argument_list list = {"a command", &command->arguments, &command->argument_count};
    check_each(check, "args", lua_argument_read, &list);
}

void lua_command_read_all(struct check *check, struct model *model) {
    check_each(check, "commands", read_command, model);
}

static int find(lua_State *lua, const struct model *model) {
    size_t length;
    const char *name = luaL_checklstring(lua, 2, &length);
    int command = model_command(model, name, length);
    if (command != NONE) return command;
    struct suggestion near = {name, length, NULL, 0};
    for (int i = 0; i < model->command_count; i++)
        suggestion_try(&near, model->commands[i].name);
    return mistake_raise(lua, near.best, "model \"%s\" has no command \"%s\"", model->name, name);
}

int lua_command_give(lua_State *lua, struct changes *changes) {
    int index = find(lua, changes->twin->model);
    const struct command_spec *spec = &changes->twin->model->commands[index];
    char owner[80];
    struct err err;
    uint32_t id;
    snprintf(owner, sizeof owner, "command %s", spec->name);
    const struct value *arguments =
        lua_argument_give(lua, 3, changes->region, owner, spec->arguments, spec->argument_count);
    if (!command_queue(changes, index, arguments, spec->argument_count, &id, &err))
        return luaL_error(lua, "%s", err.text);
    lua_pushinteger(lua, id);
    return 1;
}

// What it was given with is the twin's; what became of it is the trigger's, for a handler that is
// run again hears of the step that it failed at.
void lua_command_push(lua_State *lua, const struct twin *twin, const struct trigger *trigger) {
    const struct command *command = twin_command(twin, trigger->from);
    if (!command) { // never while its handler runs
        lua_pushnil(lua);
        return;
    }
    const struct command_spec *spec = &twin->model->commands[command->index];
    lua_createtable(lua, 0, 6);
    lua_pushinteger(lua, command->id);
    lua_setfield(lua, -2, "id");
    lua_pushstring(lua, spec->name);
    lua_setfield(lua, -2, "name");
    lua_pushstring(lua, command_state_name((enum command_state)trigger->state));
    lua_setfield(lua, -2, "state");
    if (trigger->value.type == VALUE_TEXT)
        lua_pushlstring(lua, trigger->value.text, trigger->value.length);
    else
        lua_pushliteral(lua, "");
    lua_setfield(lua, -2, "result");
    lua_value_push_time(lua, trigger->at);
    lua_setfield(lua, -2, "at");
    lua_createtable(lua, 0, spec->argument_count);
    for (int i = 0; i < spec->argument_count && i < command->argument_count; i++) {
        lua_value_push(lua, command->arguments[i]);
        lua_setfield(lua, -2, spec->arguments[i].name);
    }
    lua_setfield(lua, -2, "args");
}
