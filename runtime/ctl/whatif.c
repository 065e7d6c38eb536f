// --set and --fault make one branch, each --branch one more; twind says what is wrong with them.

#include "ctl/whatif.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/outlook.h"
#include "ctl/session.h"

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
    else if ((client = client_new(session->url, &err)) &&
             client_ask_twin(client, "POST", argv[0], "/whatif", body, 0, &answer, &err))
        code = outlook_write(session, answer.body);
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
