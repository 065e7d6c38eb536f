// Rows become NDJSON in slices that one request takes. Which columns a twin has is twind's to say.

#include "ctl/import_history.h"

#include "base/csv.h"
#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/readings.h"
#include "ctl/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define SLICE 1000
#define REASONS_TOLD 10

struct importing {
    const struct import_history *wanted;
    struct client *client;
    struct readings readings;
    char **names; // of the columns, as fields; NULL: the time, the twin
    int column_count;
    struct buffer body;
    long lines[SLICE]; // of the file, of each line of the body
    int count;
    long stored, refused;
};

static void name_columns(struct importing *importing) {
    const struct texts *maps = importing->wanted->maps;
    char *all = xstrdup(csv_names(importing->readings.csv)), *rest = all, *name;
    while ((name = rest)) {
        rest = strstr(name, ", ");
        if (rest) {
            *rest = 0;
            rest += 2;
        }
        int column = importing->column_count++;
        importing->names =
            xrealloc(importing->names, sizeof *importing->names * (size_t)importing->column_count);
        bool is_key =
            column == importing->readings.time_column || column == importing->readings.id_column;
        importing->names[column] = is_key ? NULL : xstrdup(name);
        for (int i = 0; i < maps->count && !is_key; i++) {
            const char *equals = strrchr(maps->list[i], '=');
            if (!equals || strlen(name) != (size_t)(equals - maps->list[i]) ||
                strncmp(name, maps->list[i], strlen(name)) != 0)
                continue;
            free(importing->names[column]);
            importing->names[column] = xstrdup(equals + 1);
        }
    }
    free(all);
}

static void write_cell(struct buffer *out, const char *name, const char *cell) {
    double number;
    if (!*cell || strcasecmp(cell, "nan") == 0) return;
    json_key(out, name);
    if (strcasecmp(cell, "true") == 0 || strcasecmp(cell, "false") == 0)
        json_boolean(out, strcasecmp(cell, "true") == 0);
    else if (csv_number(cell, &number))
        json_number(out, number);
    else
        json_string(out, cell);
}

static bool send(struct importing *importing, struct err *err) {
    struct answer answer = {0};
    struct buffer path = {0};
    if (importing->count == 0) return true;
    buffer_printf(&path, "/series?");
    client_add_query(&path, "model", importing->wanted->model);
    buffer_byte(&path, 0);
    buffer_byte(&importing->body, 0);
    struct request request = {.method = "POST",
                              .path = (const char *)path.bytes,
                              .body = (const char *)importing->body.bytes,
                              .type = "application/x-ndjson"};
    bool is_good = client_ask(importing->client, &request, &answer, err);
    const cJSON *line, *stored = member(answer.body, "stored", NULL);
    if (cJSON_IsNumber(stored)) importing->stored += (long)stored->valuedouble;
    cJSON_ArrayForEach(line, member(answer.body, "lines", NULL)) {
        const cJSON *number = member(line, "line", NULL), *reason = member(line, "reason", NULL);
        int place = cJSON_IsNumber(number) ? (int)number->valuedouble - 1 : 0;
        if (importing->refused++ < REASONS_TOLD && place >= 0 && place < importing->count)
            fprintf(stderr, "%s:%ld: %s\n", importing->wanted->path, importing->lines[place],
                    cJSON_IsString(reason) ? reason->valuestring : "");
    }
    if (is_good) answer_fini(&answer);
    buffer_fini(&path);
    importing->body.length = 0;
    importing->count = 0;
    return is_good;
}

static void add_row(struct importing *importing) {
    const char *id = readings_id(&importing->readings);
    int64_t at;
    if (!readings_at(&importing->readings, &at)) {
        readings_refuse(&importing->readings, "its time is neither ISO 8601 nor a number");
        return;
    }
    struct buffer *out = &importing->body;
    struct buffer line = {0};
    json_open(&line, '{');
    json_member(&line, "twin", id ? id : importing->wanted->twin);
    json_key(&line, "time");
    json_seconds(&line, at);
    json_key(&line, "values");
    json_open(&line, '{');
    for (int i = 0; i < importing->column_count; i++)
        if (importing->names[i])
            write_cell(&line, importing->names[i], csv_cell(importing->readings.csv, i));
    json_close(&line, '}');
    json_close(&line, '}');
    buffer_add(out, line.bytes, line.length);
    buffer_byte(out, '\n');
    buffer_fini(&line);
    importing->lines[importing->count++] = csv_line(importing->readings.csv);
}

static bool run(struct importing *importing, struct err *err) {
    bool is_told = isatty(STDERR_FILENO) == 1, is_good = true;
    name_columns(importing);
    while (is_good && readings_next(&importing->readings)) {
        add_row(importing);
        if (importing->count < SLICE) continue;
        is_good = send(importing, err);
        if (is_told)
            fprintf(stderr, "\r%ld rows, %.0f %%\033[K", importing->stored,
                    100 * csv_share(importing->readings.csv));
    }
    is_good = is_good && send(importing, err);
    if (is_told) fputs("\r\033[K", stderr);
    return is_good;
}

int import_history_run(const struct session *session, const struct verb *verb,
                       const struct import_history *wanted) {
    struct err err;
    struct importing importing = {.wanted = wanted};
    bool is_open = readings_open(&importing.readings, wanted->path, wanted->time, wanted->id, &err);
    int code = is_open ? EXIT_GOOD : session_failed(&err, "twinctl %s --help", verb->name);
    if (is_open) importing.client = client_new(session->url, &err);
    if (is_open && (!importing.client || !run(&importing, &err)))
        code = session_unanswered(verb, true, &err);
    importing.refused += importing.readings.refused;
    if (code == EXIT_GOOD) {
        printf("%ld rows stored, %ld refused\n", importing.stored, importing.refused);
        code = importing.refused > 0 ? EXIT_FAILED : EXIT_GOOD;
    }
    for (int i = 0; i < importing.column_count; i++)
        free(importing.names[i]);
    free(importing.names);
    buffer_fini(&importing.body);
    client_free(importing.client);
    readings_close(&importing.readings);
    return code;
}
