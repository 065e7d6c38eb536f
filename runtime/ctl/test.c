// TAP on standard output; what the tests are and how they run is suite.c's.

#include "ctl/test.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"
#include "ctl/sources.h"
#include "ctl/suite.h"
#include "ctl/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct history { // that the scripts are tried on
    bool is_wanted;
    const char *from, *to;
};

static int try_on_history(const struct session *session, const struct script_files *files,
                          const struct history *history) {
    struct err err;
    char version[17];
    const char *user = getenv("USER");
    struct client *client = client_new(session->url, &err);
    bool is_stored = client && trial_store(client, files, user ? user : "", NULL, version, &err);
    int code = is_stored ? trial_on_history(session, &test_verb, client, version, history->from,
                                            history->to)
                         : session_unanswered(&test_verb, true, &err);
    client_free(client);
    return code;
}

static int test_run(const struct session *session, int argc, char **argv);

const struct verb test_verb = {
    .name = "test",
    .words = "[DIR]",
    .summary = "run the tests of the models and scripts in DIR (here: .), as TAP",
    .options =
        "--filter TEXT     only tests whose file or name holds it\n"
        "--verbose         what the scripts log, on standard error\n"
        "--on-history      then also run them on what a running twind has recorded, and say\n"
        "                  what they do otherwise than the version that serves\n"
        "--from, --to      of it, each a revision, a time, or so long ago: 10m, 2h\n",
    .run = test_run,
};

static bool is_wanted(const struct suite *suite, int index, const char *filter) {
    return !filter || strstr(suite_file(suite, index), filter) ||
           strstr(suite_name(suite, index), filter);
}

// Runs what is wanted. The number of those that failed.
static int run_all(struct suite *suite, const char *filter, int *wanted) {
    int count = suite_count(suite), done = 0, failed = 0;
    *wanted = 0;
    for (int i = 0; i < count; i++)
        *wanted += is_wanted(suite, i, filter);
    printf("TAP version 13\n1..%d%s\n", *wanted, count == 0 ? " # SKIP there are no tests" : "");
    for (int i = 0; i < count; i++) {
        struct err err;
        struct buffer notes = {0};
        if (!is_wanted(suite, i, filter)) continue;
        bool is_good = suite_run(suite, i, &notes, &err);
        suite_write(suite, i, ++done, is_good, &notes, &err, stdout);
        failed += !is_good;
        buffer_fini(&notes);
    }
    return failed;
}

static int test_run(const struct session *session, int argc, char **argv) {
    struct err err;
    const char *filter = NULL;
    bool is_verbose = false;
    struct history history = {0};
    const struct argument arguments[] = {
        {.name = "--filter", .value = &filter},
        {.name = "--verbose", .is_given = &is_verbose},
        {.name = "--on-history", .is_given = &history.is_wanted},
        {.name = "--from", .value = &history.from},
        {.name = "--to", .value = &history.to},
    };
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 0, 1, &err))
        return session_misused(&test_verb, &err);
    const char *folder = argc > 0 ? argv[0] : ".";
    struct script_files files = {0};
    struct suite *suite = NULL;
    int code = EXIT_GOOD, wanted = 0;
    if (sources_read(folder, &files, &err)) suite = suite_new(folder, &files, is_verbose, &err);
    if (!suite) {
        code = session_failed(&err, "mend it, then: twinctl test %s", folder);
    } else if (run_all(suite, filter, &wanted) > 0) {
        code = EXIT_FAILED;
    } else if (wanted == 0 && filter) {
        err_set(&err, ERR_NOT_FOUND, "no test's file or name holds '%.80s'", filter);
        code = session_failed(&err, "twinctl test %s", folder);
    }
    suite_free(suite);
    if (code == EXIT_GOOD && history.is_wanted) code = try_on_history(session, &files, &history);
    script_files_fini(&files);
    return code;
}
