// All lines so far are sent each time, from the revision that the first was about: twind keeps
// nothing of a prompt.

#include "ctl/repl.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int repl_run(const struct session *session, int argc, char **argv);

const struct verb repl_verb = {
    .name = "repl",
    .words = "ID",
    .summary = "a Lua prompt on a copy of a twin, with what each line writes",
    .options = "--at REV          as it was then; now\n"
               "The twin is `twin`, and its model's name: pump.derived.health. Also:\n"
               ":sample NAME=VALUE ...   its device says so, and its behaviour runs\n"
               ":advance 30s             timers, alarm delays and `every` run on\n"
               ":begin                   from the beginning; an empty line or ^D ends\n",
    .run = repl_run,
};

static void write_line(const cJSON *line, const char *own) {
    const cJSON *item;
    struct region region = {0};
    cJSON_ArrayForEach(item, member(line, "said", NULL)) puts(item->valuestring);
    cJSON_ArrayForEach(item, member(line, "writes", NULL)) {
        const char *twin = cell_of(&region, member(item, "twin", NULL));
        const char *before = cell_of(&region, member(item, "before", NULL));
        bool is_own = strcmp(twin, own) == 0;
        printf("  %s%s%s  %s%s%s\n", is_own ? "" : twin, is_own ? "" : ": ",
               cell_of(&region, member(item, "field", NULL)), before, *before ? " -> " : "",
               cell_of(&region, member(item, "after", NULL)));
    }
    const char *why = cell_of(&region, member(line, "why", NULL));
    fflush(stdout);
    if (*why) fprintf(stderr, "%s\n", why);
    region_fini(&region);
}

static bool ask(struct client *client, const char *id, cJSON *body, const struct session *session,
                struct err *err) {
    struct answer answer = {0};
    bool is_good = client_ask_twin(client, "POST", id, "/repl", body, 0, &answer, err);
    const cJSON *lines = member(answer.body, "lines", NULL);
    const cJSON *last = cJSON_GetArrayItem(lines, cJSON_GetArraySize(lines) - 1);
    if (is_good && !member(body, "at", NULL))
        cJSON_AddNumberToObject(body, "at", member(answer.body, "rev", NULL)->valuedouble);
    if (is_good && last && session->has_format && session->format == ROWS_JSON) {
        char *json = cJSON_PrintUnformatted(last);
        puts(json);
        free(json);
    } else if (is_good && last) {
        write_line(last, id);
    }
    answer_fini(&answer);
    return is_good;
}

static bool read_line(const char *id, char **line, size_t *size) {
    if (isatty(STDIN_FILENO)) {
        printf("%s> ", id);
        fflush(stdout);
    }
    ssize_t length = getline(line, size, stdin);
    if (length > 0 && (*line)[length - 1] == '\n') (*line)[--length] = 0;
    return length > 0;
}

// A line that the server would not take is taken back.
static bool run_line(struct client *client, const char *id, const char *line, cJSON *body,
                     const struct session *session, struct err *err) {
    cJSON *lines = cJSON_GetObjectItemCaseSensitive(body, "lines");
    if (strcmp(line, ":begin") == 0) {
        cJSON_ReplaceItemInObjectCaseSensitive(body, "lines", cJSON_CreateArray());
        return true;
    }
    cJSON_AddItemToArray(lines, cJSON_CreateString(line));
    if (ask(client, id, body, session, err)) return true;
    cJSON_DeleteItemFromArray(lines, cJSON_GetArraySize(lines) - 1);
    return false;
}

static int repl_run(const struct session *session, int argc, char **argv) {
    struct err err;
    const char *at = NULL;
    const struct argument arguments[] = {{.name = "--at", .value = &at}};
    char *end = "", *line = NULL;
    size_t size = 0;
    double rev = 0;
    bool is_good = arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) &&
                   arguments_end(&argc, argv, 1, 1, &err);
    if (is_good && at) rev = strtod(at, &end);
    if (is_good && (*end || (at && rev < 1)))
        is_good = err_set(&err, ERR_INVALID, "--at wants a revision's number, not '%.40s'", at);
    if (!is_good) return session_misused(&repl_verb, &err);
    struct client *client = client_new(session->url, &err);
    cJSON *body = cJSON_CreateObject();
    cJSON_AddArrayToObject(body, "lines");
    if (at) cJSON_AddNumberToObject(body, "at", rev);
    int code = EXIT_GOOD;
    // The first request, of no line, says whether there is such a twin, and fixes the revision.
    if (!client || !ask(client, argv[0], body, session, &err))
        code = session_unanswered(&repl_verb, false, &err);
    while (code == EXIT_GOOD && read_line(argv[0], &line, &size))
        if (!run_line(client, argv[0], line, body, session, &err)) {
            session_failed(&err, ":begin, or another line");
            if (err.code == ERR_UNAVAILABLE) code = EXIT_FAILED;
        }
    free(line);
    cJSON_Delete(body);
    client_free(client);
    return code;
}
