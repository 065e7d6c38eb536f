// What is wrong is found here before anything is sent, so that it is told with its line: what does
// not load, what fails on the first input of a model, what its tests say. twind loads it again, for
// it may be another build.

#include "ctl/deploy.h"

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
#include <time.h>
#include <unistd.h>

static int deploy_run(const struct session *session, int argc, char **argv);
static int promote_run(const struct session *session, int argc, char **argv);
static int rollback_run(const struct session *session, int argc, char **argv);

#define NOTES                                                                                      \
    "--reason TEXT     why, for those who read `twinctl versions` later\n"                         \
    "--author NAME     who; else $USER\n"

const struct verb deploy_verb = {
    .name = "deploy",
    .words = "[DIR]",
    .summary = "check and test the models and scripts in DIR (here: .), let twind serve them",
    .options = NOTES
    "--dry-run         say what would change, change nothing\n"
    "--shadow DURATION run it beside the live version on what comes in, without side\n"
    "                  effects, and say what it does otherwise; serves nothing yet\n"
    "--canary PERCENT  for so many twins first, 1 to 99; promote moves the rest, rollback\n"
    "                  takes it back\n"
    "--skip-tests      send what loads, whatever its tests and first inputs say\n",
    .run = deploy_run,
};

const struct verb promote_verb = {
    .name = "promote",
    .words = "VERSION",
    .summary = "let twind serve a version that it has stored",
    .options = NOTES "--canary PERCENT only so many twins, 1 to 99: promote again moves the rest,\n"
                     "                  rollback takes it back\n",
    .run = promote_run,
};

const struct verb rollback_verb = {
    .name = "rollback",
    .words = "",
    .summary = "go back to the version that was promoted before",
    .options = NOTES,
    .run = rollback_run,
};

struct notes {
    const char *author, *reason, *shadow, *canary;
    bool is_dry, skips_tests;
};

static bool parse(struct notes *notes, bool is_deploy, int words_min, int words_max, int *argc,
                  char **argv, struct err *err) {
    const struct argument arguments[] = {
        {.name = "--author", .value = &notes->author},
        {.name = "--reason", .value = &notes->reason},
        {.name = "--dry-run", .is_given = &notes->is_dry},
        {.name = "--skip-tests", .is_given = &notes->skips_tests},
        {.name = "--shadow", .value = &notes->shadow},
        {.name = "--canary", .value = &notes->canary},
    };
    const struct argument of_promote[] = {
        {.name = "--author", .value = &notes->author},
        {.name = "--reason", .value = &notes->reason},
        {.name = "--canary", .value = &notes->canary},
    };
    const char *user = getenv("USER");
    bool is_promote = !is_deploy && words_max == 1;
    if (!arguments_take(is_promote ? of_promote : arguments,
                        is_deploy    ? ARRAY_LEN(arguments)
                        : is_promote ? 3
                                     : 2,
                        argc, argv, err) ||
        !arguments_end(argc, argv, words_min, words_max, err))
        return false;
    if (!notes->author) notes->author = user ? user : "";
    return true;
}

static cJSON *body_of(const struct notes *notes) {
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "author", notes->author);
    if (notes->reason) cJSON_AddStringToObject(body, "reason", notes->reason);
    if (notes->canary) { // what is no number is refused there, in words
        char *end;
        double share = strtod(notes->canary, &end);
        if (*notes->canary && !*end)
            cJSON_AddNumberToObject(body, "canary", share);
        else
            cJSON_AddStringToObject(body, "canary", notes->canary);
    }
    if (notes->is_dry) cJSON_AddBoolToObject(body, "dry_run", true);
    return body;
}

// On a terminal only: a step that may take a moment.
static void say_step(const char *step) {
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r\033[K%s", step);
}

// Where rows are wanted, they are all that is written.
static bool is_text(const struct session *session) {
    return !(session->format == ROWS_JSON && session->has_format);
}

static void write_outcome(const struct session *session, const cJSON *answer) {
    if (!is_text(session)) {
        char *line = cJSON_PrintUnformatted(answer);
        puts(line);
        free(line);
        return;
    }
    const cJSON *change, *ms = member(answer, "ms", NULL);
    struct region region = {0};
    cJSON_ArrayForEach(change, member(answer, "changed", NULL))
        printf("  %-8s %s\n", cell_of(&region, member(change, "change", NULL)),
               cell_of(&region, member(change, "path", NULL)));
    printf("%s %s", cell_of(&region, member(answer, "state", NULL)),
           cell_of(&region, member(answer, "version", NULL)));
    printf(", was %s, in %.1f ms\n", cell_of(&region, member(answer, "from", NULL)),
           cJSON_IsNumber(ms) ? ms->valuedouble : 0);
    region_fini(&region);
}

// Sends the order and writes what came of it.
static int send_order(const struct session *session, const struct verb *verb, const char *path,
                      const cJSON *body) {
    struct err err;
    struct answer answer = {0};
    char *text = cJSON_PrintUnformatted(body);
    struct request request = {
        .method = "POST", .path = path, .body = text, .type = "application/json"};
    struct client *client = client_new(session->url, &err);
    int code;
    bool is_good = client && client_ask(client, &request, &answer, &err);
    say_step("");
    if (is_good) {
        write_outcome(session, answer.body);
        code = EXIT_GOOD;
    } else if (err.code == ERR_UNAVAILABLE || err.code == ERR_INTERNAL) {
        code = session_unanswered(verb, true, &err);
    } else {
        session_failed(&err,
                       verb == &deploy_verb ? "mend it, then: twinctl deploy" : "twinctl versions");
        code = verb == &deploy_verb ? EXIT_FAILED : EXIT_REFUSED;
    }
    answer_fini(&answer);
    client_free(client);
    free(text);
    return code;
}

// False when one failed; the failures are on standard error by then, as TAP.
static bool run_tests(const struct session *session, struct suite *suite, struct err *err) {
    struct timespec begun, ended;
    int count = suite_count(suite), failed = 0;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    for (int i = 0; i < count; i++) {
        struct err why;
        struct buffer notes = {0};
        say_step("testing ...");
        if (!suite_run(suite, i, &notes, &why)) {
            say_step("");
            suite_write(suite, i, i + 1, false, &notes, &why, stderr);
            if (failed++ == 0) *err = why;
        }
        buffer_fini(&notes);
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    say_step("");
    if (failed > 0) {
        struct err first = *err;
        return err_set(err, ERR_INVALID, "%d of %d tests failed, the first: %.300s", failed, count,
                       first.text);
    }
    double ms =
        (double)(ended.tv_sec - begun.tv_sec) * 1e3 + (double)(ended.tv_nsec - begun.tv_nsec) / 1e6;
    if (is_text(session) && count == 0) puts("no tests");
    if (is_text(session) && count > 0)
        printf("%d test%s passed in %.0f ms\n", count, count == 1 ? "" : "s", ms);
    return true;
}

static bool try_out(const struct session *session, const char *folder,
                    const struct script_files *files, struct err *err) {
    struct suite *suite = suite_new(folder, files, false, err);
    bool is_good = suite && suite_try_first_inputs(suite, err) && run_tests(session, suite, err);
    suite_free(suite);
    return is_good;
}

static int stopped(const char *folder, bool is_loadable, const struct err *err) {
    struct err told;
    err_set(&told, err->code, "%.390s; nothing was sent", err->text);
    if (!is_loadable) return session_failed(&told, "mend it, then: twinctl deploy %s", folder);
    return session_failed(
        &told, "mend it, then: twinctl deploy %s (--skip-tests sends it all the same)", folder);
}

static int shadow(const struct session *session, const struct notes *notes, struct client *client,
                  const char *version) {
    struct buffer path = {0};
    char what[64];
    buffer_printf(&path, "/versions/%s/shadow?", version);
    client_add_query(&path, "for", notes->shadow);
    buffer_byte(&path, 0);
    snprintf(what, sizeof what, "shadow of %.16s", version);
    int code = trial_follow(session, &deploy_verb, client, (const char *)path.bytes, what);
    if (is_text(session)) printf("it serves nothing yet; twinctl promote %s lets it\n", version);
    buffer_fini(&path);
    return code;
}

static int promote(const struct session *session, const struct verb *verb,
                   const struct notes *notes, const char *version) {
    struct buffer path = {0};
    char *escaped = client_escape(version);
    buffer_printf(&path, "/versions/%s/promote", escaped);
    buffer_byte(&path, 0);
    cJSON *body = body_of(notes);
    int code = send_order(session, verb, (char *)path.bytes, body);
    cJSON_Delete(body);
    buffer_fini(&path);
    free(escaped);
    return code;
}

// Stores it, and lets it run beside what serves, or for part of the fleet.
static int try_first(const struct session *session, const struct notes *notes,
                     const struct script_files *files) {
    struct err err;
    char version[17];
    struct client *client = client_new(session->url, &err);
    bool is_stored =
        client && trial_store(client, files, notes->author, notes->reason, version, &err);
    say_step("");
    int code = EXIT_GOOD;
    if (!is_stored)
        code = session_unanswered(&deploy_verb, true, &err);
    else if (notes->shadow)
        code = shadow(session, notes, client, version);
    // After a shadow that found nothing, or at once.
    if (code == EXIT_GOOD && is_stored && notes->canary)
        code = promote(session, &deploy_verb, notes, version);
    client_free(client);
    return code;
}

static int deploy_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct notes notes = {0};
    struct script_files files = {0};
    if (!parse(&notes, true, 0, 1, &argc, argv, &err)) return session_misused(&deploy_verb, &err);
    const char *folder = argc > 0 ? argv[0] : ".";
    say_step("checking ...");
    bool is_loadable = sources_read(folder, &files, &err) && sources_check(&files, &err);
    if (!is_loadable || (!notes.skips_tests && !try_out(session, folder, &files, &err))) {
        script_files_fini(&files);
        return stopped(folder, is_loadable, &err);
    }
    say_step("deploying ...");
    if (notes.shadow || notes.canary) {
        int tried = try_first(session, &notes, &files);
        script_files_fini(&files);
        return tried;
    }
    cJSON *body = body_of(&notes);
    cJSON *texts = cJSON_AddObjectToObject(body, "files");
    for (int i = 0; i < files.count; i++)
        cJSON_AddStringToObject(texts, files.files[i].path, files.files[i].text);
    int code = send_order(session, &deploy_verb, "/versions", body);
    cJSON_Delete(body);
    script_files_fini(&files);
    return code;
}

static int promote_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct notes notes = {0};
    if (!parse(&notes, false, 1, 1, &argc, argv, &err)) return session_misused(&promote_verb, &err);
    return promote(session, &promote_verb, &notes, argv[0]);
}

static int rollback_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct notes notes = {0};
    if (!parse(&notes, false, 0, 0, &argc, argv, &err))
        return session_misused(&rollback_verb, &err);
    cJSON *body = body_of(&notes);
    int code = send_order(session, &rollback_verb, "/rollback", body);
    cJSON_Delete(body);
    return code;
}
