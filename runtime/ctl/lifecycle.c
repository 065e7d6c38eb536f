// What cannot be taken back is asked for on a terminal; a program that calls is taken at its word.

#include "ctl/lifecycle.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RETIRED_MAX 10000

static int lifecycle_run(const struct session *session, int argc, char **argv);
static int replace_run(const struct session *session, int argc, char **argv);
static int retire_run(const struct session *session, int argc, char **argv);

const struct verb lifecycle_verb = {
    .name = "lifecycle",
    .words = "ID STATE",
    .summary = "in_service, commissioning, maintenance or out_of_service",
    .options = "Only in service do its alarms call for somebody.\n",
    .run = lifecycle_run,
};
const struct verb replace_verb = {
    .name = "replace",
    .words = "ID",
    .summary = "a new part is in its place: what wears begins anew",
    .options = "--yes             do not ask\n",
    .run = replace_run,
};
const struct verb retire_verb = {
    .name = "retire",
    .words = "ID ...",
    .summary = "delete twins; their past stays in the log until its quota",
    .options = "--yes             do not ask\n",
    .run = retire_run,
};

static const struct column columns[] = {{.name = "twin"}, {.name = "is"}};

static bool is_meant(const char *verb, int count, char **ids) {
    char answer[16] = "";
    if (!isatty(STDIN_FILENO)) return true;
    if (count == 1)
        fprintf(stderr, "%s %s? [y/N] ", verb, ids[0]);
    else
        fprintf(stderr, "%s %d twins, %s to %s? [y/N] ", verb, count, ids[0], ids[count - 1]);
    fflush(stderr);
    return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static void write_row(struct rows *rows, const char *id, const char *is) {
    const char *cells[] = {id, is};
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "twin", id);
    cJSON_AddStringToObject(row, "is", is);
    char *json = cJSON_PrintUnformatted(row);
    rows_add(rows, cells, json);
    free(json);
    cJSON_Delete(row);
}

static bool ask(struct client *client, const char *method, const char *id, const char *rest,
                const char *body, struct err *err) {
    struct answer answer = {0};
    struct buffer path = {0};
    char *escaped = client_escape(id);
    buffer_printf(&path, "/twins/%s%s", escaped, rest);
    buffer_byte(&path, 0);
    bool is_good = client_ask(client,
                              &(struct request){.method = method,
                                                .path = (const char *)path.bytes,
                                                .body = body,
                                                .type = "application/json"},
                              &answer, err);
    answer_fini(&answer);
    buffer_fini(&path);
    free(escaped);
    return is_good;
}

struct deed { // the same for each of the ids
    const struct verb *verb;
    const char *method, *rest, *body;
    const char *is; // of a twin it is done to
};

// Stops at the first that is refused; those before it are told.
static int run(const struct session *session, const struct deed *deed, int count, char **ids) {
    struct err err;
    struct client *client = client_new(session->url, &err);
    struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
    bool is_good = client != NULL;
    for (int i = 0; i < count && is_good; i++) {
        is_good = ask(client, deed->method, ids[i], deed->rest, deed->body, &err);
        if (is_good) write_row(rows, ids[i], deed->is);
    }
    int code = session_end(rows);
    if (!is_good) code = session_unanswered(deed->verb, true, &err);
    client_free(client);
    return code;
}

static int lifecycle_run(const struct session *session, int argc, char **argv) {
    struct err err;
    if (!arguments_end(&argc, argv, 2, 2, &err)) return session_misused(&lifecycle_verb, &err);
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "lifecycle", argv[1]);
    char *text = cJSON_PrintUnformatted(body);
    struct deed deed = {&lifecycle_verb, "PUT", "/lifecycle", text, argv[1]};
    int code = run(session, &deed, 1, argv);
    free(text);
    cJSON_Delete(body);
    return code;
}

static int run_meant(const struct session *session, const struct deed *deed, int most, int argc,
                     char **argv) {
    struct err err;
    bool is_sure = false;
    const struct argument arguments[] = {{.name = "--yes", .is_given = &is_sure}};
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 1, most, &err))
        return session_misused(deed->verb, &err);
    if (is_sure || is_meant(deed->verb->name, argc, argv)) return run(session, deed, argc, argv);
    err_set(&err, ERR_INVALID, "nothing was done: the answer was not y");
    return session_failed(&err, "--yes, to be sure without a question");
}

static int replace_run(const struct session *session, int argc, char **argv) {
    struct deed deed = {&replace_verb, "POST", "/replace", "{}", "replaced"};
    return run_meant(session, &deed, 1, argc, argv);
}

static int retire_run(const struct session *session, int argc, char **argv) {
    struct deed deed = {&retire_verb, "DELETE", "", NULL, "retired"};
    return run_meant(session, &deed, RETIRED_MAX, argc, argv);
}
