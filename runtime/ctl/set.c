// A merge-patch (RFC 7396) of the desired properties. --dry-run asks twind for the twin and shows
// what would change, so what it shows is what is true now.

#include "ctl/set.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <stdlib.h>
#include <string.h>

#define SETTINGS_MAX 64

static int set_run(const struct session *session, int argc, char **argv);

const struct verb set_verb = {
    .name = "set",
    .words = "ID PROPERTY=VALUE ...",
    .summary = "what a twin's properties should be; null takes one back",
    .options = "--if-rev N        only when none of its desired properties changed after N\n"
               "--dry-run         show what would change, change nothing\n",
    .run = set_run,
};

static const struct column columns[] = {
    {.name = "twin"},
    {.name = "property"},
    {.name = "reported", .is_number = true},
    {.name = "before", .is_number = true},
    {.name = "desired", .is_number = true},
    {.name = "rev", .is_number = true},
};

struct wish {
    const char *id;
    cJSON *patch; // {"speed": 1200}
    uint64_t if_rev;
    bool is_dry;
};

static bool parse(struct wish *wish, int *argc, char **argv, struct err *err) {
    const char *if_rev = NULL;
    const struct argument arguments[] = {
        {.name = "--if-rev", .value = &if_rev},
        {.name = "--dry-run", .is_given = &wish->is_dry},
    };
    if (!arguments_take(arguments, ARRAY_LEN(arguments), argc, argv, err) ||
        !arguments_end(argc, argv, 2, 1 + SETTINGS_MAX, err))
        return false;
    char *end = "";
    if (if_rev) wish->if_rev = strtoull(if_rev, &end, 10);
    if (if_rev && (*end || wish->if_rev == 0))
        return err_set(err, ERR_INVALID, "--if-rev wants a revision's number, not '%.40s'", if_rev);
    wish->id = argv[0];
    for (int i = 1; i < *argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (!equals || equals == argv[i])
            return err_set(err, ERR_INVALID, "'%.64s' is not PROPERTY=VALUE", argv[i]);
        *equals = 0;
        cJSON_DeleteItemFromObjectCaseSensitive(wish->patch, argv[i]);
        cJSON_AddItemToObject(wish->patch, argv[i], session_value(equals + 1));
    }
    return true;
}

static bool ask(struct client *client, const struct wish *wish, const char *method,
                struct answer *answer, struct err *err) {
    bool is_write = strcmp(method, "PATCH") == 0;
    return client_ask_twin(client, method, wish->id, is_write ? "/desired" : "",
                           is_write ? wish->patch : NULL, is_write ? wish->if_rev : 0, answer, err);
}

static void write_rows(struct rows *rows, const struct wish *wish, const cJSON *twin,
                       uint64_t rev) {
    const cJSON *setting;
    cJSON_ArrayForEach(setting, wish->patch) {
        struct region region = {0};
        char number[24] = "";
        if (rev) snprintf(number, sizeof number, "%llu", (unsigned long long)rev);
        const cJSON *property = member(twin, "properties", setting->string);
        const cJSON *before = member(property, "desired", NULL);
        const cJSON *reported = member(property, "reported", NULL);
        const char *cells[] = {wish->id,
                               setting->string,
                               cell_of(&region, reported),
                               cell_of(&region, before),
                               cell_of(&region, setting),
                               number};
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "twin", wish->id);
        cJSON_AddStringToObject(row, "property", setting->string);
        cJSON_AddItemToObject(row, "reported", cJSON_Duplicate(reported, true));
        cJSON_AddItemToObject(row, "before", cJSON_Duplicate(before, true));
        cJSON_AddItemToObject(row, "desired", cJSON_Duplicate(setting, true));
        if (rev) cJSON_AddNumberToObject(row, "rev", (double)rev);
        char *json = cJSON_PrintUnformatted(row);
        rows_add(rows, cells, json);
        free(json);
        cJSON_Delete(row);
        region_fini(&region);
    }
}

// The property that a dry run would be refused for; what values fit, twind alone knows.
static bool has_properties(const struct wish *wish, const cJSON *twin, struct err *err) {
    const cJSON *setting;
    cJSON_ArrayForEach(setting, wish->patch) {
        if (!member(twin, "properties", setting->string))
            return err_set(err, ERR_NOT_FOUND, "twin '%.64s' has no property '%.64s'", wish->id,
                           setting->string);
    }
    return true;
}

static int set_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct wish wish = {.patch = cJSON_CreateObject()};
    struct answer twin = {0};
    struct answer done = {0};
    struct client *client = NULL;
    int code;
    if (!parse(&wish, &argc, argv, &err)) {
        code = session_misused(&set_verb, &err);
    } else if (!(client = client_new(session->url, &err)) ||
               !ask(client, &wish, "GET", &twin, &err) ||
               (wish.is_dry ? !has_properties(&wish, twin.body, &err)
                            : !ask(client, &wish, "PATCH", &done, &err))) {
        code = session_unanswered(&set_verb, true, &err);
    } else {
        const cJSON *rev = member(done.body, "rev", NULL);
        struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
        write_rows(rows, &wish, twin.body,
                   cJSON_IsNumber(rev) ? (uint64_t)rev->valuedouble : done.rev);
        code = session_end(rows);
    }
    answer_fini(&done);
    answer_fini(&twin);
    client_free(client);
    cJSON_Delete(wish.patch);
    return code;
}
