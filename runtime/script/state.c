// Small things that every file of the room asks of the loaded version.

#include "script/state.h"

#include "base/logger.h"
#include "script/behavior.h"
#include "script/lua_test.h"
#include "twin/change.h"
#include "twin/model.h"

#include <lauxlib.h>

#define LINES_PER_SECOND 20 // a line a sample would drown the log
#define CHANGES_MAX 1000    // of the handlers of one input, so that no loop fills a log batch
#define LINE_MAX_BYTES 500  // longer ones are cut

const struct behavior *state_behavior(const struct script *script, const struct model *model) {
    for (int i = 0; i < script->behavior_count; i++)
        if (script->behaviors[i].model == model) return &script->behaviors[i];
    for (int i = 0; i < script->behavior_count; i++)
        if (script->behaviors[i].layout == model->layout) return &script->behaviors[i];
    return NULL;
}

void state_check_running(lua_State *lua, const char *what) {
    const struct script *script = script_of(lua);
    if (!script->changes && !script->snapshot && !script->bed)
        luaL_error(lua, "%s is only there in a handler, not while a file loads", what);
}

void state_check_room(lua_State *lua) {
    const struct changes *changes = script_of(lua)->changes;
    if (changes->count - changes->input_count >= CHANGES_MAX)
        luaL_error(lua, "one input may make %d changes, not more", CHANGES_MAX);
}

void state_log(struct script *script, const char *text) {
    if (script->bed) {
        script->bed->say(script->bed->context, text);
        return;
    }
    int64_t second = script->now / 1000000;
    if (second != script->line_second) {
        script->line_second = second;
        script->line_count = 0;
    }
    if (++script->line_count > LINES_PER_SECOND) {
        ++*script->line_dropped_totals[script->snapshot != NULL];
        return;
    }
    char line[LINE_MAX_BYTES];
    size_t length = 0;
    for (; text[length] && length < sizeof line - 1; length++) // one line stays one line
        line[length] = (unsigned char)text[length] < ' ' ? ' '
                       : text[length] == '"'             ? '\''
                                                         : text[length];
    line[length] = 0;
    const struct twin *twin = script->changes ? script->changes->twin : script->snapshot;
    logger_line(script->logger, LOG_LEVEL_INFO, "script", "twin=%s text=\"%s\"",
                twin ? twin->id : "", line);
}
