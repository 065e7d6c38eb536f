// A folder that no twind has open is looked at by twind itself, which finds more than beside a
// running one. Beside a running one the examination is its own; this waits for it and tells.

#include "ctl/doctor.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/offline.h"
#include "ctl/session.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS 200

static int doctor_run(const struct session *session, int argc, char **argv);

const struct verb doctor_verb = {
    .name = "doctor",
    .words = "",
    .summary = "whether all that is stored is whole; one line a finding",
    .options =
        "--data DIR        not of the running twind, but of a data folder that none has open:\n"
        "                  this compares full states and checkpoints with the log as well\n"
        "Exit: 0 whole, 1 findings.\n",
    .run = doctor_run,
};

static bool ask(struct client *client, const char *method, struct answer *answer, struct err *err) {
    return client_ask(client, &(struct request){.method = method, .path = "/doctor"}, answer, err);
}

static void tell_progress(const cJSON *body) {
    struct region region = {0};
    const char *of = cell_of(&region, member(body, "of", NULL));
    fprintf(stderr, "\r\033[K%s %s%s%s", cell_of(&region, member(body, "doing", NULL)),
            cell_of(&region, member(body, "done", NULL)), strcmp(of, "0") != 0 ? " of " : "",
            strcmp(of, "0") != 0 ? of : "");
    region_fini(&region);
}

// Begins one, or follows the one that somebody else began, to its end.
static bool wait_for_end(struct client *client, struct answer *answer, struct err *err) {
    bool is_told = isatty(STDERR_FILENO) == 1;
    bool is_good = ask(client, "POST", answer, err) || err->code == ERR_CONFLICT;
    for (bool is_running = true; is_good && is_running;) {
        answer_fini(answer);
        is_good = ask(client, "GET", answer, err);
        if (!is_good) break;
        const cJSON *state = member(answer->body, "state", NULL);
        is_running = cJSON_IsString(state) && strcmp(state->valuestring, "running") == 0;
        if (is_running && is_told) tell_progress(answer->body);
        if (is_running) nanosleep(&(struct timespec){0, POLL_MS * 1000000L}, NULL);
    }
    if (is_told) fputs("\r\033[K", stderr);
    return is_good;
}

static int report(const cJSON *body) {
    const cJSON *line, *findings = member(body, "findings", NULL);
    struct region region = {0};
    cJSON_ArrayForEach(line, member(body, "lines", NULL)) puts(cell_of(&region, line));
    bool is_whole = cJSON_IsNumber(findings) && findings->valuedouble == 0;
    if (is_whole)
        printf("%s revisions in %s batches, %s full states, %s records\nwhole\n",
               cell_of(&region, member(body, "revisions", NULL)),
               cell_of(&region, member(body, "batches", NULL)),
               cell_of(&region, member(body, "states", NULL)),
               cell_of(&region, member(body, "records", NULL)));
    else
        printf("%s findings\n", cell_of(&region, findings));
    region_fini(&region);
    int code = session_written(fflush(stdout) == 0);
    return code == EXIT_GOOD && !is_whole ? EXIT_FAILED : code;
}

static int doctor_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct answer answer = {0};
    const char *data = NULL;
    const struct argument arguments[] = {{.name = "--data", .value = &data}};
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 0, 0, &err))
        return session_misused(&doctor_verb, &err);
    if (data) return offline_become((const char *[]){"--doctor", "--data", data, NULL});
    struct client *client = client_new(session->url, &err);
    bool is_good = client && wait_for_end(client, &answer, &err);
    int code = is_good ? report(answer.body) : session_unanswered(&doctor_verb, false, &err);
    answer_fini(&answer);
    client_free(client);
    return code;
}
