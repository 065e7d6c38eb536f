// Pages are fetched as they are written. An acknowledged alarm is shown as the row that the list
// now has for it.

#include "ctl/alarms.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <stdlib.h>
#include <string.h>

#define PAGE "500"

static int alarms_run(const struct session *session, int argc, char **argv);
static int ack_run(const struct session *session, int argc, char **argv);

const struct verb alarms_verb = {
    .name = "alarms",
    .words = "",
    .summary = "which alarms there are",
    .options = "--state STATE     active, or all: those that are over too; active\n"
               "--model NAME      only of twins of this model\n"
               "--muted           those of twins that are not in service too\n",
    .run = alarms_run,
};

const struct verb ack_verb = {
    .name = "ack",
    .words = "TWIN ALARM",
    .summary = "acknowledge an alarm: somebody has seen it",
    .options = "TWIN.ALARM does as well: what `alarms` shows as id when piped\n",
    .run = ack_run,
};

static const struct column columns[] = {
    {.name = "severity", .is_judgement = true},
    {.name = "twin"},
    {.name = "alarm"},
    {.name = "state"},
    {.name = "since"},
    {.name = "acked"},
    {.name = "text"},
};

static void add_alarm(struct rows *rows, const cJSON *alarm) {
    struct region region = {0};
    bool is_muted = cJSON_IsTrue(member(alarm, "muted", NULL));
    bool is_active = cJSON_IsTrue(member(alarm, "active", NULL));
    const char *cells[ARRAY_LEN(columns)] = {
        cell_of(&region, member(alarm, "severity", NULL)),
        cell_of(&region, member(alarm, "twin", NULL)),
        cell_of(&region, member(alarm, "alarm", NULL)),
        !is_active ? "clear"
        : is_muted ? "muted"
                   : "active",
        cell_of(&region, member(alarm, "since", NULL)),
        cJSON_IsTrue(member(alarm, "acked", NULL)) ? "yes" : "no",
        cell_of(&region, member(alarm, "text", NULL)),
    };
    char *json = cJSON_PrintUnformatted(alarm);
    rows_add(rows, cells, json);
    free(json);
    region_fini(&region);
}

struct listing {
    const char *state, *model;
    bool has_muted;
};

static const char *path_of(struct buffer *path, const struct listing *listing, const char *cursor) {
    path->length = 0;
    buffer_printf(path, "/alarms?limit=" PAGE);
    client_add_query(path, "state", listing->state);
    client_add_query(path, "model", listing->model);
    client_add_query(path, "muted", listing->has_muted ? "true" : NULL);
    client_add_query(path, "cursor", cursor);
    buffer_byte(path, 0);
    return (const char *)path->bytes;
}

// A page may be empty and have a next one: twind looks at so many twins for one.
static bool write_pages(struct client *client, const struct listing *listing, struct rows *rows,
                        struct err *err) {
    struct buffer path = {0};
    char *cursor = NULL;
    bool is_good = true;
    do {
        struct answer answer;
        struct request request = {.method = "GET", .path = path_of(&path, listing, cursor)};
        is_good = client_ask(client, &request, &answer, err);
        if (!is_good) break;
        const cJSON *alarm;
        cJSON_ArrayForEach(alarm, member(answer.body, "alarms", NULL)) {
            add_alarm(rows, alarm);
        }
        free(cursor);
        const cJSON *next = member(answer.body, "cursor", NULL);
        cursor = cJSON_IsString(next) ? xstrdup(next->valuestring) : NULL;
        answer_fini(&answer);
    } while (cursor);
    free(cursor);
    buffer_fini(&path);
    return is_good;
}

static int alarms_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct listing listing = {0};
    const struct argument arguments[] = {
        {.name = "--state", .value = &listing.state},
        {.name = "--model", .value = &listing.model},
        {.name = "--muted", .is_given = &listing.has_muted},
    };
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 0, 0, &err))
        return session_misused(&alarms_verb, &err);
    struct client *client = client_new(session->url, &err);
    struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
    int code;
    if (client && write_pages(client, &listing, rows, &err)) {
        code = session_end(rows);
    } else {
        rows_free(rows);
        code = session_unanswered(&alarms_verb, false, &err);
    }
    client_free(client);
    return code;
}

static int ack_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct answer answer = {0};
    struct buffer path = {0};
    if (!arguments_end(&argc, argv, 1, 2, &err)) return session_misused(&ack_verb, &err);
    if (argc == 1 && !strchr(argv[0], '.')) {
        err_set(&err, ERR_INVALID, "which alarm of '%.64s' is missing", argv[0]);
        return session_misused(&ack_verb, &err);
    }
    char *twin = client_escape(argv[0]), *alarm = client_escape(argc == 2 ? argv[1] : "");
    buffer_printf(&path, "/alarms/%s%s%s/ack", twin, argc == 2 ? "." : "", alarm);
    buffer_byte(&path, 0);
    struct request request = {.method = "POST", .path = (const char *)path.bytes};
    struct client *client = client_new(session->url, &err);
    int code;
    if (client && client_ask(client, &request, &answer, &err)) {
        struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
        add_alarm(rows, answer.body);
        code = session_end(rows);
    } else if (err.code == ERR_NOT_FOUND || err.code == ERR_PRECONDITION) {
        session_failed(&err, "twinctl alarms");
        code = EXIT_REFUSED;
    } else {
        code = session_unanswered(&ack_verb, true, &err);
    }
    answer_fini(&answer);
    client_free(client);
    buffer_fini(&path);
    free(alarm);
    free(twin);
    return code;
}
