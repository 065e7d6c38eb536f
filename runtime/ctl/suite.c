// The version is loaded twice: for the engine, and for the tests, which must outlive a handler that
// is stopped.

#include "ctl/suite.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "ctl/first_input.h"
#include "fork/rehearsal.h"
#include "script/lua_test.h"
#include "script/script.h"
#include "twin/model.h"
#include "twin/model_codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define START_US INT64_C(1767225600000000) // 2026-01-01T00:00:00Z, of every test
#define FIXTURE_MAX (64u << 20)            // bytes of a file that t:play reads

struct suite { // what all tests share
    char *folder;
    struct logger logger;
    struct metrics *metrics;
    struct script_files test_files;
    struct script *script, *onlooker;
    struct buffer *models; // encoded, script_model_count
    struct lua_tests *tests;
};

struct stage { // what a test's bed works on
    const struct suite *suite;
    struct rehearsal *rehearsal;
    struct buffer *notes;
};

static bool load(struct suite *suite, const struct script_files *files, struct err *err);
static bool read_tests(struct suite *suite, struct err *err);

struct suite *suite_new(const char *folder, const struct script_files *files, bool is_verbose,
                        struct err *err) {
    struct suite *suite = xcalloc(1, sizeof *suite);
    suite->folder = xstrdup(folder);
    suite->logger.level = is_verbose ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR;
    suite->metrics = metrics_new();
    if (read_tests(suite, err) && load(suite, files, err)) return suite;
    suite_free(suite);
    return NULL;
}

void suite_free(struct suite *suite) {
    if (!suite) return;
    for (int i = 0; suite->models && i < script_model_count(suite->script); i++)
        buffer_fini(&suite->models[i]);
    free(suite->models);
    lua_test_free(suite->tests);
    script_free(suite->onlooker);
    script_free(suite->script);
    script_files_fini(&suite->test_files);
    metrics_free(suite->metrics);
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

static bool load(struct suite *suite, const struct script_files *files, struct err *err) {
    const struct script_limits limits = {
        .call_us = 2000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 256u << 20};
    suite->script = script_load(files, &limits, &suite->logger, suite->metrics, err);
    if (!suite->script) return false;
    suite->onlooker = script_load(files, &limits, &suite->logger, suite->metrics, err);
    if (!suite->onlooker) return false;
    int count = script_model_count(suite->script);
    suite->models = xcalloc((size_t)count + 1, sizeof *suite->models);
    for (int i = 0; i < count; i++) {
        struct model *model = script_take_model(suite->script, i);
        model_encode(model, &suite->models[i]);
        model_free(model);
        model_free(script_take_model(suite->onlooker, i));
    }
    suite->tests = lua_test_load(suite->onlooker, &suite->test_files, err);
    return suite->tests != NULL;
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

static struct rehearsal_cast cast_of(const struct suite *suite) {
    return (struct rehearsal_cast){.script = suite->script,
                                   .onlooker = suite->onlooker,
                                   .models = suite->models,
                                   .logger = &suite->logger,
                                   .metrics = suite->metrics};
}

bool suite_try_first_inputs(struct suite *suite, struct err *err) {
    struct rehearsal_cast cast = cast_of(suite);
    return first_input_try(&cast, START_US, err);
}

bool suite_run(struct suite *suite, int index, struct buffer *notes, struct err *err) {
    struct rehearsal_cast cast = cast_of(suite);
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
