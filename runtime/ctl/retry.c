// Whether it runs well now is twind's to find out: it has the input and the scripts.

#include "ctl/retry.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <stdlib.h>

static int retry_run(const struct session *session, int argc, char **argv);

const struct verb retry_verb = {
    .name = "retry",
    .words = "ID",
    .summary = "run the input again whose behaviour failed; ends a quarantine when it runs well",
    .options = "",
    .run = retry_run,
};

static const struct column columns[] = {
    {.name = "twin"}, {.name = "result"}, {.name = "why"}, {.name = "rev", .is_number = true}};

static bool ask(struct client *client, const char *id, struct answer *answer, struct err *err) {
    char *escaped = client_escape(id);
    struct buffer path = {0};
    buffer_printf(&path, "/twins/%s/retry", escaped);
    buffer_byte(&path, 0);
    bool is_good = client_ask(
        client, &(struct request){.method = "POST", .path = (const char *)path.bytes}, answer, err);
    buffer_fini(&path);
    free(escaped);
    return is_good;
}

static int retry_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct answer answer = {0};
    struct client *client = NULL;
    int code;
    if (!arguments_end(&argc, argv, 1, 1, &err)) return session_misused(&retry_verb, &err);
    if (!(client = client_new(session->url, &err)) || !ask(client, argv[0], &answer, &err)) {
        code = session_unanswered(&retry_verb, true, &err);
    } else {
        struct region region = {0};
        bool is_good = cJSON_IsTrue(member(answer.body, "ok", NULL));
        const char *cells[] = {argv[0], is_good ? "ran well" : "failed",
                               cell_of(&region, member(answer.body, "why", NULL)),
                               cell_of(&region, member(answer.body, "rev", NULL))};
        char *json = cJSON_PrintUnformatted(answer.body);
        struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
        rows_add(rows, cells, json);
        free(json);
        code = session_end(rows);
        if (!is_good && code == EXIT_GOOD) code = EXIT_FAILED;
        region_fini(&region);
    }
    answer_fini(&answer);
    client_free(client);
    return code;
}
