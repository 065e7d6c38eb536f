// A null argument is one that is not given, as in every merge-patch.

#include "push/command_json.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "push/twin_json.h"
#include "twin/argument.h"
#include "twin/name.h"
#include "twin/twin.h"

#include <stdio.h>
#include <string.h>

void command_json_write(const struct twin *twin, const struct command *command,
                        struct buffer *out) {
    const struct command_spec *spec = &twin->model->commands[command->index];
    json_open(out, '{');
    json_key(out, "id");
    json_unsigned(out, command->id);
    json_key(out, "name");
    json_string(out, spec->name);
    json_key(out, "state");
    json_string(out, command_state_name((enum command_state)command->state));
    json_key(out, "args");
    json_open(out, '{');
    for (int i = 0; i < command->argument_count; i++) {
        if (command->arguments[i].type == VALUE_NONE) continue;
        json_key(out, spec->arguments[i].name);
        value_json_write(command->arguments[i], out);
    }
    json_close(out, '}');
    json_key(out, "result");
    json_string(out, command->result);
    json_key(out, "queued_at");
    json_time(out, command->queued_at);
    json_key(out, "at");
    json_time(out, command->at);
    json_close(out, '}');
}

void command_json_write_all(const struct twin *twin, struct buffer *out) {
    json_open(out, '[');
    for (uint32_t i = 0; i < twin->command_count; i++)
        command_json_write(twin, &twin->commands[i], out);
    json_close(out, ']');
}

int command_json_find(const struct model *model, const char *name, struct err *err) {
    int command = model_command(model, name, strlen(name));
    if (command != NONE) return command;
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < model->command_count; i++)
        suggestion_try(&near, model->commands[i].name);
    err_set(err, ERR_NOT_FOUND, "a %s has no command '%.64s'%s%s%s", model->name, name,
            near.best ? "; did you mean '" : "", near.best ? near.best : "", near.best ? "'?" : "");
    return NONE;
}

bool command_json_parse(const cJSON *args, const struct model *model, int command,
                        struct value *values, struct location *places, struct err *err) {
    const struct command_spec *spec = &model->commands[command];
    const cJSON *item;
    char owner[80];
    snprintf(owner, sizeof owner, "command %s", spec->name);
    for (int i = 0; i < spec->argument_count; i++)
        values[i] = value_none();
    if (!args) return true;
    if (!cJSON_IsObject(args))
        return err_set(err, ERR_INVALID,
                       "the arguments of %s must be an object, like {\"seconds\": 30}", spec->name);
    cJSON_ArrayForEach(item, args) {
        int place = argument_find(owner, spec->arguments, spec->argument_count, item->string,
                                  strlen(item->string), err);
        if (place == NONE) return false;
        if (spec->arguments[place].type != VALUE_LOCATION || cJSON_IsNull(item)) {
            if (!document_value(item, item->string, &values[place], err)) return false;
            continue;
        }
        if (!document_location(item, item->string, &places[place], err)) return false;
        values[place] = value_location(&places[place]);
    }
    return true;
}
