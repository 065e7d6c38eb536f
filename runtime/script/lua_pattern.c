// The matcher raises through here when its steps are used up, so nothing is on the heap meanwhile.

#include "script/lua_pattern.h"

#include "base/err.h"
#include "script/lua_text.h"
#include "script/pattern.h"
#include "script/state.h"

#include <lauxlib.h>
#include <string.h>

#define BYTES_A_STEP 16 // of text that is copied

struct walk { // of gmatch, in a block that Lua owns
    struct pattern pattern;
    size_t from;       // where the next search begins
    size_t end_before; // of the match before: an empty one right there is none
};

#define NO_END SIZE_MAX

static void charge(void *lua, size_t steps) {
    call_charge(lua, &script_of(lua)->call, steps);
}

static struct pattern_match match_of(lua_State *lua, const char *text, size_t length) {
    return (struct pattern_match){.text = text, .length = length, .charge = charge, .context = lua};
}

// Reads argument 2; raises with the sentence.
static void check_pattern(lua_State *lua, const char *function, struct pattern *pattern) {
    size_t length;
    const char *text = luaL_checklstring(lua, 2, &length);
    struct err err;
    if (!pattern_parse(pattern, text, length, strcmp(function, "gmatch") != 0, &err))
        luaL_error(lua, "%s: %s", function, err.text);
}

// Where a search begins, from argument 3: counted from 1, or from the end when negative. False
// when that is behind the end.
static bool check_start(lua_State *lua, size_t length, size_t *start) {
    lua_Integer place = luaL_optinteger(lua, 3, 1);
    if (place < 0) place = place < -(lua_Integer)length ? 1 : (lua_Integer)length + place + 1;
    if (place == 0) place = 1;
    *start = (size_t)place - 1;
    return *start <= length;
}

static void push_piece(lua_State *lua, const struct pattern_match *match, size_t start,
                       size_t end) {
    charge(lua, (end - start) / BYTES_A_STEP);
    lua_pushlstring(lua, match->text + start, end - start);
}

static void push_capture(lua_State *lua, const struct pattern *pattern,
                         const struct pattern_match *match, int n) {
    if (pattern->positions >> n & 1)
        lua_pushinteger(lua, (lua_Integer)match->captures[n].start + 1);
    else
        push_piece(lua, match, match->captures[n].start, match->captures[n].end);
}

// The captures, or the whole match when there are none.
static int push_captures(lua_State *lua, const struct pattern *pattern,
                         const struct pattern_match *match) {
    luaL_checkstack(lua, PATTERN_CAPTURES_MAX, "too many captures");
    for (int n = 0; n < pattern->capture_count; n++)
        push_capture(lua, pattern, match, n);
    if (pattern->capture_count > 0) return pattern->capture_count;
    push_piece(lua, match, match->start, match->end);
    return 1;
}

int lua_pattern_find(lua_State *lua) {
    size_t length, wanted_length, start;
    const char *text = luaL_checklstring(lua, 1, &length);
    const char *wanted = luaL_checklstring(lua, 2, &wanted_length);
    if (!check_start(lua, length, &start)) return lua_pushnil(lua), 1;
    if (lua_toboolean(lua, 4) || strcspn(wanted, "^$*+?.([%-") == wanted_length) {
        // memmem is linear; Lua's own plain search is not (300,000 bytes can take seconds).
        const char *found = memmem(text + start, length - start, wanted, wanted_length);
        if (!found) return lua_pushnil(lua), 1;
        lua_pushinteger(lua, found - text + 1);
        lua_pushinteger(lua, found - text + (lua_Integer)wanted_length);
        return 2;
    }
    struct pattern pattern;
    check_pattern(lua, "find", &pattern);
    struct pattern_match match = match_of(lua, text, length);
    if (!pattern_find(&pattern, &match, start)) return lua_pushnil(lua), 1;
    lua_pushinteger(lua, (lua_Integer)match.start + 1);
    lua_pushinteger(lua, (lua_Integer)match.end);
    return 2 + (pattern.capture_count > 0 ? push_captures(lua, &pattern, &match) : 0);
}

int lua_pattern_match(lua_State *lua) {
    size_t length, start;
    const char *text = luaL_checklstring(lua, 1, &length);
    struct pattern pattern;
    check_pattern(lua, "match", &pattern);
    if (!check_start(lua, length, &start)) return lua_pushnil(lua), 1;
    struct pattern_match match = match_of(lua, text, length);
    if (!pattern_find(&pattern, &match, start)) return lua_pushnil(lua), 1;
    return push_captures(lua, &pattern, &match);
}

// The next match that is not empty right behind the one before.
static bool find_next(const struct pattern *pattern, struct pattern_match *match, size_t from,
                      size_t end_before) {
    if (from > match->length || !pattern_find(pattern, match, from)) return false;
    if (match->end != end_before) return true;
    if (pattern->is_anchored || match->start == match->length) return false;
    return pattern_find(pattern, match, match->start + 1);
}

// The function gmatch gives; upvalues: s, struct walk.
static int walk_on(lua_State *lua) {
    size_t length;
    const char *text = lua_tolstring(lua, lua_upvalueindex(1), &length);
    struct walk *walk = lua_touserdata(lua, lua_upvalueindex(2));
    struct pattern_match match = match_of(lua, text, length);
    if (!find_next(&walk->pattern, &match, walk->from, walk->end_before)) return 0;
    walk->from = walk->end_before = match.end;
    return push_captures(lua, &walk->pattern, &match);
}

int lua_pattern_gmatch(lua_State *lua) {
    size_t length, start;
    luaL_checklstring(lua, 1, &length);
    luaL_checkstring(lua, 2);
    bool is_inside = check_start(lua, length, &start);
    lua_settop(lua, 2);
    struct walk *walk = lua_newuserdatauv(lua, sizeof *walk, 0);
    check_pattern(lua, "gmatch", &walk->pattern);
    walk->from = is_inside ? start : length + 1;
    walk->end_before = NO_END;
    lua_remove(lua, 2);
    lua_pushcclosure(lua, walk_on, 2);
    return 1;
}

// Raises before the result of gsub gets too long.
static void check_room(lua_State *lua, size_t length, size_t more) {
    if (more > TEXT_RESULT_MAX || length + more > TEXT_RESULT_MAX)
        luaL_error(lua, "gsub: the result would be longer than %d bytes", TEXT_RESULT_MAX);
}

// Pushes argument 3, a text, with %0 to %9 and %% in it replaced.
static void push_filled(lua_State *lua, const struct pattern *pattern,
                        const struct pattern_match *match) {
    size_t length, made = 0;
    const char *text = lua_tolstring(lua, 3, &length), *end = text + length;
    luaL_Buffer filled;
    luaL_buffinit(lua, &filled);
    while (text < end) {
        const char *sign = memchr(text, '%', (size_t)(end - text));
        size_t plain = (size_t)((sign ? sign : end) - text);
        check_room(lua, made, plain);
        luaL_addlstring(&filled, text, plain);
        made += plain;
        if (!sign) break;
        text = sign + 2;
        char what = sign + 1 < end ? sign[1] : 0;
        int n = what - '1';
        if (what == '%')
            lua_pushliteral(lua, "%");
        else if (what == '0' || (n == 0 && pattern->capture_count == 0))
            push_piece(lua, match, match->start, match->end);
        else if (n >= 0 && n < 9 && n < pattern->capture_count)
            push_capture(lua, pattern, match, n);
        else if (n >= 0 && n < 9)
            luaL_error(lua, "gsub: the replacement has \"%%%d\", the pattern has %d captures",
                       n + 1, pattern->capture_count);
        else
            luaL_error(lua, "gsub: in a replacement \"%%\" is followed by a digit or \"%%\"");
        size_t piece;
        luaL_tolstring(lua, -1, &piece);
        lua_remove(lua, -2);
        check_room(lua, made, piece);
        made += piece;
        luaL_addvalue(&filled);
    }
    luaL_pushresult(&filled);
}

// Pushes what a match is replaced by: a text, or nil to leave it.
static void push_replacement(lua_State *lua, const struct pattern *pattern,
                             const struct pattern_match *match) {
    switch (lua_type(lua, 3)) {
    case LUA_TFUNCTION:
        lua_pushvalue(lua, 3);
        lua_call(lua, push_captures(lua, pattern, match), 1); // by(captures)
        break;
    case LUA_TTABLE:
        if (pattern->capture_count > 0)
            push_capture(lua, pattern, match, 0);
        else
            push_piece(lua, match, match->start, match->end);
        lua_gettable(lua, 3); // by[capture]
        break;
    default:
        push_filled(lua, pattern, match);
        return;
    }
    if (lua_isstring(lua, -1)) return;
    if (lua_toboolean(lua, -1))
        luaL_error(lua, "gsub: a replacement is a text, a number, nil or false, not a %s",
                   luaL_typename(lua, -1));
    lua_pop(lua, 1);
    lua_pushnil(lua);
}

int lua_pattern_gsub(lua_State *lua) {
    size_t length;
    const char *text = luaL_checklstring(lua, 1, &length);
    struct pattern pattern;
    check_pattern(lua, "gsub", &pattern);
    int type = lua_type(lua, 3);
    luaL_argexpected(lua,
                     type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TTABLE ||
                         type == LUA_TFUNCTION,
                     3, "string/function/table");
    lua_Integer limit = luaL_optinteger(lua, 4, (lua_Integer)length + 1), count = 0;
    lua_settop(lua, 3);
    struct pattern_match match = match_of(lua, text, length);
    size_t from = 0, end_before = NO_END, made = 0;
    luaL_Buffer result;
    luaL_buffinit(lua, &result);
    while (count < limit && find_next(&pattern, &match, from, end_before)) {
        size_t between = match.start - from, piece;
        check_room(lua, made, between);
        luaL_addlstring(&result, text + from, between);
        push_replacement(lua, &pattern, &match);
        if (lua_isnil(lua, -1)) { // stays as it is
            lua_pop(lua, 1);
            push_piece(lua, &match, match.start, match.end);
        }
        lua_tolstring(lua, -1, &piece);
        check_room(lua, made + between, piece);
        made += between + piece;
        luaL_addvalue(&result);
        count++;
        from = end_before = match.end;
        if (pattern.is_anchored) break;
    }
    if (count == 0) {
        lua_pushvalue(lua, 1);
    } else {
        check_room(lua, made, length - from);
        luaL_addlstring(&result, text + from, length - from);
        luaL_pushresult(&result);
    }
    lua_pushinteger(lua, count);
    return 2;
}
