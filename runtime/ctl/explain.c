#include "ctl/explain.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int explain_run(const struct session *session, int argc, char **argv);

const struct verb explain_verb = {
    .name = "explain",
    .words = "ID [FIELD]",
    .summary =
        "how a value came about: the input, the lines that ran with their locals, the writes",
    .options =
        "--rev N           at or before that revision; now\n"
        "FIELD is a field or an alarm; without it, the twin's newest revision is explained.\n",
    .run = explain_run,
};

static double number(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItem(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static const char *text(const cJSON *object, const char *name) {
    const char *found = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
    return found ? found : "";
}

static void tell_head(const cJSON *answer) {
    const cJSON *from = cJSON_GetObjectItem(answer, "from");
    const cJSON *actor = cJSON_GetObjectItem(answer, "actor"), *write;
    printf("%s rev %.0f, %s: %s by %s%s%s", text(answer, "twin"), number(answer, "rev"),
           text(answer, "received"), text(answer, "input"), text(actor, "kind"),
           text(actor, "name")[0] ? " " : "", text(actor, "name"));
    if (from)
        printf(", %s from %s rev %.0f", text(from, "event"), text(from, "twin"),
               number(from, "rev"));
    printf(", version %s\n", text(answer, "version"));
    cJSON_ArrayForEach(
        write, cJSON_GetObjectItem(answer,
                                   "writes")) if (cJSON_IsTrue(cJSON_GetObjectItem(write, "given")))
        printf("  given  %-28s %s\n", text(write, "subject"), text(write, "after"));
}

static void tell_lines(const struct session *session, const cJSON *answer) {
    const char *file = "", *grey = session->has_color ? "\x1b[90m" : "";
    const char *plain = session->has_color ? "\x1b[0m" : "";
    const cJSON *line;
    cJSON_ArrayForEach(line, cJSON_GetObjectItem(answer, "lines")) {
        if (strcmp(file, text(line, "file")) != 0) printf("%s\n", file = text(line, "file"));
        printf("%5.0f  %-70s", number(line, "line"), text(line, "text"));
        if (text(line, "locals")[0]) printf("  %s-- %s%s", grey, text(line, "locals"), plain);
        printf("\n");
    }
    if (number(answer, "dropped") > 0)
        printf("  ... and %.0f lines more\n", number(answer, "dropped"));
}

static void tell_writes(const cJSON *answer) {
    const cJSON *write;
    cJSON_ArrayForEach(write, cJSON_GetObjectItem(answer, "writes")) {
        if (cJSON_IsTrue(cJSON_GetObjectItem(write, "given"))) continue;
        printf("  writes %-28s ", text(write, "subject"));
        if (text(write, "before")[0]) printf("%s -> ", text(write, "before"));
        printf("%s\n", text(write, "after"));
    }
}

static void tell_verdict(const cJSON *answer) {
    const cJSON *difference = cJSON_GetObjectItem(answer, "difference");
    if (text(answer, "missing")[0])
        printf("it could not be run again: %s; the writes are as they were recorded\n",
               text(answer, "missing"));
    else if (difference)
        printf("run again it came to something else: %s was %s, now %s\n",
               text(difference, "field"), text(difference, "recorded"), text(difference, "now"));
    else
        printf("run again it came to the same\n");
}

static bool ask(struct client *client, char **words, int count, const char *rev,
                struct answer *answer, struct err *err) {
    struct buffer path = {0};
    char *id = client_escape(words[0]);
    buffer_printf(&path, "/twins/%s/explain?", id);
    if (count > 1) client_add_query(&path, "field", words[1]);
    client_add_query(&path, "rev", rev);
    buffer_byte(&path, 0);
    struct request request = {.method = "GET", .path = (const char *)path.bytes};
    bool is_answered = client_ask(client, &request, answer, err);
    free(id);
    buffer_fini(&path);
    return is_answered;
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
    bool is_answered = client && ask(client, argv, argc, rev, &answer, &err);
    if (is_answered && session->format != ROWS_TABLE) {
        char *line = cJSON_PrintUnformatted(answer.body);
        puts(line);
        free(line);
    } else if (is_answered) {
        tell_head(answer.body);
        tell_lines(session, answer.body);
        tell_writes(answer.body);
        tell_verdict(answer.body);
    }
    answer_fini(&answer);
    client_free(client);
    if (!is_answered) return session_unanswered(&explain_verb, false, &err);
    return session_written(fflush(stdout) == 0);
}
