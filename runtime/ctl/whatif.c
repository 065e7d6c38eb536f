// --set and --fault make one branch, each --branch one more; twind says what is wrong with them. A
// single field is drawn, several are told in a table.

#include "ctl/whatif.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/plot.h"
#include "ctl/session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int whatif_run(const struct session *session, int argc, char **argv);

const struct verb whatif_verb = {
    .name = "whatif",
    .words = "ID [FIELD ...] --for TIME",
    .summary = "what would come of a twin and all it reaches, and what if; nothing live is touched",
    .options =
        "--for TIME               so far ahead: 10m, 2h, 7d\n"
        "--step TIME              a two hundredth of that, at least 1s\n"
        "--set NAME=VALUE         parameter, property, telemetry or input of the physics; each is\n"
        "                         set together. TWIN/NAME is another twin's\n"
        "--fault SENSOR=FAULT     silent, frozen, off:BY or noise:BY\n"
        "--branch 'NAME: N=V, ...'  one more branch, with a name; a fault is N=silent ...\n"
        "--at REV                 from then; now\n"
        "--samples N              courses by chance, for the band; 40 where a model is uncertain\n"
        "One FIELD (or TWIN/FIELD) is drawn. Piped, each branch, field and time is a row.\n",
    .run = whatif_run,
};

struct asked {
    const char *id, *horizon, *step, *at, *samples;
    struct texts sets, faults, branches;
};

static const struct column summary_columns[] = {
    {.name = "field"},
    {.name = "branch"},
    {.name = "now", .is_number = true},
    {.name = "lowest", .is_number = true},
    {.name = "highest", .is_number = true},
    {.name = "end", .is_number = true},
    {.name = "low", .is_number = true}, // of nine in ten courses
    {.name = "high", .is_number = true},
    {.name = "change", .is_number = true}, // of the end, by what the branch sets
};
static const struct column point_columns[] = {
    {.name = "time"},  {.name = "branch"}, {.name = "field"},
    {.name = "value"}, {.name = "low"},    {.name = "high"},
};

// ---- what is asked

// "silent", "off:2" as {"off": 2}; NULL when it is no fault.
static cJSON *fault_of(const char *text) {
    static const char *const words[] = {"off:", "noise:"};
    if (strcmp(text, "silent") == 0 || strcmp(text, "frozen") == 0) return cJSON_CreateString(text);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t length = strlen(words[i]);
        char *end, name[8] = {0};
        if (strncmp(text, words[i], length) != 0) continue;
        double by = strtod(text + length, &end);
        if (end == text + length || *end) return NULL;
        cJSON *fault = cJSON_CreateObject();
        memcpy(name, words[i], length - 1);
        cJSON_AddNumberToObject(fault, name, by);
        return fault;
    }
    return NULL;
}

static cJSON *part_of(cJSON *branch, const char *name) {
    cJSON *part = cJSON_GetObjectItemCaseSensitive(branch, name);
    return part ? part : cJSON_AddObjectToObject(branch, name);
}

// NAME=VALUE, into the branch's faults when `is_fault`, or when it may be one and is.
static bool add_change(cJSON *branch, const char *text, bool is_fault, bool may_be_fault,
                       struct err *err) {
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return err_set(err, ERR_INVALID, "'%.64s' is not NAME=VALUE", text);
    char *name = xstrndup(text, (size_t)(equals - text));
    cJSON *fault = is_fault || may_be_fault ? fault_of(equals + 1) : NULL;
    if (fault)
        cJSON_AddItemToObject(part_of(branch, "faults"), name, fault);
    else if (!is_fault)
        cJSON_AddItemToObject(part_of(branch, "set"), name, session_value(equals + 1));
    free(name);
    return fault || !is_fault ||
           err_set(err, ERR_INVALID, "a fault is silent, frozen, off:BY or noise:BY, not '%.40s'",
                   equals + 1);
}

// What --set and --fault say, named after it.
static bool add_own_branch(cJSON *branches, const struct asked *asked, struct err *err) {
    if (asked->sets.count + asked->faults.count == 0) return true;
    cJSON *branch = cJSON_CreateObject();
    struct buffer name = {0};
    bool is_good = true;
    cJSON_AddItemToArray(branches, branch);
    for (int i = 0; i < asked->sets.count + asked->faults.count && is_good; i++) {
        bool is_fault = i >= asked->sets.count;
        const char *text =
            is_fault ? asked->faults.list[i - asked->sets.count] : asked->sets.list[i];
        is_good = add_change(branch, text, is_fault, false, err);
        buffer_printf(&name, "%s%.30s", i > 0 ? " " : "", text);
        if (name.length > 60) name.length = 60;
    }
    buffer_byte(&name, 0);
    cJSON_AddStringToObject(branch, "name", (const char *)name.bytes);
    buffer_fini(&name);
    return is_good;
}

// "slow: speed=900, tank-1/area=2"
static bool add_branch(cJSON *branches, const char *text, struct err *err) {
    const char *colon = strchr(text, ':'), *equals = strchr(text, '=');
    if (!colon || colon == text || (equals && equals < colon))
        return err_set(err, ERR_INVALID, "--branch wants 'NAME: FIELD=VALUE, ...', not '%.64s'",
                       text);
    cJSON *branch = cJSON_CreateObject();
    char *copy = xstrndup(text, (size_t)(colon - text)), *rest, *word;
    bool is_good = true;
    cJSON_AddItemToArray(branches, branch);
    cJSON_AddStringToObject(branch, "name", copy);
    free(copy);
    copy = xstrdup(colon + 1);
    for (word = strtok_r(copy, ",", &rest); word && is_good; word = strtok_r(NULL, ",", &rest)) {
        word += strspn(word, " ");
        for (size_t length = strlen(word); length > 0 && word[length - 1] == ' '; length--)
            word[length - 1] = 0;
        is_good = add_change(branch, word, false, true, err);
    }
    free(copy);
    return is_good;
}

static bool add_number(cJSON *body, const char *name, const char *text, struct err *err) {
    char *end = NULL;
    if (!text) return true;
    double number = strtod(text, &end);
    if (end == text || *end)
        return err_set(err, ERR_INVALID, "%s wants a number, not '%.40s'", name, text);
    cJSON_AddNumberToObject(body, name, number);
    return true;
}

static cJSON *body_of(const struct asked *asked, char **fields, int count, struct err *err) {
    cJSON *body = cJSON_CreateObject();
    cJSON *branches = cJSON_AddArrayToObject(body, "branches");
    bool is_good = add_number(body, "at", asked->at, err) &&
                   add_number(body, "samples", asked->samples, err) &&
                   add_own_branch(branches, asked, err);
    for (int i = 0; i < asked->branches.count && is_good; i++)
        is_good = add_branch(branches, asked->branches.list[i], err);
    cJSON_AddStringToObject(body, "horizon", asked->horizon);
    if (asked->step) cJSON_AddStringToObject(body, "step", asked->step);
    if (count > 0) {
        cJSON *emits = cJSON_AddArrayToObject(body, "emit");
        for (int i = 0; i < count; i++)
            cJSON_AddItemToArray(emits, cJSON_CreateString(fields[i]));
    }
    if (is_good) return body;
    cJSON_Delete(body);
    return NULL;
}

// ---- what is answered

struct course { // of one field in one branch; low and high NULL without a band
    const char *branch, *field;
    const cJSON *values, *low, *high;
};

static const cJSON *array_of(const cJSON *branch, const char *what, const char *field) {
    return member(member(branch, what, NULL), field, NULL);
}

static struct course course_of(const cJSON *branch, const char *field) {
    return (struct course){.branch = member(branch, "name", NULL)->valuestring,
                           .field = field,
                           .values = array_of(branch, "fields", field),
                           .low = array_of(branch, "low", field),
                           .high = array_of(branch, "high", field)};
}

static const cJSON *fields_of(const cJSON *answer) {
    return member(member(answer, "branches", NULL)->child, "fields", NULL);
}

static const cJSON *last_of(const cJSON *array) {
    return array ? cJSON_GetArrayItem(array, cJSON_GetArraySize(array) - 1) : NULL;
}

static const char *number_text(struct region *region, double number) {
    struct buffer text = {0};
    if (!isfinite(number)) return "";
    buffer_printf(&text, "%.5g", number);
    const char *copy = region_copy(region, text.bytes, text.length);
    buffer_fini(&text);
    return copy;
}

static const char *short_text(struct region *region, const cJSON *number) {
    return cJSON_IsNumber(number) ? number_text(region, number->valuedouble) : "";
}

static void add_summary(struct rows *rows, const struct course *course, const cJSON *untouched) {
    struct region region = {0};
    double lowest = INFINITY, highest = -INFINITY;
    const cJSON *value, *end = last_of(course->values), *reference = last_of(untouched);
    cJSON_ArrayForEach(value, course->values) {
        if (!cJSON_IsNumber(value)) continue;
        lowest = fmin(lowest, value->valuedouble);
        highest = fmax(highest, value->valuedouble);
    }
    bool has_change =
        cJSON_IsNumber(end) && cJSON_IsNumber(reference) && untouched != course->values;
    const char *cells[] = {
        course->field,
        course->branch,
        short_text(&region, course->values->child),
        number_text(&region, lowest),
        number_text(&region, highest),
        short_text(&region, end),
        short_text(&region, last_of(course->low)),
        short_text(&region, last_of(course->high)),
        has_change ? number_text(&region, end->valuedouble - reference->valuedouble) : "",
    };
    rows_add(rows, cells, "");
    region_fini(&region);
}

static int write_summary(const struct session *session, const cJSON *answer) {
    struct rows *rows = session_rows(session, false, summary_columns, ARRAY_LEN(summary_columns));
    const cJSON *field, *branch, *fields = fields_of(answer);
    cJSON_ArrayForEach(field, fields) {
        cJSON_ArrayForEach(branch, member(answer, "branches", NULL)) {
            struct course course = course_of(branch, field->string);
            add_summary(rows, &course, field);
        }
    }
    return session_end(rows);
}

static void draw(const cJSON *times, const struct course *course) {
    struct buffer points = {0};
    const cJSON *value = course->values->child;
    const cJSON *low = course->low ? course->low->child : NULL;
    const cJSON *high = course->high ? course->high->child : NULL;
    for (const cJSON *time = times->child; time; time = time->next, value = value->next) {
        struct plot_point point = {.seconds = time->valuedouble,
                                   .has_value = cJSON_IsNumber(value)};
        if (point.has_value) point.value = point.min = point.max = value->valuedouble;
        if (point.has_value && cJSON_IsNumber(low)) point.min = fmin(point.min, low->valuedouble);
        if (point.has_value && cJSON_IsNumber(high)) point.max = fmax(point.max, high->valuedouble);
        buffer_add(&points, &point, sizeof point);
        low = low ? low->next : NULL;
        high = high ? high->next : NULL;
    }
    printf("%s, %s%s\n", course->field, course->branch, course->low ? ", nine courses in ten" : "");
    plot_write(stdout, "", (const void *)points.bytes,
               (int)(points.length / sizeof(struct plot_point)), plot_width());
    buffer_fini(&points);
}

static void draw_all(const cJSON *answer) {
    const cJSON *branch, *field = fields_of(answer)->child;
    cJSON_ArrayForEach(branch, member(answer, "branches", NULL)) {
        struct course course = course_of(branch, field->string);
        draw(member(answer, "time", NULL), &course);
    }
}

static char *json_of(const cJSON *const *parts) {
    cJSON *point = cJSON_CreateObject();
    for (size_t i = 0; i < ARRAY_LEN(point_columns); i++)
        if (parts[i])
            cJSON_AddItemToObject(point, point_columns[i].name, cJSON_Duplicate(parts[i], true));
    char *json = cJSON_PrintUnformatted(point);
    cJSON_Delete(point);
    return json;
}

static void write_course(struct rows *rows, const cJSON *times, const cJSON *name,
                         const struct course *course) {
    cJSON *field = cJSON_CreateString(course->field);
    const cJSON *value = course->values->child;
    const cJSON *low = course->low ? course->low->child : NULL;
    const cJSON *high = course->high ? course->high->child : NULL;
    for (const cJSON *time = times->child; time; time = time->next, value = value->next) {
        struct region region = {0};
        const cJSON *const parts[] = {time, name, field, value, low, high};
        const char *cells[ARRAY_LEN(parts)];
        for (size_t i = 0; i < ARRAY_LEN(parts); i++)
            cells[i] = cell_of(&region, parts[i]);
        char *json = json_of(parts);
        rows_add(rows, cells, json);
        free(json);
        region_fini(&region);
        low = low ? low->next : NULL;
        high = high ? high->next : NULL;
    }
    cJSON_Delete(field);
}

static int write_points(const struct session *session, const cJSON *answer) {
    struct rows *rows = session_rows(session, false, point_columns, ARRAY_LEN(point_columns));
    const cJSON *branch, *field, *fields = fields_of(answer);
    cJSON_ArrayForEach(branch, member(answer, "branches", NULL)) {
        cJSON_ArrayForEach(field, fields) {
            struct course course = course_of(branch, field->string);
            write_course(rows, member(answer, "time", NULL), member(branch, "name", NULL), &course);
        }
    }
    return session_end(rows);
}

// Beside the numbers: what would be raised, and whose script fails.
static void tell_events(const cJSON *answer) {
    const cJSON *branch, *alarm;
    struct region region = {0};
    fflush(stdout);
    cJSON_ArrayForEach(branch, member(answer, "branches", NULL)) {
        const char *name = member(branch, "name", NULL)->valuestring;
        cJSON_ArrayForEach(alarm, member(branch, "alarms", NULL)) fprintf(
            stderr, "%s: at %s %s %s %s\n", name, cell_of(&region, member(alarm, "at", NULL)),
            cell_of(&region, member(alarm, "twin", NULL)),
            cell_of(&region, member(alarm, "alarm", NULL)),
            cJSON_IsTrue(member(alarm, "active", NULL)) ? "is raised" : "is over");
        const cJSON *failure = member(branch, "failure", NULL);
        if (failure)
            fprintf(stderr, "%s: the script of %s fails: %s\n", name,
                    cell_of(&region, member(failure, "twin", NULL)),
                    cell_of(&region, member(failure, "why", NULL)));
    }
    if (cJSON_IsTrue(member(answer, "is_cut", NULL)))
        fprintf(stderr, "relationships reach further than %d twins: those beyond stand still\n",
                (int)member(answer, "twins", NULL)->valuedouble);
    region_fini(&region);
}

static bool ask(struct client *client, const char *id, const cJSON *body, struct answer *answer,
                struct err *err) {
    struct buffer path = {0};
    char *escaped = client_escape(id), *text = cJSON_PrintUnformatted(body);
    buffer_printf(&path, "/twins/%s/whatif", escaped);
    buffer_byte(&path, 0);
    struct request request = {.method = "POST",
                              .path = (const char *)path.bytes,
                              .body = text,
                              .type = "application/json"};
    bool is_good = client_ask(client, &request, answer, err);
    free(text);
    free(escaped);
    buffer_fini(&path);
    return is_good;
}

static int write_answer(const struct session *session, const cJSON *answer) {
    bool is_table = session->format == ROWS_TABLE;
    if (is_table && cJSON_GetArraySize(fields_of(answer)) == 1) draw_all(answer);
    int code = is_table ? write_summary(session, answer) : write_points(session, answer);
    tell_events(answer);
    return code;
}

static int whatif_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct answer answer = {0};
    struct asked asked = {0};
    struct client *client = NULL;
    const struct argument arguments[] = {
        {.name = "--for", .value = &asked.horizon},     {.name = "--step", .value = &asked.step},
        {.name = "--set", .each = &asked.sets},         {.name = "--fault", .each = &asked.faults},
        {.name = "--branch", .each = &asked.branches},  {.name = "--at", .value = &asked.at},
        {.name = "--samples", .value = &asked.samples},
    };
    int code;
    bool is_good = arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) &&
                   arguments_end(&argc, argv, 1, 40, &err);
    if (is_good && !asked.horizon)
        is_good = err_set(&err, ERR_INVALID, "--for is missing: how far ahead, like --for 2h");
    cJSON *body = is_good ? body_of(&asked, argv + 1, argc - 1, &err) : NULL;
    if (!body)
        code = session_misused(&whatif_verb, &err);
    else if ((client = client_new(session->url, &err)) && ask(client, argv[0], body, &answer, &err))
        code = write_answer(session, answer.body);
    else
        code = session_unanswered(&whatif_verb, false, &err);
    cJSON_Delete(body);
    answer_fini(&answer);
    client_free(client);
    free(asked.sets.list);
    free(asked.faults.list);
    free(asked.branches.list);
    return code;
}
