// Each test has a world that begins empty, the real engine, and a clock of its own. The version is
// loaded twice: for the engine, and for the tests, which must outlive a handler that is stopped.

#include "ctl/test.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "ctl/arguments.h"
#include "ctl/session.h"
#include "rehearsal.h"
#include "script/lua_test.h"
#include "script/script.h"
#include "twin/model.h"
#include "twin/model_codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define START_US INT64_C(1767225600000000) // 2026-01-01T00:00:00Z, of every test
#define FIXTURE_MAX (64u << 20)            // bytes of a file that t:play reads

static int test_run(const struct session *session, int argc, char **argv);

const struct verb test_verb = {
    .name = "test",
    .words = "[DIR]",
    .summary = "run the tests of the models and scripts in DIR (here: .), as TAP",
    .options = "--filter TEXT     only tests whose file or name holds it\n"
               "--verbose         what the scripts log, on standard error\n",
    .run = test_run,
};

struct suite { // what all tests share
    const char *folder, *filter;
    struct logger logger;
    struct metrics *metrics;
    struct script_files files, test_files;
    struct script *script, *onlooker;
    struct buffer *models; // encoded, script_model_count
    struct lua_tests *tests;
};

static bool load(struct suite *suite, struct err *err) {
    const struct script_limits limits = {
        .call_us = 2000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 256u << 20};
    struct buffer models = {0}, scripts = {0};
    bool is_good = false;
    buffer_printf(&models, "%s/models", suite->folder);
    buffer_printf(&scripts, "%s/scripts", suite->folder);
    const char *models_dir = (const char *)models.bytes, *scripts_dir = (const char *)scripts.bytes;
    if (!script_files_read(models_dir, scripts_dir, &suite->files, err) ||
        !script_files_read_tests(models_dir, scripts_dir, &suite->test_files, err))
        goto done;
    suite->script = script_load(&suite->files, &limits, &suite->logger, suite->metrics, err);
    if (!suite->script) goto done;
    suite->onlooker = script_load(&suite->files, &limits, &suite->logger, suite->metrics, err);
    if (!suite->onlooker) goto done;
    int count = script_model_count(suite->script);
    suite->models = xcalloc((size_t)count + 1, sizeof *suite->models);
    for (int i = 0; i < count; i++) {
        struct model *model = script_take_model(suite->script, i);
        model_encode(model, &suite->models[i]);
        model_free(model);
        model_free(script_take_model(suite->onlooker, i));
    }
    suite->tests = lua_test_load(suite->onlooker, &suite->test_files, err);
    is_good = suite->tests != NULL;
done:
    buffer_fini(&models);
    buffer_fini(&scripts);
    return is_good;
}

static void suite_fini(struct suite *suite) {
    for (int i = 0; suite->models && i < script_model_count(suite->script); i++)
        buffer_fini(&suite->models[i]);
    free(suite->models);
    lua_test_free(suite->tests);
    script_free(suite->onlooker);
    script_free(suite->script);
    script_files_fini(&suite->files);
    script_files_fini(&suite->test_files);
    metrics_free(suite->metrics);
}

struct stage { // what a test's bed works on
    const struct suite *suite;
    struct rehearsal *rehearsal;
};

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

static void write_comment(const char *text) {
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        printf("# %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static void bed_say(void *context, const char *text) {
    (void)context;
    write_comment(text);
}

// One test in a world of its own. False with what did not hold.
static bool run_one(struct suite *suite, int index, struct err *err) {
    struct rehearsal_cast cast = {.script = suite->script,
                                  .onlooker = suite->onlooker,
                                  .models = suite->models,
                                  .logger = &suite->logger,
                                  .metrics = suite->metrics};
    struct stage stage = {suite, rehearsal_new(&cast, START_US, err)};
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

static bool is_wanted(const struct suite *suite, int index) {
    return !suite->filter || strstr(lua_test_file(suite->tests, index), suite->filter) ||
           strstr(lua_test_name(suite->tests, index), suite->filter);
}

// Runs what is wanted. The number of those that failed.
static int run_all(struct suite *suite, int *wanted) {
    int count = lua_test_count(suite->tests), done = 0, failed = 0;
    *wanted = 0;
    for (int i = 0; i < count; i++)
        *wanted += is_wanted(suite, i);
    printf("TAP version 13\n1..%d%s\n", *wanted, count == 0 ? " # SKIP there are no tests" : "");
    for (int i = 0; i < count; i++) {
        struct err err;
        if (!is_wanted(suite, i)) continue;
        bool is_good = run_one(suite, i, &err);
        printf("%sok %d - %s %s\n", is_good ? "" : "not ", ++done, lua_test_file(suite->tests, i),
               lua_test_name(suite->tests, i));
        if (is_good) continue;
        failed++;
        write_comment(err.text);
    }
    return failed;
}

static int test_run(const struct session *session, int argc, char **argv) {
    (void)session; // TAP whatever the output is
    struct err err;
    struct suite suite = {.logger.level = LOG_LEVEL_ERROR};
    bool is_verbose = false;
    const struct argument arguments[] = {
        {.name = "--filter", .value = &suite.filter},
        {.name = "--verbose", .is_given = &is_verbose},
    };
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 0, 1, &err))
        return session_misused(&test_verb, &err);
    if (is_verbose) suite.logger.level = LOG_LEVEL_INFO;
    suite.folder = argc > 0 ? argv[0] : ".";
    suite.metrics = metrics_new();
    int code = EXIT_GOOD, wanted = 0;
    if (!load(&suite, &err)) {
        code = session_failed(&err, "mend it, then: twinctl test %s", suite.folder);
    } else if (run_all(&suite, &wanted) > 0) {
        code = EXIT_FAILED;
    } else if (wanted == 0 && suite.filter) {
        err_set(&err, ERR_NOT_FOUND, "no test's file or name holds '%.80s'", suite.filter);
        code = session_failed(&err, "twinctl test %s", suite.folder);
    }
    suite_fini(&suite);
    return code;
}
