// Its NDJSON is what `twinctl import -` takes.

#include "ctl/adoptions.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <stdlib.h>

static int adoptions_run(const struct session *session, int argc, char **argv);

const struct verb adoptions_verb = {
    .name = "adoptions",
    .words = "",
    .summary = "ids that devices send under and that nothing may create",
    .options = "Adopt all that a model fits: twinctl -o json adoptions | twinctl import -\n",
    .run = adoptions_run,
};

static const struct column columns[] = {
    {.name = "id"},       {.name = "model"}, {.name = "count", .is_number = true},
    {.name = "first_at"}, {.name = "at"},    {.name = "peer"}};

static int adoptions_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct answer answer = {0};
    if (!arguments_end(&argc, argv, 0, 0, &err)) return session_misused(&adoptions_verb, &err);
    struct client *client = client_new(session->url, &err);
    int code;
    if (client && client_ask(client, &(struct request){.method = "GET", .path = "/adoptions"},
                             &answer, &err)) {
        struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
        const cJSON *one;
        cJSON_ArrayForEach(one, member(answer.body, "adoptions", NULL)) {
            struct region region = {0};
            const char *cells[ARRAY_LEN(columns)];
            for (size_t i = 0; i < ARRAY_LEN(columns); i++)
                cells[i] = cell_of(&region, member(one, columns[i].name, NULL));
            char *json = cJSON_PrintUnformatted(one);
            rows_add(rows, cells, json);
            free(json);
            region_fini(&region);
        }
        code = session_end(rows);
    } else {
        code = session_unanswered(&adoptions_verb, false, &err);
    }
    answer_fini(&answer);
    client_free(client);
    return code;
}
