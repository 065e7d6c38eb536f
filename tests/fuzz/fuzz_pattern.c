// Our patterns against Lua's own on short inputs: the same matches, captures and replacements. Ours
// tells each mistake in a pattern, Lua's only one that the text reaches; so where ours refuses,
// Lua's must refuse or find nothing.
//
// Input: the pattern's length, the pattern, the text.

#include "fuzz.h"
#include "script/lua_pattern.h"
#include "script/state.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATTERN_LENGTH_MAX 14 // longer ones can take Lua's own matcher seconds
#define TEXT_LENGTH_MAX 20

static const char compare[] =
    "local ours, text, pattern = ...\n"
    "local function all(gmatch)\n"
    "  local list = {}\n"
    "  for a, b in gmatch(text, pattern) do list[#list + 1] = tostring(a) .. tostring(b) end\n"
    "  return table.concat(list, '\\0')\n"
    "end\n"
    "local function same(what, left, right)\n"
    "  if not left[1] then\n"
    "    if not left[2]:find('malformed') then return end\n"
    "    local nothing = right[2] == nil or right[2] == '' or right[3] == 0\n"
    "    if not right[1] or nothing or what == 'gsub' and left[2]:find('has no \")\"') then return "
    "end\n"
    "  elseif not right[1] then\n"
    "    if right[2]:find('too complex') then return end\n"
    "  elseif left.n == right.n then\n"
    "    local is_same = true\n"
    "    for i = 2, left.n do is_same = is_same and left[i] == right[i] end\n"
    "    if is_same then return end\n"
    "  end\n"
    "  error(('%s(%q, %q): %s, %s'):format(what, text, pattern, left[2], right[2]))\n"
    "end\n"
    "local function try(...) return table.pack(pcall(...)) end\n"
    "for _, what in ipairs { 'find', 'match' } do\n"
    "  same(what, try(ours[what], text, pattern, 2), try(string[what], text, pattern, 2))\n"
    "  same(what, try(ours[what], text, pattern), try(string[what], text, pattern))\n"
    "end\n"
    "same('gsub', try(ours.gsub, text, pattern, '<%0>'), try(string.gsub, text, pattern, '<%0>'))\n"
    "same('gmatch', try(all, ours.gmatch), try(all, string.gmatch))\n";

void fuzz_seeds(fuzz_add *add) {
    static const char *const seeds[][2] = {
        {"(%a+)%-(%d)", "pump-7:motor"},  {"%b()x?", "f(a(b)c)d"}, {"%f[%a]%a+", "THE (quick) fox"},
        {"^([^=]*)=(.-)$", "from=world"}, {"()a-b()", "aaab aab"}, {"([\"'])%w*%1", "\"it'it'"},
        {"[]%-a-c^]+", "a]b-^"},          {"%s*$", "  ab  "},      {"(a*(.)%w(%s*))", " ab cd"},
    };
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        char input[64];
        int length = snprintf(input, sizeof input, "%c%s%s", (char)strlen(seeds[i][0]), seeds[i][0],
                              seeds[i][1]);
        add(input, (size_t)length);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length == 0) return 0;
    size_t pattern = bytes[0] % (PATTERN_LENGTH_MAX + 1);
    if (pattern > length - 1) pattern = length - 1;
    size_t text = length - 1 - pattern;
    if (text > TEXT_LENGTH_MAX) text = TEXT_LENGTH_MAX;

    static lua_State *lua; // one for all, for opening it takes longer than what is tried
    static struct script script;
    if (!lua) {
        lua = luaL_newstate();
        luaL_openlibs(lua);
        *(struct script **)lua_getextraspace(lua) = &script;
        if (luaL_loadstring(lua, compare) != LUA_OK) abort();
        const luaL_Reg ours[] = {{"find", lua_pattern_find},
                                 {"match", lua_pattern_match},
                                 {"gmatch", lua_pattern_gmatch},
                                 {"gsub", lua_pattern_gsub},
                                 {NULL, NULL}};
        luaL_newlib(lua, ours);
    }
    script.call.steps = SIZE_MAX;
    lua_pushvalue(lua, 1);
    lua_pushvalue(lua, 2);
    lua_pushlstring(lua, (const char *)bytes + 1 + pattern, text);
    lua_pushlstring(lua, (const char *)bytes + 1, pattern);
    if (lua_pcall(lua, 3, 0, 0) != LUA_OK) { // compare(ours, text, pattern)
        fprintf(stderr, "%s\n", lua_tostring(lua, -1));
        abort();
    }
    return 0;
}
