// Pages are fetched as they are written: a fleet of any size takes the memory of one page.

#include "ctl/ls.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 500
#define FIELDS_MAX 32
#define FIRST_COLUMNS 5

struct listing {
    const char *model, *where, *fields, *limit;
    long left;               // rows still wanted
    char *names[FIELDS_MAX]; // of --fields
    int name_count;
    struct column columns[FIRST_COLUMNS + FIELDS_MAX + 1]; // lifecycle at the end
};

static int ls_run(const struct session *session, int argc, char **argv);

const struct verb ls_verb = {
    .name = "ls",
    .words = "",
    .summary = "which twins there are",
    .options = "--model NAME      only of this model\n"
               "--where EXPR      only those it is true of: \"temperature > 80\"\n"
               "--fields A,B      with these values\n"
               "--limit N         at most so many\n",
    .run = ls_run,
};

static const struct column first_columns[FIRST_COLUMNS] = {
    {.name = "id"},
    {.name = "model"},
    {.name = "rev", .is_number = true},
    {.name = "severity", .is_judgement = true},
    {.name = "alarms"},
};

static bool split_fields(struct listing *listing, char *copy, struct err *err) {
    for (char *rest = NULL, *name = strtok_r(copy, ",", &rest); name;
         name = strtok_r(NULL, ",", &rest)) {
        if (listing->name_count == FIELDS_MAX)
            return err_set(err, ERR_INVALID, "--fields takes at most %d names", FIELDS_MAX);
        listing->columns[FIRST_COLUMNS + listing->name_count] =
            (struct column){.name = name, .is_number = true};
        listing->names[listing->name_count++] = name;
    }
    return true;
}

static const char *path_of(struct buffer *path, const struct listing *listing, const char *cursor) {
    path->length = 0;
    buffer_printf(path, "/twins?limit=%ld", listing->left < PAGE ? listing->left : PAGE);
    client_add_query(path, "model", listing->model);
    client_add_query(path, "where", listing->where);
    client_add_query(path, "fields", listing->fields);
    client_add_query(path, "cursor", cursor);
    buffer_byte(path, 0);
    return (const char *)path->bytes;
}

// The worst severity and the names of the alarms that are active.
static void alarms_of(struct region *region, const cJSON *twin, const char **severity,
                      const char **names) {
    static const char *const order[] = {"", "info", "warning", "critical"};
    struct buffer joined = {0};
    size_t worst = 0;
    const cJSON *alarm;
    cJSON_ArrayForEach(alarm, member(twin, "alarms", NULL)) {
        if (!cJSON_IsTrue(member(alarm, "active", NULL))) continue;
        buffer_printf(&joined, "%s%s", joined.length > 0 ? " " : "", alarm->string);
        const char *text = cell_of(region, member(alarm, "severity", NULL));
        bool is_muted = cJSON_IsTrue(member(alarm, "muted", NULL));
        for (size_t i = 0; i < ARRAY_LEN(order); i++)
            if (strcmp(text, order[i]) == 0 && i > worst && !is_muted) worst = i;
    }
    *severity = order[worst];
    *names = region_copy(region, joined.bytes ? joined.bytes : (const uint8_t *)"", joined.length);
    buffer_fini(&joined);
}

static const cJSON *value_of(const cJSON *twin, const char *field) {
    static const char *const places[][2] = {
        {"telemetry", "value"}, {"properties", "reported"}, {"derived", "value"}};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        const cJSON *found = member(member(twin, places[i][0], field), places[i][1], NULL);
        if (found) return found;
    }
    return member(twin, "parameters", field);
}

static void add_twin(struct rows *rows, const struct listing *listing, const cJSON *twin) {
    struct region region = {0};
    const char *cells[FIRST_COLUMNS + FIELDS_MAX + 1];
    cells[0] = cell_of(&region, member(twin, "id", NULL));
    cells[1] = cell_of(&region, member(twin, "model", NULL));
    cells[2] = cell_of(&region, member(twin, "rev", NULL));
    alarms_of(&region, twin, &cells[3], &cells[4]);
    const char *lifecycle = cell_of(&region, member(twin, "lifecycle", NULL));
    cells[5] =
        strcmp(lifecycle, "in_service") == 0 ? "" : lifecycle; // what is as usual is not said
    for (int i = 0; i < listing->name_count; i++)
        cells[FIRST_COLUMNS + i] = cell_of(&region, value_of(twin, listing->names[i]));
    char *json = cJSON_PrintUnformatted(twin);
    rows_add(rows, cells, json);
    free(json);
    region_fini(&region);
}

static bool write_pages(struct client *client, struct listing *listing, struct rows *rows,
                        struct err *err) {
    struct buffer path = {0};
    char *cursor = NULL;
    bool is_good = true;
    do {
        struct answer answer;
        struct request request = {.method = "GET", .path = path_of(&path, listing, cursor)};
        is_good = client_ask(client, &request, &answer, err);
        if (!is_good) break;
        const cJSON *twin;
        cJSON_ArrayForEach(twin, member(answer.body, "twins", NULL)) {
            if (listing->left-- > 0) add_twin(rows, listing, twin);
        }
        free(cursor);
        const cJSON *next = member(answer.body, "cursor", NULL);
        cursor = cJSON_IsString(next) ? xstrdup(next->valuestring) : NULL;
        answer_fini(&answer);
    } while (cursor && listing->left > 0);
    free(cursor);
    buffer_fini(&path);
    return is_good;
}

static bool parse(struct listing *listing, int *argc, char **argv, struct err *err) {
    const struct argument arguments[] = {
        {.name = "--model", .value = &listing->model},
        {.name = "--where", .value = &listing->where},
        {.name = "--fields", .value = &listing->fields},
        {.name = "--limit", .value = &listing->limit},
    };
    if (!arguments_take(arguments, ARRAY_LEN(arguments), argc, argv, err) ||
        !arguments_end(argc, argv, 0, 0, err))
        return false;
    char *end = "";
    listing->left = listing->limit ? strtol(listing->limit, &end, 10) : 1000000000;
    return (*end == 0 && listing->left > 0) ||
           err_set(err, ERR_INVALID, "--limit wants a number from 1, not '%.40s'", listing->limit);
}

static int ls_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct listing listing = {0};
    memcpy(listing.columns, first_columns, sizeof first_columns);
    if (!parse(&listing, &argc, argv, &err)) return session_misused(&ls_verb, &err);
    char *fields = xstrdup(listing.fields ? listing.fields : "");
    int code;
    struct client *client = NULL;
    struct rows *rows = NULL;
    if (!split_fields(&listing, fields, &err)) {
        code = session_misused(&ls_verb, &err);
        goto done;
    }
    client = client_new(session->url, &err);
    int last = FIRST_COLUMNS + listing.name_count;
    listing.columns[last] = (struct column){.name = "lifecycle"};
    rows = session_rows(session, false, listing.columns, last + 1);
    if (client && write_pages(client, &listing, rows, &err)) {
        code = session_end(rows);
        rows = NULL;
    } else {
        code = session_unanswered(&ls_verb, false, &err);
    }
done:
    rows_free(rows);
    client_free(client);
    free(fields);
    return code;
}
