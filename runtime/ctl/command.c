// POST, and with --wait asks for the command again and again until it has ended, five times a
// second: one person waits, and an end comes with the device's next message at the earliest.

#include "ctl/command.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ARGUMENTS_MAX 8
#define POLL_MS 200

static int command_run(const struct session *session, int argc, char **argv);

const struct verb command_verb = {
    .name = "command",
    .words = "ID NAME [ARG=VALUE ...]",
    .summary = "give a twin's device a command",
    .options = "--wait            until it has ended: exit 0 done, 1 failed or timed out\n",
    .run = command_run,
};

static const struct column columns[] = {
    {.name = "twin"},    {.name = "id", .is_number = true},
    {.name = "command"}, {.name = "state"},
    {.name = "result"},  {.name = "at"},
};

struct order {
    const char *id, *name;
    cJSON *args;
    bool is_waiting;
};

static bool parse(struct order *order, int *argc, char **argv, struct err *err) {
    const struct argument arguments[] = {{.name = "--wait", .is_given = &order->is_waiting}};
    if (!arguments_take(arguments, ARRAY_LEN(arguments), argc, argv, err) ||
        !arguments_end(argc, argv, 2, 2 + ARGUMENTS_MAX, err))
        return false;
    order->id = argv[0];
    order->name = argv[1];
    for (int i = 2; i < *argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (!equals || equals == argv[i])
            return err_set(err, ERR_INVALID, "'%.64s' is not ARG=VALUE", argv[i]);
        *equals = 0;
        cJSON_DeleteItemFromObjectCaseSensitive(order->args, argv[i]);
        cJSON_AddItemToObject(order->args, argv[i], session_value(equals + 1));
    }
    return true;
}

// `last` is the command's name, or its number once it has one.
static bool ask(struct client *client, const struct order *order, const char *method,
                const char *last, struct answer *answer, struct err *err) {
    char *id = client_escape(order->id), *escaped = client_escape(last);
    char *body = strcmp(method, "POST") == 0 ? cJSON_PrintUnformatted(order->args) : NULL;
    struct buffer path = {0};
    buffer_printf(&path, "/twins/%s/commands/%s", id, escaped);
    buffer_byte(&path, 0);
    struct request request = {.method = method,
                              .path = (const char *)path.bytes,
                              .body = body,
                              .type = body ? "application/json" : NULL};
    answer_fini(answer);
    *answer = (struct answer){0};
    bool is_good = client_ask(client, &request, answer, err);
    buffer_fini(&path);
    free(body);
    free(escaped);
    free(id);
    return is_good;
}

static bool is_state(const struct answer *answer, const char *name) {
    const cJSON *state = member(answer->body, "state", NULL);
    return cJSON_IsString(state) && strcmp(state->valuestring, name) == 0;
}

// Reads the command until it has ended, or once.
static bool follow(struct client *client, const struct order *order, const char *number,
                   struct answer *answer, struct err *err) {
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    for (;;) {
        if (!ask(client, order, "GET", number, answer, err)) return false;
        if (!order->is_waiting || !(is_state(answer, "queued") || is_state(answer, "sent")))
            return true;
        nanosleep(&pause, NULL);
    }
}

static void write_row(struct rows *rows, const struct order *order, const cJSON *command) {
    struct region region = {0};
    const char *cells[] = {order->id,
                           cell_of(&region, member(command, "id", NULL)),
                           order->name,
                           cell_of(&region, member(command, "state", NULL)),
                           cell_of(&region, member(command, "result", NULL)),
                           cell_of(&region, member(command, "at", NULL))};
    cJSON *row = cJSON_Duplicate(command, true);
    cJSON_AddStringToObject(row, "twin", order->id);
    char *json = cJSON_PrintUnformatted(row);
    rows_add(rows, cells, json);
    free(json);
    cJSON_Delete(row);
    region_fini(&region);
}

static int command_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct order order = {.args = cJSON_CreateObject()};
    struct answer answer = {0};
    struct region region = {0};
    struct client *client = NULL;
    int code;
    if (!parse(&order, &argc, argv, &err)) {
        code = session_misused(&command_verb, &err);
    } else if (!(client = client_new(session->url, &err)) ||
               !ask(client, &order, "POST", order.name, &answer, &err)) {
        code = session_unanswered(&command_verb, true, &err);
    } else {
        const char *number = cell_of(&region, member(answer.body, "id", NULL));
        if (!follow(client, &order, number, &answer, &err)) {
            code = session_unanswered(&command_verb, false, &err);
        } else {
            struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
            write_row(rows, &order, answer.body);
            code = session_end(rows);
            bool is_bad = is_state(&answer, "failed") || is_state(&answer, "timed_out");
            if (code == EXIT_GOOD && order.is_waiting && is_bad) code = EXIT_FAILED;
        }
    }
    region_fini(&region);
    answer_fini(&answer);
    client_free(client);
    cJSON_Delete(order.args);
    return code;
}
