// What follows from the sample is twind's to find out; here it is asked for and shown.

#include "ctl/amend.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/moment.h"
#include "ctl/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int amend_run(const struct session *session, int argc, char **argv);

const struct verb amend_verb = {
    .name = "amend",
    .words = "ID FIELD TIME VALUE|--remove",
    .summary = "correct a sample of the past, and all of its twin's history that follows from it",
    .options = "TIME is that of the sample, as `hist -o csv` shows it: Unix seconds or ISO 8601\n"
               "VALUE is what the device should have sent\n"
               "--remove          it should have sent nothing\n"
               "--was VALUE       which one, where two have that time\n"
               "--apply           what the twin shows follows too, as one revision\n"
               "--why TEXT        kept with it, for the audit\n"
               "--dry-run         show what would change, change nothing\n",
    .run = amend_run,
};

static const struct column columns[] = {
    {.name = "field"},
    {.name = "history", .is_number = true},
    {.name = "was", .is_number = true},
    {.name = "now", .is_number = true},
};

static cJSON *parse(int *argc, char **argv, bool *is_dry, struct err *err) {
    const char *was = NULL, *why = NULL;
    bool is_removed = false, is_applied = false;
    const struct argument arguments[] = {
        {.name = "--was", .value = &was},
        {.name = "--why", .value = &why},
        {.name = "--remove", .is_given = &is_removed},
        {.name = "--apply", .is_given = &is_applied},
        {.name = "--dry-run", .is_given = is_dry},
    };
    int words;
    if (!arguments_take(arguments, ARRAY_LEN(arguments), argc, argv, err)) return NULL;
    words = is_removed ? 3 : 4;
    if (!arguments_end(argc, argv, words, words, err)) return NULL;
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "field", argv[1]);
    cJSON_AddItemToObject(body, "time", session_value(argv[2]));
    cJSON_AddItemToObject(body, "value", is_removed ? cJSON_CreateNull() : session_value(argv[3]));
    if (was) cJSON_AddItemToObject(body, "was", session_value(was));
    if (why) cJSON_AddStringToObject(body, "why", why);
    cJSON_AddBoolToObject(body, "apply", is_applied);
    cJSON_AddBoolToObject(body, "dry_run", *is_dry);
    return body;
}

// Each field whose history, or whose value now, is another one.
static void write_rows(struct rows *rows, const cJSON *answer) {
    const cJSON *values = member(answer, "values", NULL),
                *current = member(answer, "current", NULL);
    const cJSON *item, *count;
    struct region region = {0};
    cJSON_ArrayForEach(count, values) {
        const char *cells[] = {count->string, cell_of(&region, count), "", ""};
        cJSON_ArrayForEach(item, current) {
            if (strcmp(member(item, "field", NULL)->valuestring, count->string) != 0) continue;
            cells[2] = cell_of(&region, member(item, "was", NULL));
            cells[3] = cell_of(&region, member(item, "value", NULL));
        }
        rows_add(rows, cells, NULL);
    }
    cJSON_ArrayForEach(item, current) {
        const char *field = member(item, "field", NULL)->valuestring;
        if (member(values, field, NULL)) continue;
        const char *cells[] = {field, "0", cell_of(&region, member(item, "was", NULL)),
                               cell_of(&region, member(item, "value", NULL))};
        rows_add(rows, cells, NULL);
    }
    region_fini(&region);
}

static void say(const cJSON *answer, bool is_dry) {
    struct region region = {0};
    const cJSON *rev = member(answer, "rev", NULL);
    bool is_other = cJSON_GetArraySize(member(answer, "current", NULL)) > 0;
    bool is_applied = cJSON_IsTrue(member(answer, "applied", NULL));
    printf("%s %s of rev %s: %s -> %s; %s revisions run again\n",
           cell_of(&region, member(answer, "twin", NULL)),
           cell_of(&region, member(answer, "field", NULL)),
           cell_of(&region, member(answer, "of_rev", NULL)),
           cell_of(&region, member(answer, "was", NULL)),
           cJSON_IsNull(member(answer, "value", NULL))
               ? "nothing"
               : cell_of(&region, member(answer, "value", NULL)),
           cell_of(&region, member(answer, "revisions", NULL)));
    if (is_dry)
        puts("nothing is changed; without --dry-run the history is");
    else if (is_applied || !is_other)
        printf("kept as rev %s\n", cell_of(&region, rev));
    else
        printf("kept as rev %s; what the twin shows now is as before: --apply changes it, too\n",
               cell_of(&region, rev));
    region_fini(&region);
}

static int amend_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct answer answer = {0};
    struct client *client = NULL;
    bool is_dry = false;
    int code = EXIT_GOOD;
    cJSON *body = parse(&argc, argv, &is_dry, &err);
    if (!body) return session_misused(&amend_verb, &err);
    if (!(client = client_new(session->url, &err)) ||
        !client_ask_twin(client, "POST", argv[0], "/amend", body, 0, &answer, &err)) {
        code = session_unanswered(&amend_verb, true, &err);
    } else if (session->has_format && session->format == ROWS_JSON) {
        char *json = cJSON_PrintUnformatted(answer.body);
        puts(json);
        free(json);
    } else {
        struct session text = *session; // a table goes with what is said, also into a pipe
        if (!session->has_format) text.format = ROWS_TABLE;
        struct rows *rows = session_rows(&text, false, columns, ARRAY_LEN(columns));
        write_rows(rows, answer.body);
        code = session_end(rows);
        if (text.format == ROWS_TABLE) say(answer.body, is_dry);
    }
    cJSON_Delete(body);
    answer_fini(&answer);
    client_free(client);
    return code;
}
