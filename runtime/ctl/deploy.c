// What is wrong is found here before anything is sent, so that it is told with its line; twind
// checks again, for it may be another build.

#include "ctl/deploy.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"
#include "ctl/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    .summary = "check the models and scripts in DIR (here: .), and let twind serve them",
    .options = NOTES "--dry-run         say what would change, change nothing\n",
    .run = deploy_run,
};

const struct verb promote_verb = {
    .name = "promote",
    .words = "VERSION",
    .summary = "let twind serve a version that it has stored",
    .options = NOTES,
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
    const char *author, *reason;
    bool is_dry;
};

static bool parse(struct notes *notes, bool may_be_dry, int words_min, int words_max, int *argc,
                  char **argv, struct err *err) {
    const struct argument arguments[] = {
        {.name = "--author", .value = &notes->author},
        {.name = "--reason", .value = &notes->reason},
        {.name = "--dry-run", .is_given = &notes->is_dry},
    };
    const char *user = getenv("USER");
    if (!arguments_take(arguments, may_be_dry ? 3 : 2, argc, argv, err) ||
        !arguments_end(argc, argv, words_min, words_max, err))
        return false;
    if (!notes->author) notes->author = user ? user : "";
    return true;
}

static cJSON *body_of(const struct notes *notes) {
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "author", notes->author);
    if (notes->reason) cJSON_AddStringToObject(body, "reason", notes->reason);
    if (notes->is_dry) cJSON_AddBoolToObject(body, "dry_run", true);
    return body;
}

// On a terminal only: a step that may take a moment.
static void say_step(const char *step) {
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r\033[K%s", step);
}

static void write_outcome(const struct session *session, const cJSON *answer) {
    if (session->format == ROWS_JSON && session->has_format) {
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

static int deploy_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct notes notes = {0};
    struct script_files files = {0};
    if (!parse(&notes, true, 0, 1, &argc, argv, &err)) return session_misused(&deploy_verb, &err);
    const char *folder = argc > 0 ? argv[0] : ".";
    say_step("checking ...");
    if (!sources_read(folder, &files, &err) || !sources_check(&files, &err)) {
        script_files_fini(&files);
        return session_failed(&err, "mend it, then: twinctl deploy %s", folder);
    }
    say_step("deploying ...");
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
    char *escaped = client_escape(argv[0]);
    struct buffer path = {0};
    buffer_printf(&path, "/versions/%s/promote", escaped);
    buffer_byte(&path, 0);
    cJSON *body = body_of(&notes);
    int code = send_order(session, &promote_verb, (char *)path.bytes, body);
    cJSON_Delete(body);
    buffer_fini(&path);
    free(escaped);
    return code;
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
