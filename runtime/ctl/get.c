// A twin's id may hold dots, so `pump.7.speed` is first asked for as a twin, then as the field of
// one.

#include "ctl/get.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <stdlib.h>
#include <string.h>

static int get_run(const struct session *session, int argc, char **argv);

const struct verb get_verb = {
    .name = "get",
    .words = "ID[.FIELD]",
    .summary = "what a twin is, or one of its fields; now or earlier",
    .options = "--rev N           as it was at that revision\n"
               "--at TIME         as it was then: 2026-11-22T18:00:00Z, or Unix seconds\n",
    .run = get_run,
};

static const struct column columns[] = {
    {.name = "kind"},
    {.name = "field"},
    {.name = "value", .is_number = true},
    {.name = "desired", .is_number = true},
    {.name = "unit"},
    {.name = "quality", .is_judgement = true},
    {.name = "at"},
};

struct moment { // that is asked for; both NULL: now
    const char *rev, *at;
};

static bool ask_twin(struct client *client, const char *id, const struct moment *moment,
                     struct answer *answer, struct err *err) {
    char *escaped = client_escape(id);
    char *when = client_escape(moment->rev ? moment->rev : moment->at ? moment->at : "");
    struct buffer path = {0};
    buffer_printf(&path, "/twins/%s", escaped);
    if (moment->rev) buffer_printf(&path, "?rev=%s", when);
    if (moment->at) buffer_printf(&path, "?at=%s", when);
    buffer_byte(&path, 0);
    free(when);
    struct request request = {.method = "GET", .path = (const char *)path.bytes};
    bool is_good = client_ask(client, &request, answer, err);
    buffer_fini(&path);
    free(escaped);
    return is_good;
}

// One row. `kind` is the member of the twin that `field` stands in.
static void add_field(struct rows *rows, const char *kind, const cJSON *field) {
    struct region region = {0};
    const char *cells[ARRAY_LEN(columns)] = {kind, field->string};
    if (!cJSON_IsObject(field)) { // a parameter, an attribute, the names of a relationship
        cells[2] = cell_of(&region, field);
    } else if (strcmp(kind, "alarms") == 0) {
        cells[2] = cJSON_IsTrue(member(field, "active", NULL)) ? "active" : "clear";
        cells[5] = cell_of(&region, member(field, "severity", NULL));
        cells[6] = cell_of(&region, member(field, "since", NULL));
    } else {
        const cJSON *value = member(field, "value", NULL);
        cells[2] = cell_of(&region, value ? value : member(field, "reported", NULL));
        cells[3] = cell_of(&region, member(field, "desired", NULL));
        cells[4] = cell_of(&region, member(field, "unit", NULL));
        cells[5] = cell_of(&region, member(field, "quality", NULL));
        cells[6] = cell_of(&region, member(field, "at", NULL));
    }
    rows_add(rows, cells, "");
    region_fini(&region);
}

static void write_twin(struct rows *rows, const struct session *session, const cJSON *twin) {
    if (session->format == ROWS_JSON) {
        char *json = cJSON_PrintUnformatted(twin);
        rows_add(rows, NULL, json);
        free(json);
        return;
    }
    static const char *const kinds[] = {"telemetry", "properties", "derived",    "predictions",
                                        "alarms",    "parameters", "attributes", "relationships"};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const cJSON *field;
        cJSON_ArrayForEach(field, member(twin, kinds[i], NULL)) {
            add_field(rows, kinds[i], field);
        }
    }
}

// False when the twin has no such field.
static bool write_field(struct rows *rows, const struct session *session, const cJSON *twin,
                        const char *name) {
    const cJSON *kind;
    cJSON_ArrayForEach(kind, twin) {
        const cJSON *field = cJSON_GetObjectItemCaseSensitive(kind, name);
        if (!cJSON_IsObject(kind) || !field) continue;
        if (session->format == ROWS_JSON) {
            char *json = cJSON_PrintUnformatted(field);
            rows_add(rows, NULL, json);
            free(json);
        } else {
            add_field(rows, kind->string, field);
        }
        return true;
    }
    return false;
}

// Fills `answer` with the twin that `word` names, and `field` with what stands behind its last dot
// when that is no part of the id.
static bool find_twin(struct client *client, char *word, const struct moment *moment,
                      struct answer *answer, const char **field, struct err *err) {
    struct err first;
    *field = NULL;
    if (ask_twin(client, word, moment, answer, err)) return true;
    char *dot = strrchr(word, '.');
    if (err->code != ERR_NOT_FOUND || !dot) return false;
    first = *err;
    *dot = 0;
    *field = dot + 1;
    if (ask_twin(client, word, moment, answer, err)) return true;
    if (err->code == ERR_NOT_FOUND) *err = first;
    return false;
}

static int get_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct answer answer = {0};
    const char *field = NULL;
    struct moment moment = {0};
    const struct argument arguments[] = {
        {.name = "--rev", .value = &moment.rev},
        {.name = "--at", .value = &moment.at},
    };
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 1, 1, &err))
        return session_misused(&get_verb, &err);
    if (moment.rev && moment.at) {
        err_set(&err, ERR_INVALID, "give --rev or --at, not both");
        return session_misused(&get_verb, &err);
    }
    struct client *client = client_new(session->url, &err);
    int code;
    if (!client || !find_twin(client, argv[0], &moment, &answer, &field, &err)) {
        code = session_unanswered(&get_verb, false, &err);
    } else {
        struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
        bool is_there = true;
        if (field)
            is_there = write_field(rows, session, answer.body, field);
        else
            write_twin(rows, session, answer.body);
        if (is_there) {
            code = session_end(rows);
        } else {
            rows_free(rows);
            err_set(&err, ERR_NOT_FOUND, "twin '%.64s' has no field '%.64s'", argv[0], field);
            code = session_failed(&err, "twinctl get %s", argv[0]);
        }
    }
    answer_fini(&answer);
    client_free(client);
    return code;
}
