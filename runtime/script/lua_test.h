// Tests that authors write: files NAME_test.lua that return a table of functions, each of which
// gets `t`.
//
// They run in the Lua state of a second load of the version, so that a handler which is stopped
// stops no test, and nothing but plain values passes between the two. What `t` does to the world
// goes through the bed, which the owner fills; this room knows no turn.

#ifndef SCRIPT_LUA_TEST_H
#define SCRIPT_LUA_TEST_H

#include "base/memory.h"
#include "script/script.h"
#include "twin/input.h"

struct lua_tests;

struct test_bed { // of one running test
    struct door door;
    struct region region;  // of one call of `t`
    struct buffer scratch; // likewise
    void *context;         // of what follows
    const char *file;      // of the running test, "scripts/behavior/pump_test.lua"; set by run
    bool (*remember)(void *context, struct twin *twin, const struct setting *settings, int count,
                     struct err *err);
    void (*advance)(void *context, int64_t us);
    void (*event)(void *context, struct twin *to, int event, const struct value *arguments,
                  int count, const struct twin *from);
    enum outcome (*predict)(void *context, struct twin *twin, int prediction,
                            struct prediction_result *result, struct err *err);
    // Takes the oldest failure of a twin's behaviour whose sentence holds `part`; false: none.
    bool (*failure)(void *context, const struct twin *twin, const char *part, char id[65],
                    char text[420]);
    // The file `name` beside the test, at the end of `out`.
    bool (*read)(void *context, const char *test, const char *name, struct buffer *out,
                 struct err *err);
    void (*say)(void *context, const char *text); // print() of a test
};

// Loads test files into a version that nothing else runs on. NULL with file and line.
struct lua_tests *lua_test_load(struct script *script, const struct script_files *files,
                                struct err *err);
void lua_test_free(struct lua_tests *tests);

int lua_test_count(const struct lua_tests *tests);
const char *lua_test_file(const struct lua_tests *tests, int index);
const char *lua_test_name(const struct lua_tests *tests, int index);

// OUTCOME_OK: all it claimed holds. Else `err` says where and what.
enum outcome lua_test_run(struct lua_tests *tests, int index, struct test_bed *bed,
                          struct err *err);

#endif
