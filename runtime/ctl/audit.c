// Pages are asked for and written one by one, as twinctl ls does.

#include "ctl/audit.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_USUAL 50
#define PAGE 200
#define CHANGES_SHOWN 4 // of one entry

struct search {
    const char *twin, *actor, *from, *to, *limit;
    long left; // entries still wanted
};

static int audit_run(const struct session *session, int argc, char **argv);

const struct verb audit_verb = {
    .name = "audit",
    .words = "[ID]",
    .summary = "who changed what, newest first",
    .options = "--actor NAME      only who has a name that begins so: 10.0.0.7, or http\n"
               "--from TIME       since then\n"
               "--to TIME         until then\n"
               "--limit N         at most so many, 50 when not said\n",
    .run = audit_run,
};

static const struct column columns[] = {{.name = "at"},   {.name = "actor"},
                                        {.name = "twin"}, {.name = "input"},
                                        {.name = "what"}, {.name = "rev", .is_number = true}};

static void add_change(const cJSON *change, struct region *region, struct buffer *what) {
    static const char *const names[] = {"field", "command", "alarm", "relationship", "prediction"};
    buffer_printf(what, "%s%s", what->length > 0 ? "; " : "",
                  cell_of(region, member(change, "change", NULL)));
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (member(change, names[i], NULL))
            buffer_printf(what, " %s", cell_of(region, member(change, names[i], NULL)));
    if (member(change, "twin", NULL))
        buffer_printf(what, " %s", cell_of(region, member(change, "twin", NULL)));
    if (member(change, "args", NULL))
        buffer_printf(what, " %s", cell_of(region, member(change, "args", NULL)));
    if (cJSON_IsFalse(member(change, "is_there", NULL))) buffer_printf(what, " ended");
    if (cJSON_IsTrue(member(change, "acked", NULL))) buffer_printf(what, " acked");
    const cJSON *value = member(change, "value", NULL), *was = member(change, "was", NULL);
    if (was && !cJSON_IsNull(was)) buffer_printf(what, " %s ->", cell_of(region, was));
    if (value) buffer_printf(what, " %s", cJSON_IsNull(value) ? "none" : cell_of(region, value));
}

// "set speed 1450 -> 1500", or why a version was promoted.
static const char *what_of(const cJSON *entry, struct region *region) {
    struct buffer what = {0};
    int count = 0;
    const cJSON *change;
    cJSON_ArrayForEach(change, member(entry, "changes", NULL)) {
        if (count++ < CHANGES_SHOWN) add_change(change, region, &what);
    }
    if (count > CHANGES_SHOWN) buffer_printf(&what, "; %d more", count - CHANGES_SHOWN);
    if (member(entry, "unreadable", NULL))
        buffer_printf(&what, "cannot be read: %s",
                      cell_of(region, member(entry, "unreadable", NULL)));
    if (member(entry, "reason", NULL)) {
        const char *reason = cell_of(region, member(entry, "reason", NULL));
        buffer_printf(&what, "%s%s%s", cell_of(region, member(entry, "version", NULL)),
                      *reason ? ": " : "", reason);
    }
    const char *text =
        region_copy(region, what.bytes ? what.bytes : (const uint8_t *)"", what.length);
    buffer_fini(&what);
    return text;
}

static void add_entry(struct rows *rows, const cJSON *entry) {
    struct region region = {0};
    const cJSON *name = member(entry, "actor", "name");
    const char *cells[] = {
        cell_of(&region, member(entry, "received", NULL)),
        cell_of(&region, name ? name : member(entry, "actor", "kind")),
        cell_of(&region, member(entry, "twin", NULL)),
        cell_of(&region, member(entry, "input", NULL)),
        what_of(entry, &region),
        cell_of(&region, member(entry, "rev", NULL)),
    };
    char *json = cJSON_PrintUnformatted(entry);
    rows_add(rows, cells, json);
    free(json);
    region_fini(&region);
}

static void make_path(struct buffer *path, const struct search *search, const char *cursor) {
    path->length = 0;
    buffer_printf(path, "/audit?limit=%ld", search->left < PAGE ? search->left : PAGE);
    client_add_query(path, "twin", search->twin);
    client_add_query(path, "actor", search->actor);
    client_add_query(path, "from", search->from);
    client_add_query(path, "to", search->to);
    client_add_query(path, "cursor", cursor);
    buffer_byte(path, 0);
}

static bool write_pages(struct client *client, struct search *search, struct rows *rows,
                        struct err *err) {
    struct buffer path = {0};
    char *cursor = NULL;
    bool is_good = true;
    do {
        struct answer answer;
        make_path(&path, search, cursor);
        struct request request = {.method = "GET", .path = (const char *)path.bytes};
        is_good = client_ask(client, &request, &answer, err);
        if (!is_good) break;
        const cJSON *entry;
        cJSON_ArrayForEach(entry, member(answer.body, "entries", NULL)) {
            if (search->left-- > 0) add_entry(rows, entry);
        }
        free(cursor);
        const cJSON *next = member(answer.body, "cursor", NULL);
        cursor = cJSON_IsString(next) ? xstrdup(next->valuestring) : NULL;
        answer_fini(&answer);
    } while (cursor && search->left > 0);
    free(cursor);
    buffer_fini(&path);
    return is_good;
}

static bool parse(struct search *search, int *argc, char **argv, struct err *err) {
    const struct argument arguments[] = {
        {.name = "--actor", .value = &search->actor},
        {.name = "--from", .value = &search->from},
        {.name = "--to", .value = &search->to},
        {.name = "--limit", .value = &search->limit},
    };
    if (!arguments_take(arguments, ARRAY_LEN(arguments), argc, argv, err) ||
        !arguments_end(argc, argv, 0, 1, err))
        return false;
    char *end = "";
    if (*argc > 0) search->twin = argv[0];
    search->left = search->limit ? strtol(search->limit, &end, 10) : LINES_USUAL;
    return (*end == 0 && search->left > 0) ||
           err_set(err, ERR_INVALID, "--limit wants a number from 1, not '%.40s'", search->limit);
}

static int audit_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct search search = {0};
    if (!parse(&search, &argc, argv, &err)) return session_misused(&audit_verb, &err);
    struct client *client = client_new(session->url, &err);
    struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
    int code;
    if (client && write_pages(client, &search, rows, &err)) {
        code = session_end(rows);
        rows = NULL;
    } else {
        code = session_unanswered(&audit_verb, false, &err);
    }
    rows_free(rows);
    client_free(client);
    return code;
}
