// The version is loaded twice: for the engine, and for the tests, which must outlive a handler that
// is stopped.

#include "ctl/suite.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/cast.h"
#include "ctl/first_input.h"
#include "script/lua_test.h"
#include "script/script_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define START_US INT64_C(1767225600000000) // 2026-01-01T00:00:00Z, of every test
#define FIXTURE_MAX (64u << 20)            // bytes of a file that t:play reads

struct suite { // what all tests share
    char *folder;
    struct cast cast;
    struct script_files test_files;
    struct lua_tests *tests;
};

struct stage { // what a test's bed works on
    const struct suite *suite;
    struct rehearsal *rehearsal;
    struct buffer *notes;
};

static bool read_tests(struct suite *suite, struct err *err);

struct suite *suite_new(const char *folder, const struct script_files *files, bool is_verbose,
                        struct err *err) {
    struct suite *suite = xcalloc(1, sizeof *suite);
    suite->folder = xstrdup(folder);
    enum log_level level = is_verbose ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR;
    if (read_tests(suite, err) && cast_load(&suite->cast, files, level, true, err))
        suite->tests = lua_test_load(suite->cast.onlooker, &suite->test_files, err);
    if (suite->tests) return suite;
    suite_free(suite);
    return NULL;
}

void suite_free(struct suite *suite) {
    if (!suite) return;
    lua_test_free(suite->tests);
    cast_fini(&suite->cast);
    script_files_fini(&suite->test_files);
    free(suite->folder);
    free(suite);
}

int suite_count(const struct suite *suite) {
    return lua_test_count(suite->tests);
}

const char *suite_file(const struct suite *suite, int index) {
    return lua_test_file(suite->tests, index);
}

const char *suite_name(const struct suite *suite, int index) {
    return lua_test_name(suite->tests, index);
}

static bool read_tests(struct suite *suite, struct err *err) {
    struct buffer models = {0}, scripts = {0};
    buffer_printf(&models, "%s/models", suite->folder);
    buffer_printf(&scripts, "%s/scripts", suite->folder);
    bool is_read = script_files_read_tests((const char *)models.bytes, (const char *)scripts.bytes,
                                           &suite->test_files, err);
    buffer_fini(&models);
    buffer_fini(&scripts);
    return is_read;
}

static bool bed_remember(void *context, struct twin *twin, const struct setting *settings,
                         int count, struct err *err) {
    return rehearsal_remember(((struct stage *)context)->rehearsal, twin, settings, count, err);
}

static void bed_advance(void *context, int64_t us) {
    rehearsal_advance(((struct stage *)context)->rehearsal, us);
}

static void bed_event(void *context, struct twin *to, int event, const struct value *arguments,
                      int count, const struct twin *from) {
    rehearsal_event(((struct stage *)context)->rehearsal, to, event, arguments, count, from);
}

static enum outcome bed_predict(void *context, struct twin *twin, int prediction,
                                struct prediction_result *result, struct err *err) {
    return rehearsal_predict(((struct stage *)context)->rehearsal, twin, prediction, result, err);
}

static bool bed_failure(void *context, const struct twin *twin, const char *part, char id[65],
                        char text[420]) {
    return rehearsal_failure(((struct stage *)context)->rehearsal, twin, part, id, text);
}

// A file beside the test. A path that leads up and out is no fixture of it.
static bool bed_read(void *context, const char *test, const char *name, struct buffer *out,
                     struct err *err) {
    const struct stage *stage = context;
    if (name[0] == '/' || strstr(name, ".."))
        return err_set(err, ERR_INVALID,
                       "fixture \"%.200s\": write its path from the test's folder", name);
    struct buffer path = {0};
    buffer_printf(&path, "%s/%.*s%s", stage->suite->folder, (int)(strrchr(test, '/') + 1 - test),
                  test, name);
    FILE *file = fopen((const char *)path.bytes, "r");
    buffer_fini(&path);
    if (!file)
        return err_set(err, ERR_NOT_FOUND, "fixture \"%.200s\" beside %s: %s", name, test,
                       strerror(errno));
    for (size_t got = 1; got > 0 && out->length <= FIXTURE_MAX;) {
        got = fread(buffer_reserve(out, 65536), 1, 65536, file);
        out->length += got;
    }
    bool is_read = !ferror(file);
    fclose(file);
    if (out->length > FIXTURE_MAX)
        return err_set(err, ERR_TOO_LARGE, "fixture \"%.200s\" is over %u MiB", name,
                       FIXTURE_MAX >> 20);
    return is_read || err_set(err, ERR_NOT_FOUND, "fixture \"%.200s\" cannot be read", name);
}

static void bed_say(void *context, const char *text) {
    buffer_printf(((struct stage *)context)->notes, "%s\n", text);
}

bool suite_try_first_inputs(struct suite *suite, struct err *err) {
    struct rehearsal_cast cast = cast_of(&suite->cast);
    return first_input_try(&cast, START_US, err);
}

bool suite_run(struct suite *suite, int index, struct buffer *notes, struct err *err) {
    struct rehearsal_cast cast = cast_of(&suite->cast);
    struct stage stage = {suite, rehearsal_new(&cast, START_US, err), notes};
    if (!stage.rehearsal) return false;
    struct test_bed bed = {.door = rehearsal_door(stage.rehearsal),
                           .context = &stage,
                           .remember = bed_remember,
                           .advance = bed_advance,
                           .event = bed_event,
                           .predict = bed_predict,
                           .failure = bed_failure,
                           .read = bed_read,
                           .say = bed_say};
    bool is_good = lua_test_run(suite->tests, index, &bed, err) == OUTCOME_OK;
    char id[65], text[420];
    while (is_good && rehearsal_failure(stage.rehearsal, NULL, "", id, text))
        is_good = err_set(err, ERR_INVALID,
                          "%.240s: %s failed unexpectedly; a test that means it "
                          "says t:failed(%s)",
                          text, id, id);
    rehearsal_free(stage.rehearsal);
    return is_good;
}

static void write_comment(const char *text, FILE *out) {
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        fprintf(out, "# %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

void suite_write(const struct suite *suite, int index, int number, bool is_good,
                 const struct buffer *notes, const struct err *err, FILE *out) {
    write_comment(notes->length > 0 ? (const char *)notes->bytes : "", out);
    fprintf(out, "%sok %d - %s %s\n", is_good ? "" : "not ", number, suite_file(suite, index),
            suite_name(suite, index));
    if (!is_good) write_comment(err->text, out);
}
