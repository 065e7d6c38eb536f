// For people: the input, the lines that ran with what their locals became, what was written. For
// programs the answer as it came, one line of JSON.

#include "ctl/explain.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_WIDTH 60 // of a source line before its locals
#define GREY "\033[90m"
#define PLAIN "\033[0m"

static int explain_run(const struct session *session, int argc, char **argv);

const struct verb explain_verb = {
    .name = "explain",
    .words = "ID [FIELD]",
    .summary = "how a value came about: the input, the lines that ran, what they wrote",
    .options =
        "--rev N           that revision; else the newest that set FIELD (a field or alarm),\n"
        "                  or the twin's newest\n",
    .run = explain_run,
};

static bool ask(struct client *client, const char *id, const char *field, const char *rev,
                struct answer *answer, struct err *err) {
    char *escaped = client_escape(id);
    struct buffer path = {0};
    buffer_printf(&path, "/twins/%s/explain?", escaped); // each member begins with &
    client_add_query(&path, "field", field);
    client_add_query(&path, "rev", rev);
    buffer_byte(&path, 0);
    struct request request = {.method = "GET", .path = (const char *)path.bytes};
    bool is_good = client_ask(client, &request, answer, err);
    buffer_fini(&path);
    free(escaped);
    return is_good;
}

static const char *text_of(struct region *region, const cJSON *object, const char *name) {
    return cell_of(region, member(object, name, NULL));
}

static void write_input(struct region *region, const cJSON *answer) {
    const cJSON *actor = member(answer, "actor", NULL), *from = member(answer, "from", NULL);
    const cJSON *taken;
    const char *name = text_of(region, actor, "name");
    printf("%s rev %s, %s: %s by %s%s%s", text_of(region, answer, "twin"),
           text_of(region, answer, "rev"), text_of(region, answer, "received"),
           text_of(region, answer, "input"), text_of(region, actor, "kind"), *name ? " " : "",
           name);
    if (from)
        printf(", from %s rev %s", text_of(region, from, "twin"), text_of(region, from, "rev"));
    printf(", version %s\n", text_of(region, answer, "version"));
    cJSON_ArrayForEach(taken, member(answer, "took_in", NULL)) {
        printf("  %s = %s\n", text_of(region, taken, "field"), text_of(region, taken, "value"));
    }
}

static void write_line(struct region *region, const struct session *session, const cJSON *line) {
    const cJSON *local;
    const char *count = text_of(region, line, "count"), *gap = "  ";
    char times[24] = "";
    if (strcmp(count, "1") != 0) snprintf(times, sizeof times, "x%s", count);
    const cJSON *locals = member(line, "locals", NULL);
    printf("%5s %7s  %-*s", text_of(region, line, "line"), times,
           locals && locals->child ? TEXT_WIDTH : 0, text_of(region, line, "text"));
    if (session->has_color) fputs(GREY, stdout);
    cJSON_ArrayForEach(local, locals) {
        printf("%s%s = %s", gap, local->string, cell_of(region, local));
        gap = ", ";
    }
    puts(session->has_color ? PLAIN : "");
}

// The lines that a handler ran, with a head where the file changes.
static void write_lines(struct region *region, const struct session *session, const cJSON *answer,
                        int handler) {
    const cJSON *line;
    const char *file = "";
    cJSON_ArrayForEach(line, member(answer, "lines", NULL)) {
        const cJSON *of = member(line, "handler", NULL);
        if (!cJSON_IsNumber(of) || of->valueint != handler) continue;
        const char *in = text_of(region, line, "file");
        if (strcmp(in, file) != 0) printf("%s\n", in);
        file = in;
        write_line(region, session, line);
    }
}

static void write_handlers(struct region *region, const struct session *session,
                           const cJSON *answer) {
    const cJSON *handler;
    int index = 0;
    cJSON_ArrayForEach(handler, member(answer, "handlers", NULL)) {
        const char *outcome = text_of(region, handler, "outcome");
        printf("\n%s: %s\n", text_of(region, handler, "handler"), outcome);
        write_lines(region, session, answer, index++);
        const char *why = text_of(region, handler, "why");
        if (*why) printf("  %s\n", why);
    }
    if (index == 0) puts("\nno handler ran");
    if (cJSON_IsTrue(member(answer, "is_cut", NULL)))
        puts("... more lines ran than are shown and counted");
}

static void write_effects(struct region *region, const cJSON *answer) {
    const cJSON *effect, *effects = member(answer, "effects", NULL);
    int width = 0;
    cJSON_ArrayForEach(effect, effects) {
        int length = (int)strlen(text_of(region, effect, "field"));
        if (length > width) width = length;
    }
    puts(width ? "" : "\nnothing was written");
    cJSON_ArrayForEach(effect, effects) {
        const char *before = text_of(region, effect, "before");
        printf("%-*s  %s%s%s\n", width, text_of(region, effect, "field"), before,
               *before ? " -> " : "", text_of(region, effect, "after"));
    }
}

static int write_all(const struct session *session, const cJSON *answer) {
    struct region region = {0};
    const cJSON *first = member(answer, "first", NULL);
    write_input(&region, answer);
    write_handlers(&region, session, answer);
    write_effects(&region, answer);
    if (!cJSON_IsTrue(member(answer, "equal", NULL)))
        printf("\nrun again it differs: %s was %s when recorded and is %s now\n",
               text_of(&region, first, "field"), text_of(&region, first, "recorded"),
               text_of(&region, first, "now"));
    region_fini(&region);
    return session_written(fflush(stdout) == 0 && !ferror(stdout));
}

static int write_json(const cJSON *answer) {
    char *json = cJSON_PrintUnformatted(answer);
    puts(json);
    free(json);
    return session_written(fflush(stdout) == 0 && !ferror(stdout));
}

static int write_csv(const struct session *session, const cJSON *answer) {
    static const struct column columns[] = {
        {.name = "field"}, {.name = "before"}, {.name = "after"}};
    struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
    struct region region = {0};
    const cJSON *effect;
    cJSON_ArrayForEach(effect, member(answer, "effects", NULL)) {
        const char *cells[] = {text_of(&region, effect, "field"),
                               text_of(&region, effect, "before"),
                               text_of(&region, effect, "after")};
        rows_add(rows, cells, NULL);
    }
    region_fini(&region);
    return session_end(rows);
}

static int explain_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct answer answer = {0};
    const char *rev = NULL;
    const struct argument arguments[] = {{.name = "--rev", .value = &rev}};
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 1, 2, &err))
        return session_misused(&explain_verb, &err);
    struct client *client = client_new(session->url, &err);
    int code;
    if (client && ask(client, argv[0], argc > 1 ? argv[1] : NULL, rev, &answer, &err)) {
        if (session->format == ROWS_JSON)
            code = write_json(answer.body);
        else if (session->format == ROWS_CSV)
            code = write_csv(session, answer.body);
        else
            code = write_all(session, answer.body);
        if (code == EXIT_GOOD && !cJSON_IsTrue(member(answer.body, "equal", NULL)))
            code = EXIT_FAILED;
    } else if (err.code == ERR_NOT_FOUND) {
        code =
            session_failed(&err, "twinctl get %s, for its fields and its newest revision", argv[0]);
    } else {
        code = session_unanswered(&explain_verb, false, &err);
    }
    answer_fini(&answer);
    client_free(client);
    return code;
}
