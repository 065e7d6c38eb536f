#include "ctl/export.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/emit.h"
#include "ctl/moment.h"
#include "ctl/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POINTS "10000" // as many as twind gives
#define FIELDS_MAX 256
#define NARROWEST_S 0.001 // twind ends spans at whole milliseconds; one of too many is given up

static int export_run(const struct session *session, int argc, char **argv);

const struct verb export_verb = {
    .name = "export",
    .words = "ID | --model MODEL",
    .summary = "what twins reported over time, every sample, as a table",
    .options = "--model MODEL     of all twins of the model\n"
               "--fields A,B      which columns; all that the device reports\n"
               "--from, --to      2026-11-22T18:00:00Z, Unix seconds, or so long ago: 10m, 2h\n"
               "--out FILE        instead of standard output\n",
    .run = export_run,
};

struct table {
    struct client *client;
    const struct export *wanted;
    char *names[FIELDS_MAX];
    int name_count;
    struct buffer joined; // "a,b"
    const char *id;       // the twin whose turn it is
    FILE *out;
    long rows;
};

static bool add_name(struct table *table, const char *name, size_t length) {
    if (table->name_count == FIELDS_MAX || length == 0) return false;
    buffer_printf(&table->joined, "%s%.*s", table->name_count ? "," : "", (int)length, name);
    table->names[table->name_count++] = xstrndup(name, length);
    return true;
}

// Those that were asked for, or the telemetry and properties of a twin as it stands.
static void choose_names(struct table *table, const cJSON *twin) {
    static const char *const sections[] = {"telemetry", "properties"};
    const char *fields = table->wanted->fields;
    for (; fields && *fields; fields += strcspn(fields, ","), fields += *fields == ',')
        add_name(table, fields, strcspn(fields, ","));
    for (size_t i = 0; i < ARRAY_LEN(sections) && table->name_count == 0; i++) {
        const cJSON *field;
        int before = table->name_count;
        cJSON_ArrayForEach(field, member(twin, sections[i], NULL))
            add_name(table, field->string, strlen(field->string));
        if (i == 0 && table->name_count > before) {
            cJSON_ArrayForEach(field, member(twin, sections[1], NULL))
                add_name(table, field->string, strlen(field->string));
        }
    }
}

// ---- one window

struct walk { // through the arrays of a field
    const cJSON *time, *value, *quality;
};

static bool ask(const struct table *table, double from, double to, struct answer *answer,
                struct err *err) {
    char *id = client_escape(table->id), *fields = client_escape((char *)table->joined.bytes);
    struct buffer path = {0};
    buffer_printf(&path, "/twins/%s/history?fields=%s&points=" POINTS "&from=%.6f&to=%.6f", id,
                  fields, from, to);
    buffer_byte(&path, 0);
    struct request request = {.method = "GET", .path = (const char *)path.bytes};
    bool is_good = client_ask(table->client, &request, answer, err);
    buffer_fini(&path);
    free(fields);
    free(id);
    return is_good;
}

static bool is_reduced(const cJSON *fields) {
    const cJSON *field;
    cJSON_ArrayForEach(field, fields) if (member(field, "min", NULL)) return true;
    return false;
}

static void write_cell(const struct walk *walk, FILE *out) {
    const cJSON *value = walk->value;
    const char *quality = cJSON_IsString(walk->quality) ? walk->quality->valuestring : "";
    if (strcmp(quality, "bad") == 0 || cJSON_IsNull(value)) return;
    if (cJSON_IsNumber(value)) {
        char text[JSON_NUMBER_SIZE];
        json_format_number(value->valuedouble, text);
        fputs(text, out);
    } else if (cJSON_IsBool(value)) {
        fputs(cJSON_IsTrue(value) ? "true" : "false", out);
    } else if (cJSON_IsString(value)) {
        emit_text(value->valuestring, out);
    }
}

static void step(struct walk *walk) {
    walk->time = walk->time->next;
    walk->value = walk->value ? walk->value->next : NULL;
    walk->quality = walk->quality ? walk->quality->next : NULL;
}

static const cJSON *first_of(const cJSON *field, const char *name) {
    const cJSON *list = member(field, name, NULL);
    return list ? list->child : NULL;
}

// The fields' samples side by side, a row for each moment at which one came.
static void write_rows(struct table *table, const cJSON *fields) {
    struct walk walks[FIELDS_MAX] = {0};
    for (int i = 0; i < table->name_count; i++) {
        const cJSON *field = member(fields, table->names[i], NULL);
        walks[i] = (struct walk){first_of(field, "time"), first_of(field, "value"),
                                 first_of(field, "quality")};
    }
    for (;;) {
        double next = INFINITY;
        for (int i = 0; i < table->name_count; i++)
            if (walks[i].time) next = fmin(next, walks[i].time->valuedouble);
        if (isinf(next)) return;
        fprintf(table->out, "%.6f,%s", next, table->id);
        for (int i = 0; i < table->name_count; i++) {
            putc(',', table->out);
            if (!walks[i].time || walks[i].time->valuedouble != next) continue;
            write_cell(&walks[i], table->out);
            step(&walks[i]);
        }
        putc('\n', table->out);
        table->rows++;
    }
}

static bool write_window(struct table *table, double from, double to, struct err *err) {
    struct answer answer;
    if (!ask(table, from, to, &answer, err)) return false;
    const cJSON *fields = member(answer.body, "fields", NULL);
    bool is_whole = !is_reduced(fields);
    if (is_whole) write_rows(table, fields);
    answer_fini(&answer);
    if (is_whole) return true;
    if (to - from < NARROWEST_S) // an end stands for all of its millisecond
        return err_set(err, ERR_TOO_LARGE,
                       "twin %s has more than " POINTS " samples within a "
                       "millisecond",
                       table->id);
    double middle = floor((from + to) / 2 / NARROWEST_S) * NARROWEST_S;
    return write_window(table, from, middle, err) &&
           write_window(table, middle + NARROWEST_S, to, err);
}

// ---- twins

static bool find_span(const struct export *wanted, double *from, double *to) {
    const char *const words[] = {wanted->from, wanted->to};
    double *const ends[] = {from, to};
    for (int i = 0; i < 2; i++) {
        if (!words[i]) continue;
        char *when = moment_text(words[i]), *end;
        double seconds = strtod(when, &end);
        bool is_number = end != when && *end == 0;
        free(when);
        if (!is_number) return false;
        *ends[i] = seconds;
    }
    return true;
}

static bool write_twin(struct table *table, const cJSON *twin, struct err *err) {
    const cJSON *id = member(twin, "id", NULL);
    double from = 0, to = (double)time(NULL) + 86400;
    if (!cJSON_IsString(id)) return err_set(err, ERR_INTERNAL, "twind answered without an id");
    if (!find_span(table->wanted, &from, &to))
        return err_set(err, ERR_INVALID, "--from and --to take Unix seconds, or so long ago: 2h");
    if (table->name_count == 0) {
        choose_names(table, twin);
        buffer_byte(&table->joined, 0);
        fputs("time,twin", table->out);
        for (int i = 0; i < table->name_count; i++)
            fprintf(table->out, ",%s", table->names[i]);
        putc('\n', table->out);
    }
    table->id = id->valuestring;
    if (table->wanted->is_told) fprintf(stderr, "\r%s, %ld rows\033[K", table->id, table->rows);
    return table->name_count == 0 || write_window(table, from, to, err);
}

static bool write_model(struct table *table, struct err *err) {
    struct buffer path = {0};
    char *cursor = NULL;
    bool is_good = true;
    do {
        struct answer answer;
        path.length = 0;
        buffer_printf(&path, "/twins?limit=1000");
        client_add_query(&path, "model", table->wanted->model);
        client_add_query(&path, "cursor", cursor);
        buffer_byte(&path, 0);
        struct request request = {.method = "GET", .path = (const char *)path.bytes};
        is_good = client_ask(table->client, &request, &answer, err);
        if (!is_good) break;
        const cJSON *twin;
        cJSON_ArrayForEach(twin, member(answer.body, "twins", NULL)) {
            is_good = is_good && write_twin(table, twin, err);
        }
        free(cursor);
        const cJSON *next = member(answer.body, "cursor", NULL);
        cursor = cJSON_IsString(next) && next->valuestring[0] ? xstrdup(next->valuestring) : NULL;
        answer_fini(&answer);
    } while (is_good && cursor);
    free(cursor);
    buffer_fini(&path);
    return is_good;
}

static bool write_one(struct table *table, struct err *err) {
    char *id = client_escape(table->wanted->id);
    struct buffer path = {0};
    struct answer answer;
    buffer_printf(&path, "/twins/%s", id);
    buffer_byte(&path, 0);
    struct request request = {.method = "GET", .path = (const char *)path.bytes};
    bool is_good = client_ask(table->client, &request, &answer, err);
    is_good = is_good && write_twin(table, answer.body, err);
    if (is_good) answer_fini(&answer);
    buffer_fini(&path);
    free(id);
    return is_good;
}

long export_write(struct client *client, const struct export *wanted, FILE *out, struct err *err) {
    struct table table = {.client = client, .wanted = wanted, .out = out};
    bool is_good = wanted->id ? write_one(&table, err) : write_model(&table, err);
    if (wanted->is_told) fputs("\r\033[K", stderr);
    for (int i = 0; i < table.name_count; i++)
        free(table.names[i]);
    buffer_fini(&table.joined);
    return is_good ? table.rows : -1;
}

static int export_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct export wanted = {.is_told = isatty(STDERR_FILENO) == 1};
    const char *path = NULL;
    const struct argument arguments[] = {{.name = "--model", .value = &wanted.model},
                                         {.name = "--fields", .value = &wanted.fields},
                                         {.name = "--from", .value = &wanted.from},
                                         {.name = "--to", .value = &wanted.to},
                                         {.name = "--out", .value = &path}};
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 0, 1, &err) ||
        (!(argc == 1) == !wanted.model &&
         !err_set(&err, ERR_INVALID, "write an id, or --model MODEL")))
        return session_misused(&export_verb, &err);
    wanted.id = argc == 1 ? argv[0] : NULL;
    FILE *out = path ? fopen(path, "w") : stdout;
    if (!out) {
        err_set(&err, ERR_INVALID, "--out %s cannot be written", path);
        return session_failed(&err, "twinctl export --help");
    }
    struct client *client = client_new(session->url, &err);
    long rows = client ? export_write(client, &wanted, out, &err) : -1;
    client_free(client);
    bool is_written = (path ? fclose(out) : fflush(out)) == 0;
    if (rows < 0) return session_unanswered(&export_verb, false, &err);
    return session_written(is_written);
}
