// A line is taken apart before anything is done with it, so that a refusal leaves no JSON behind.

#include "script/lua_play.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/lua_stage.h"
#include "script/lua_test.h"
#include "twin/location.h"
#include "twin/model.h"
#include "twin/twin.h"

#include <cjson/cJSON.h>
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct line {
    char twin[TWIN_ID_MAX + 1];
    double at; // seconds
    int count;
    struct reading {
        const char *name;
        struct value value;
    } * readings; // in the region
};

// {"lat": 52.1, "lon": 4.3, "alt": 12}; where on earth that is, is looked at when it is given.
static bool take_location(const cJSON *item, struct region *region, struct value *value) {
    const cJSON *lat = cJSON_GetObjectItemCaseSensitive(item, "lat");
    const cJSON *lon = cJSON_GetObjectItemCaseSensitive(item, "lon");
    const cJSON *alt = cJSON_GetObjectItemCaseSensitive(item, "alt");
    bool is_known = cJSON_GetArraySize(item) == (alt ? 3 : 2);
    if (!cJSON_IsNumber(lat) || !cJSON_IsNumber(lon) || (alt && !cJSON_IsNumber(alt)) || !is_known)
        return false;
    struct location location = {lat->valuedouble, lon->valuedouble, alt ? alt->valuedouble : 0,
                                alt != NULL};
    *value = location_copy(&location, region);
    return true;
}

// What is wrong with a line, or NULL.
static const char *take_apart(const cJSON *json, struct region *region, struct line *line) {
    const cJSON *twin = cJSON_GetObjectItemCaseSensitive(json, "twin");
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(json, "at");
    const cJSON *values = cJSON_GetObjectItemCaseSensitive(json, "values");
    if (!json) return "is no JSON";
    if (!cJSON_IsNumber(at) || !cJSON_IsObject(values))
        return "is no {\"twin\": ID, \"at\": SECONDS, \"values\": { ... }}";
    *line = (struct line){.at = at->valuedouble};
    if (cJSON_IsString(twin)) snprintf(line->twin, sizeof line->twin, "%s", twin->valuestring);
    line->readings =
        region_alloc(region, sizeof *line->readings * (size_t)(cJSON_GetArraySize(values) + 1));
    const cJSON *item;
    cJSON_ArrayForEach(item, values) {
        struct reading *reading = &line->readings[line->count++];
        reading->name = region_copy(region, item->string, strlen(item->string));
        if (cJSON_IsNumber(item)) {
            reading->value = value_number(item->valuedouble);
        } else if (cJSON_IsBool(item)) {
            reading->value = value_boolean(cJSON_IsTrue(item));
        } else if (cJSON_IsString(item)) {
            size_t length = strlen(item->valuestring);
            reading->value =
                value_text(region_copy(region, item->valuestring, length), (uint32_t)length);
        } else if (!take_location(item, region, &reading->value)) {
            return "has a value that is no number, text, true, false or {\"lat\":, \"lon\":, "
                   "\"alt\":}";
        }
    }
    return line->count == 0 ? "has no values" : NULL;
}

static void give(lua_State *lua, struct twin *twin, const struct line *line) {
    struct test_bed *bed = lua_stage_bed(lua);
    struct sample *samples = region_alloc(&bed->region, sizeof *samples * (size_t)line->count);
    for (int i = 0; i < line->count; i++)
        samples[i] = (struct sample){lua_stage_signal(lua, twin->model, line->readings[i].name),
                                     line->readings[i].value, bed->door.now(bed->door.context)};
    lua_stage_give(lua, twin, samples, line->count);
}

// t:play("cooling.ndjson"[, twin]): with a twin, every line is its own whatever it says
int lua_play(lua_State *lua) {
    struct test_bed *bed = lua_stage_bed(lua);
    const char *name = luaL_checkstring(lua, 2);
    struct twin *only = lua_isnoneornil(lua, 3) ? NULL : lua_stage_twin(lua, 3);
    struct err err;
    bed->scratch.length = 0;
    if (!bed->read(bed->context, bed->file, name, &bed->scratch, &err))
        return luaL_error(lua, "%s", err.text);
    const char *at = (const char *)bed->scratch.bytes, *end = at + bed->scratch.length;
    int number = 0, played = 0;
    double before = 0;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) stop = end;
        number++;
        if (stop > at + strspn(at, " \t\r")) {
            struct line line;
            region_reset(&bed->region);
            cJSON *json = cJSON_ParseWithLength(at, (size_t)(stop - at));
            const char *wrong = take_apart(json, &bed->region, &line);
            cJSON_Delete(json);
            if (!wrong && played > 0 && line.at < before) wrong = "is before the line above it";
            if (wrong) return luaL_error(lua, "%s:%d %s", name, number, wrong);
            if (played > 0 && line.at > before)
                bed->advance(bed->context, llround((line.at - before) * 1e6));
            before = line.at;
            lua_pushstring(lua, line.twin);
            give(lua, only ? only : lua_stage_twin(lua, lua_gettop(lua)), &line);
            lua_pop(lua, 1);
            played++;
        }
        at = stop + 1;
    }
    lua_pushinteger(lua, played);
    return 1;
}
