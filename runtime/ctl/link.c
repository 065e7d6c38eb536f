// One request a verb; what is so already is answered alike.

#include "ctl/link.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <stdlib.h>

static int link_run(const struct session *session, int argc, char **argv);
static int unlink_run(const struct session *session, int argc, char **argv);

const struct verb link_verb = {
    .name = "link",
    .words = "ID RELATIONSHIP OTHER",
    .summary = "make a relationship: link pump-1 feeds tank-1",
    .options = "",
    .run = link_run,
};
const struct verb unlink_verb = {
    .name = "unlink",
    .words = "ID RELATIONSHIP OTHER",
    .summary = "end a relationship",
    .options = "",
    .run = unlink_run,
};

static const struct column columns[] = {
    {.name = "twin"}, {.name = "relationship"}, {.name = "other"}, {.name = "is"}};

static void write_row(struct rows *rows, char **words, const char *is) {
    const char *cells[] = {words[0], words[1], words[2], is};
    cJSON *row = cJSON_CreateObject();
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        cJSON_AddStringToObject(row, columns[i].name, cells[i]);
    char *json = cJSON_PrintUnformatted(row);
    rows_add(rows, cells, json);
    free(json);
    cJSON_Delete(row);
}

static int run(const struct session *session, const struct verb *verb, const char *method,
               const char *is, int argc, char **argv) {
    struct err err;
    struct answer answer = {0};
    struct buffer path = {0};
    if (!arguments_end(&argc, argv, 3, 3, &err)) return session_misused(verb, &err);
    static const char *const before[] = {"/twins/", "/relationships/", "/"};
    for (int i = 0; i < 3; i++) {
        char *escaped = client_escape(argv[i]);
        buffer_printf(&path, "%s%s", before[i], escaped);
        free(escaped);
    }
    buffer_byte(&path, 0);
    struct request request = {.method = method, .path = (const char *)path.bytes};
    struct client *client = client_new(session->url, &err);
    int code;
    if (client && client_ask(client, &request, &answer, &err)) {
        struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
        write_row(rows, argv, is);
        code = session_end(rows);
    } else {
        code = session_unanswered(verb, true, &err);
    }
    answer_fini(&answer);
    client_free(client);
    buffer_fini(&path);
    return code;
}

static int link_run(const struct session *session, int argc, char **argv) {
    return run(session, &link_verb, "PUT", "linked", argc, argv);
}

static int unlink_run(const struct session *session, int argc, char **argv) {
    return run(session, &unlink_verb, "DELETE", "unlinked", argc, argv);
}
