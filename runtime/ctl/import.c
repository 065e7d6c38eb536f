// All slices with the twins first, then all with their relationships, so that a line may name a
// twin of any other line. What came of a line is kept until both are done.

#include "ctl/import.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/import_file.h"
#include "ctl/import_history.h"
#include "ctl/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int import_run(const struct session *session, int argc, char **argv);

const struct verb import_verb = {
    .name = "import",
    .words = "FILE",
    .summary = "create and change twins, a line each, NDJSON or CSV; - is standard input",
    .options =
        "--model NAME      of new twins that do not say\n"
        "--dry-run         say what would be done, change nothing\n"
        "--history         FILE is a table of readings, as export writes it; its samples are\n"
        "                  taken as from a device: --time COLUMN[:UNIT] (time), --id COLUMN\n"
        "                  (twin) or --twin ID, --map COLUMN=FIELD, --model of new twins\n",
    .run = import_run,
};

static const struct column columns[] = {
    {.name = "line", .is_number = true}, {.name = "id"}, {.name = "result"}, {.name = "reason"}};

struct outcome { // of a line
    int line;
    char *id, *model, *result, *reason;
};

struct import {
    struct client *client;
    struct import_file file;
    const char *model;
    bool is_dry, has_progress;
    struct outcome *outcomes;
    size_t count, capacity;
    size_t place;           // of the next line of the second pass
    struct outcome **by_id; // sorted, for the second pass of a dry run
};

static bool is(const struct outcome *outcome, const char *result) {
    return strcmp(outcome->result, result) == 0;
}

static char *text_of(const cJSON *line, const char *name) {
    const cJSON *text = member(line, name, NULL);
    return xstrdup(cJSON_IsString(text) ? text->valuestring : "");
}

static void keep(struct import *import, const cJSON *line, int number) {
    if (import->count == import->capacity) {
        import->capacity = import->capacity ? import->capacity * 2 : 1024;
        import->outcomes = xrealloc(import->outcomes, sizeof *import->outcomes * import->capacity);
    }
    import->outcomes[import->count++] = (struct outcome){.line = number,
                                                         .id = text_of(line, "id"),
                                                         .model = text_of(line, "model"),
                                                         .result = text_of(line, "result"),
                                                         .reason = text_of(line, "reason")};
}

static int compare_ids(const void *left, const void *right) {
    return strcmp((*(struct outcome *const *)left)->id, (*(struct outcome *const *)right)->id);
}

static void sort_by_id(struct import *import) {
    import->by_id = xcalloc(import->count + 1, sizeof(void *));
    for (size_t i = 0; i < import->count; i++)
        import->by_id[i] = &import->outcomes[i];
    qsort(import->by_id, import->count, sizeof(void *), compare_ids);
}

static bool is_one_of(const cJSON *names, const char *name) {
    const cJSON *one;
    cJSON_ArrayForEach(one, names) {
        if (cJSON_IsString(one) && strcmp(one->valuestring, name) == 0) return true;
    }
    return false;
}

// In a dry run twind does not know what other slices would make: all that a line misses there may
// be in this file.
static bool is_planned(const struct import *import, const cJSON *missing) {
    const cJSON *one;
    if (!import->is_dry || !missing) return false;
    cJSON_ArrayForEach(one, missing) {
        const cJSON *twin = member(one, "twin", NULL);
        struct outcome wanted = {.id = cJSON_IsString(twin) ? twin->valuestring : (char *)""};
        struct outcome *key = &wanted;
        struct outcome **found =
            bsearch(&key, import->by_id, import->count, sizeof(void *), compare_ids);
        if (!found || is(*found, "refused") ||
            !is_one_of(member(one, "takes", NULL), (*found)->model))
            return false;
    }
    return true;
}

static void replace(char **place, char *text) {
    free(*place);
    *place = text;
}

// The second pass: what relationships add to what is known of the line.
static bool amend(struct import *import, const cJSON *line, int number, struct err *err) {
    struct outcome *outcome = &import->outcomes[import->place++];
    const cJSON *result = member(line, "result", NULL);
    if (import->place > import->count || outcome->line != number || !cJSON_IsString(result))
        return err_set(err, ERR_INTERNAL, "twind answered for other lines than were sent");
    if (is(outcome, "refused")) return true;
    if (strcmp(result->valuestring, "updated") == 0 && is(outcome, "unchanged")) {
        replace(&outcome->result, xstrdup("updated"));
    } else if (strcmp(result->valuestring, "refused") == 0 &&
               !is_planned(import, member(line, "missing", NULL))) {
        struct err why;
        char *reason = text_of(line, "reason");
        err_set(&why, ERR_INVALID, "%s%.300s",
                is(outcome, "created") && !import->is_dry ? "created without its relationships: "
                                                          : "",
                reason);
        free(reason);
        replace(&outcome->reason, xstrdup(why.text));
        replace(&outcome->result, xstrdup("refused"));
    }
    return true;
}

static void show_progress(const struct import *import, bool is_second, bool is_end) {
    if (!import->has_progress) return;
    if (is_end)
        fputs("\r\033[K", stderr);
    else
        fprintf(stderr, "\r%s: %d %%\033[K", is_second ? "relationships" : "twins",
                (int)(100 * import->file.at / import->file.text.length));
    fflush(stderr);
}

static bool run_pass(struct import *import, bool is_second, struct err *err) {
    struct buffer path = {0}, body = {0};
    char *model = import->model ? client_escape(import->model) : NULL;
    int offset;
    bool is_good = true;
    buffer_printf(&path, "/twins/import?only=%s%s%s%s", is_second ? "relationships" : "twins",
                  import->is_dry ? "&dry_run=true" : "", model ? "&model=" : "",
                  model ? model : "");
    buffer_byte(&path, 0);
    import_file_rewind(&import->file);
    while (is_good && import_file_slice(&import->file, &body, &offset)) {
        struct answer answer = {0};
        struct request request = {.method = "POST",
                                  .path = (const char *)path.bytes,
                                  .body = (const char *)body.bytes,
                                  .type =
                                      import->file.is_table ? "text/csv" : "application/x-ndjson"};
        show_progress(import, is_second, false);
        is_good = client_ask(import->client, &request, &answer, err);
        const cJSON *line;
        cJSON_ArrayForEach(line, member(answer.body, "lines", NULL)) {
            const cJSON *number = member(line, "line", NULL);
            int place = offset + (cJSON_IsNumber(number) ? (int)number->valuedouble : 0);
            if (!is_second)
                keep(import, line, place);
            else if (is_good)
                is_good = amend(import, line, place, err);
        }
        answer_fini(&answer);
    }
    show_progress(import, is_second, true);
    free(model);
    buffer_fini(&path);
    buffer_fini(&body);
    return is_good;
}

static void write_row(struct rows *rows, const struct outcome *outcome) {
    char number[16];
    snprintf(number, sizeof number, "%d", outcome->line);
    const char *cells[] = {number, outcome->id, outcome->result, outcome->reason};
    cJSON *row = cJSON_CreateObject();
    cJSON_AddNumberToObject(row, "line", outcome->line);
    cJSON_AddStringToObject(row, "id", outcome->id);
    if (outcome->model[0]) cJSON_AddStringToObject(row, "model", outcome->model);
    cJSON_AddStringToObject(row, "result", outcome->result);
    if (outcome->reason[0]) cJSON_AddStringToObject(row, "reason", outcome->reason);
    char *json = cJSON_PrintUnformatted(row);
    rows_add(rows, cells, json);
    free(json);
    cJSON_Delete(row);
}

static int report(const struct session *session, const struct import *import) {
    struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
    size_t refused = 0;
    for (size_t i = 0; i < import->count; i++) {
        write_row(rows, &import->outcomes[i]);
        refused += is(&import->outcomes[i], "refused");
    }
    int code = session_end(rows);
    if (code != EXIT_GOOD || refused == 0) return code;
    struct err err;
    err_set(&err, ERR_INVALID, "%zu of %zu lines %s refused", refused, import->count,
            import->is_dry ? "would be" : "were");
    return session_failed(&err, "mend them and import the whole file again: what is so already "
                                "stays unchanged");
}

static int run(const struct session *session, struct import *import, const char *path) {
    struct err err;
    if (!import_file_read(&import->file, path, &err))
        return session_failed(&err, "twinctl help import");
    const struct buffer *text = &import->file.text;
    import->client = client_new(session->url, &err);
    bool is_good = import->client && run_pass(import, false, &err);
    if (is_good && memmem(text->bytes, text->length, "relationship", 12)) {
        sort_by_id(import);
        is_good = run_pass(import, true, &err);
    }
    int code = report(session, import);
    return is_good ? code : session_unanswered(&import_verb, true, &err);
}

static int import_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct import import = {.has_progress = isatty(STDERR_FILENO)};
    bool is_history = false;
    struct texts maps = {0};
    struct import_history history = {.time = "time", .maps = &maps};
    const struct argument arguments[] = {
        {.name = "--model", .value = &import.model},
        {.name = "--dry-run", .is_given = &import.is_dry},
        {.name = "--history", .is_given = &is_history},
        {.name = "--time", .value = &history.time},
        {.name = "--id", .value = &history.id},
        {.name = "--twin", .value = &history.twin},
        {.name = "--map", .each = &maps},
    };
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 1, 1, &err))
        return session_misused(&import_verb, &err);
    if (is_history) {
        history.path = argv[0];
        history.model = import.model;
        if (!history.id && !history.twin) history.id = "twin";
        int result = import_history_run(session, &import_verb, &history);
        free(maps.list);
        return result;
    }
    int code = run(session, &import, argv[0]);
    for (size_t i = 0; i < import.count; i++) {
        free(import.outcomes[i].id);
        free(import.outcomes[i].model);
        free(import.outcomes[i].result);
        free(import.outcomes[i].reason);
    }
    free(import.outcomes);
    free(import.by_id);
    client_free(import.client);
    import_file_fini(&import.file);
    return code;
}
