// Patterns do what the manual says, every mistake in one is named, and none runs for ever.

#include "fixture.h"
#include "script/pattern.h"

static void find_gives_places_and_captures(void **state) {
    (void)state;
    lua_holds("local s = 'pump-7:motor'"
              "local a, b = s:find('motor') assert(a == 8 and b == 12)"
              "a, b = s:find('-7', 1, true) assert(a == 5 and b == 6)"
              "assert(s:find('p', 2) == 4 and s:find('x') == nil)"
              "assert(s:find('') == 1 and s:find('', 13) == 13 and s:find('', 14) == nil)"
              "assert(s:find('r', -1) == 12 and s:find('p', -100) == 1)"
              "local c, d a, b, c, d = s:find('(%a+)%-(%d)')"
              "assert(a == 1 and b == 6 and c == 'pump' and d == '7')"
              "a, b, c = s:find('()m', 4) assert(a == 8 and b == 8 and c == 8)"
              "assert(s:find('^m', 8) == 8 and s:find('^m') == nil and s:find('r$') == 12)");
}

// Reference manual 6.4 and 6.4.1.
static void the_manual_s_examples_hold(void **state) {
    (void)state;
    lua_holds("assert(('hello world'):gsub('(%w+)', '%1 %1') == 'hello hello world world')"
              "local x, n = ('hello world'):gsub('%w+', '%0 %0', 1)"
              "assert(x == 'hello hello world' and n == 1)"
              "assert(('hello world from Lua'):gsub('(%w+)%s*(%w+)', '%2 %1') =="
              "  'world hello Lua from')"
              "local of = { name = 'lua', version = '5.4' }"
              "assert(('$name-$version.tar.gz'):gsub('%$(%w+)', of) == 'lua-5.4.tar.gz')"
              "assert(('home = $HOME'):gsub('%$(%w+)', string.lower) == 'home = home')"
              "local t = {}"
              "for k, v in ('from=world, to=Lua'):gmatch('(%w+)=(%w+)') do t[k] = v end "
              "assert(t.from == 'world' and t.to == 'Lua')"
              "local a, b = ('flaaap'):match('()aa()') assert(a == 3 and b == 5)"
              "assert(('THE (quick) fox'):find('%((%a+)%)') == 5)"
              "assert(('f(a(b)c)d'):match('%b()') == '(a(b)c)')"
              "assert(('THE (quick) fox'):gsub('%f[%a]%a+', 'x') == 'x (x) x')");
}

static void every_item_takes_what_it_should(void **state) {
    (void)state;
    lua_holds(
        "local function is(s, p, want) local got = s:match(p)"
        "  assert(got == want, p .. ' gives ' .. tostring(got)) end "
        "is('a.b', '%.', '.') is('a]b', '[]]', ']') is('a^b', '[b^]', '^') is('ab-', '[a-]+$', '-')"
        "is('b-', '[b-]+', 'b-') is('x9', '[^%a]', '9') is('x9', '[%d_]', '9') is('Q', '[A-Z]', "
        "'Q')"
        "is('aaab', 'a-b', 'aaab') is('aaab', '^a-', '') is('ab', 'a?b', 'ab') is('b', 'a?b', 'b')"
        "is('ab', 'a+a', nil) is('aab', 'a+ab', 'aab') is('aab', 'a*ab', 'aab')"
        "is('a$b', 'a$b', 'a$b') is('a^', 'a^', 'a^')"
        "is('\\0x', '%z', '\\0') is('a\\0b', 'a.b', 'a\\0b') is('a*', '(a)*', 'a')"
        "is('12:30', '^(%d%d):%d%d$', '12') is('', '^$', '') is('x', '()', 1)"
        "is('aXb', '%u', 'X') is('aXb', '%U', 'a') is('abab', '(ab)%1', 'ab')"
        "is('abc', '((a)(b))', 'ab') is('x', '%f[%z]', '') is('%d', '%%d', '%d')");
}

static void gmatch_walks_and_ends(void **state) {
    (void)state;
    lua_holds(
        "local function all(s, p, init) local t = {}"
        "  for m in s:gmatch(p, init) do t[#t + 1] = tostring(m) end "
        "  return table.concat(t, ',') end "
        "assert(all('ab cd', '%a+') == 'ab,cd' and all('ab cd', '%a*') == 'ab,cd')"
        "assert(all('abc', '()') == '1,2,3,4' and all('abc', '') == ',,,')"
        "assert(all('ab cd', '%a+', 3) == 'cd' and all('ab cd', '%a+', -1) == 'd')"
        "assert(all('aa', '^a') == '' and all('^a', '^a') == '^a' and all('x', 'x', 9) == '')");
}

static void gsub_replaces_by_text_table_and_function(void **state) {
    (void)state;
    lua_holds("local s, n = ('abc'):gsub('', '-') assert(s == '-a-b-c-' and n == 4)"
              "s, n = ('abc'):gsub('b*', 'x') assert(s == 'xaxcx' and n == 3)"
              "s, n = ('aaa'):gsub('^a', 'b') assert(s == 'baa' and n == 1)"
              "s, n = ('aaa'):gsub('a', 'b', 0) assert(s == 'aaa' and n == 0)"
              "s, n = ('abc'):gsub('%w', { a = 1, b = false }) assert(s == '1bc' and n == 3)"
              "s, n = ('abc'):gsub('(b)()', function(b, at) return b .. at end)"
              "assert(s == 'ab3c' and n == 1)"
              "assert(('abc'):gsub('b', '%%') == 'a%c' and ('a b'):gsub('%s', 1.5) == 'a1.5b')"
              "local long = ('x'):rep(65536) .. 'y' assert(long:gsub('z', '') == long)");
    lua_raises("(('x'):rep(1000)):gsub('x', ('y'):rep(100))",
               "gsub: the result would be longer than 65536 bytes");
    lua_raises("('x'):gsub('x', '%2')", "the replacement has \"%2\", the pattern has 0 captures");
    lua_raises("('x'):gsub('x', 'a%')", "\"%\" is followed by a digit or \"%\"");
    lua_raises("('x'):gsub('x', function() return {} end)", "not a table");
    lua_raises("('x'):gsub('x', thing)", "string/function/table expected");
}

static void a_malformed_pattern_is_named(void **state) {
    (void)state;
    static const char *const wrong[][2] = {
        {"a[b", "a \"[\" has no \"]\""},
        {"[a%]", "a \"[\" has no \"]\""},
        {"[]", "a \"[\" has no \"]\""},
        {"a%", "ends with \"%\""},
        {"(a", "a \"(\" has no \")\""},
        {"a)", "a \")\" has no \"(\""},
        {"%1", "stand for a capture that is closed before"},
        {"(%1)", "stand for a capture that is closed before"},
        {"%0", "stand for a capture that is closed before"},
        {"%bx", "needs two characters"},
        {"%fa", "needs a set"},
    };
    struct pattern pattern;
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        if (pattern_parse(&pattern, wrong[i][0], strlen(wrong[i][0]), true, &err))
            fail_msg("\"%s\" was taken", wrong[i][0]);
        if (!strstr(err.text, wrong[i][1]) || !strstr(err.text, wrong[i][0]))
            fail_msg("\"%s\" is told: %s", wrong[i][0], err.text);
    }
    lua_raises("('x'):match('y[')", "match: the pattern \"y[\" is malformed: a \"[\" has no \"]\"");
}

static void a_pattern_has_limits(void **state) {
    (void)state;
    struct pattern pattern;
    struct err err;
    char text[3 * PATTERN_ITEMS_MAX];
    memset(text, 'x', sizeof text);
    assert_true(pattern_parse(&pattern, text, PATTERN_ITEMS_MAX, true, &err));
    assert_false(pattern_parse(&pattern, text, PATTERN_ITEMS_MAX + 1, true, &err));
    assert_non_null(strstr(err.text, "256 items"));
    for (size_t i = 0; i < sizeof text; i += 3)
        memcpy(text + i, "[x]", 3);
    assert_true(pattern_parse(&pattern, text, 3 * PATTERN_SETS_MAX, true, &err));
    assert_false(pattern_parse(&pattern, text, 3 * PATTERN_SETS_MAX + 3, true, &err));
    assert_non_null(strstr(err.text, "64 sets"));
    for (size_t i = 0; i < sizeof text; i += 2)
        memcpy(text + i, "()", 2);
    assert_true(pattern_parse(&pattern, text, 2 * PATTERN_CAPTURES_MAX, true, &err));
    assert_false(pattern_parse(&pattern, text, 2 * PATTERN_CAPTURES_MAX + 2, true, &err));
    assert_non_null(strstr(err.text, "32 captures"));
}

// Exponential and polynomial in any matcher that goes back; each would take minutes.
static void what_runs_away_is_ended_by_its_steps(void **state) {
    (void)state;
    static const char *const attacks[] = {
        "(('a'):rep(40)):find(('a?'):rep(40) .. ('a'):rep(40) .. 'b')",
        "(('a'):rep(3000)):find(('.-'):rep(12) .. 'b')",
        "(('a'):rep(60000)):find('.-.-.-.-b')",
        "(('a'):rep(60000)):match('(a*a*a*)b')",
        "(('('):rep(60000)):match('%b()')",
        "(('a'):rep(60000)):gsub('a*b', '')",
        "(('a'):rep(60000)):match('(.*)%1%1b')",
    };
    for (size_t i = 0; i < ARRAY_LEN(attacks); i++)
        lua_raises(attacks[i], "matching took more than the ");
}

static void steps_are_those_of_the_whole_call(void **state) {
    (void)state;
    // 60,000 steps each, 50 million for a call of a second.
    lua_holds("local s = ('a'):rep(60000) for _ = 1, 100 do assert(not s:match('^a*b')) end");
    lua_raises("local s = ('a'):rep(200) .. 'b' "
               "local function attack() return s:match(('a*'):rep(12) .. 'c') end "
               "assert(not pcall(attack)) s:match('b')",
               "matching took more than the ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_gives_places_and_captures),
        cmocka_unit_test(the_manual_s_examples_hold),
        cmocka_unit_test(every_item_takes_what_it_should),
        cmocka_unit_test(gmatch_walks_and_ends),
        cmocka_unit_test(gsub_replaces_by_text_table_and_function),
        cmocka_unit_test(a_malformed_pattern_is_named),
        cmocka_unit_test(a_pattern_has_limits),
        cmocka_unit_test(what_runs_away_is_ended_by_its_steps),
        cmocka_unit_test(steps_are_those_of_the_whole_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
