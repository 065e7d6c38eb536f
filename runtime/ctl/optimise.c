#include "ctl/optimise.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/pilot.h"
#include "ctl/promise.h"
#include "ctl/session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int optimise_run(const struct session *session, int argc, char **argv);

const struct verb optimise_verb = {
    .name = "optimise",
    .words = "ID --for TIME --vary NAME=LOW..HIGH --minimise NAME",
    .summary = "which set-points cost least over what comes, on a copy",
    .options =
        "--for TIME               over so long: 10m, 2h; --step TIME of it\n"
        "--vary NAME=LOW..HIGH    what may be set; each is one more. TWIN/NAME is another twin's\n"
        "--minimise NAME[*WEIGHT] what it costs, the mean over that time; each is added\n"
        "--keep NAME=LOW..HIGH    what is to be kept; an end may be left out: level=0.8..\n"
        "--samples N              courses by chance, which say how sure the gain is; 40\n"
        "--accept                 and desire it\n"
        "--every TIME             by itself, again each TIME: searches, accepts what surely "
        "gains,\n"
        "                         looks what came; stops when two promises in a row did not come\n"
        "                         or somebody desires otherwise. --rounds N: after so many\n"
        "--rate NAME=STEP         moves that by no more at once\n"
        "--result                 of what was accepted last: what came, beside the promise\n"
        "--stop, --go             of what its model lets twind do by itself (autonomous)\n",
    .run = optimise_run,
};

struct asked {
    const char *id, *horizon, *step, *samples;
    struct texts vary, costs, keeps;
    bool is_accepted, is_result, is_stop, is_go;
    struct pilot pilot;
};

static const struct column set_columns[] = {
    {.name = "set"},
    {.name = "before", .is_number = true},
    {.name = "value", .is_number = true},
};

// ---- what is asked

static cJSON *end_of(const char *text, size_t length) {
    char *copy = xstrndup(text, length), *end;
    double number = strtod(copy, &end);
    cJSON *item = length == 0                ? cJSON_CreateNull()
                  : end != copy && *end == 0 ? cJSON_CreateNumber(number)
                                             : NULL;
    free(copy);
    return item;
}

// "speed=600..1450"
static bool add_range(cJSON *object, const char *option, const char *text, struct err *err) {
    const char *equals = strchr(text, '='), *dots = equals ? strstr(equals, "..") : NULL;
    cJSON *low = dots ? end_of(equals + 1, (size_t)(dots - equals - 1)) : NULL;
    cJSON *high = dots ? end_of(dots + 2, strlen(dots + 2)) : NULL;
    if (equals == text || !low || !high) {
        cJSON_Delete(low);
        cJSON_Delete(high);
        return err_set(err, ERR_INVALID, "%s wants NAME=LOW..HIGH, not '%.64s'", option, text);
    }
    char *name = xstrndup(text, (size_t)(equals - text));
    cJSON *range = cJSON_AddArrayToObject(object, name);
    cJSON_AddItemToArray(range, low);
    cJSON_AddItemToArray(range, high);
    free(name);
    return true;
}

// "power", or "power*0.2"
static bool add_cost(cJSON *object, const char *text, struct err *err) {
    const char *star = strchr(text, '*');
    char *end = "", *name = xstrndup(text, star ? (size_t)(star - text) : strlen(text));
    double weight = star ? strtod(star + 1, &end) : 1;
    bool is_good = !star || (end != star + 1 && *end == 0);
    if (is_good) cJSON_AddNumberToObject(object, name, weight);
    free(name);
    return is_good || err_set(err, ERR_INVALID, "--minimise wants NAME*WEIGHT, not '%.64s'", text);
}

static cJSON *body_of(const struct asked *asked, struct err *err) {
    cJSON *body = cJSON_CreateObject();
    cJSON *vary = cJSON_AddObjectToObject(body, "vary");
    cJSON *cost = cJSON_AddObjectToObject(body, "minimise");
    cJSON *keep = cJSON_AddObjectToObject(body, "keep");
    bool is_good = true;
    cJSON_AddStringToObject(body, "horizon", asked->horizon);
    if (asked->step) cJSON_AddStringToObject(body, "step", asked->step);
    for (int i = 0; i < asked->vary.count && is_good; i++)
        is_good = add_range(vary, "--vary", asked->vary.list[i], err);
    for (int i = 0; i < asked->keeps.count && is_good; i++)
        is_good = add_range(keep, "--keep", asked->keeps.list[i], err);
    for (int i = 0; i < asked->costs.count && is_good; i++)
        is_good = add_cost(cost, asked->costs.list[i], err);
    if (is_good && asked->samples)
        cJSON_AddItemToObject(body, "samples", session_value(asked->samples));
    if (is_good) return body;
    cJSON_Delete(body);
    return NULL;
}

// ---- what is answered

static void tell_keeps(const cJSON *answer) {
    const cJSON *keep;
    cJSON_ArrayForEach(keep, member(answer, "keep", NULL)) {
        printf("%s stays from %.5g to %.5g", member(keep, "name", NULL)->valuestring,
               promise_number(keep, "lowest"), promise_number(keep, "highest"));
        double held = promise_number(keep, "held");
        if (!isnan(held)) printf("; its limits are kept in %.0f of 100 courses", 100 * held);
        putchar('\n');
    }
}

int optimise_write(const struct session *session, const cJSON *answer) {
    if (session->format != ROWS_TABLE) {
        char *json = cJSON_PrintUnformatted(answer);
        puts(json);
        free(json);
        return session_written(fflush(stdout) == 0 && !ferror(stdout));
    }
    struct region region = {0};
    struct rows *rows = session_rows(session, false, set_columns, ARRAY_LEN(set_columns));
    const cJSON *set, *cost = member(answer, "cost", NULL);
    cJSON_ArrayForEach(set, member(answer, "set", NULL)) {
        const char *cells[] = {member(set, "name", NULL)->valuestring,
                               cell_of(&region, member(set, "before", NULL)),
                               cell_of(&region, member(set, "value", NULL))};
        rows_add(rows, cells, "");
    }
    int code = session_end(rows);
    printf("cost %.6g instead of %.6g: %.6g less", promise_number(cost, "optimum"),
           promise_number(cost, "untouched"), promise_number(cost, "gain"));
    double low = promise_number(cost, "gain_low");
    if (!isnan(low))
        printf(", in nine courses of ten %.6g to %.6g", low, promise_number(cost, "gain_high"));
    printf("\n");
    tell_keeps(answer);
    if (low < 0) puts("it may as well cost more: nothing much is to be gained");
    const cJSON *failure = member(answer, "failure", NULL);
    if (failure)
        printf("the script of %s fails meanwhile: %s\n", member(failure, "twin", NULL)->valuestring,
               member(failure, "why", NULL)->valuestring);
    region_fini(&region);
    return code == EXIT_GOOD ? session_written(fflush(stdout) == 0 && !ferror(stdout)) : code;
}

static int search(const struct session *session, struct client *client, const struct asked *asked,
                  const cJSON *body) {
    struct err err;
    struct answer answer = {0};
    int code;
    if (!client_ask_twin(client, "POST", asked->id, "/optimise", body, 0, &answer, &err)) {
        code = session_unanswered(&optimise_verb, false, &err);
    } else {
        code = optimise_write(session, answer.body);
        if (asked->is_accepted && !promise_accept(client, asked->id, body, answer.body, &err))
            code = session_unanswered(&optimise_verb, true, &err);
    }
    answer_fini(&answer);
    return code;
}

// The attribute that twind looks at before it decides.
static int set_autonomous(struct client *client, const struct asked *asked) {
    struct err err;
    struct answer answer = {0};
    cJSON *patch = cJSON_CreateObject();
    if (asked->is_go) {
        cJSON_AddNullToObject(patch, "autonomous");
    } else {
        cJSON *own = cJSON_AddObjectToObject(patch, "autonomous");
        cJSON_AddStringToObject(own, "state", "stopped");
        cJSON_AddStringToObject(own, "decision", "stopped: by an operator");
    }
    bool is_good =
        client_ask_twin(client, "PATCH", asked->id, "/attributes", patch, 0, &answer, &err);
    cJSON_Delete(patch);
    answer_fini(&answer);
    if (!is_good) return session_unanswered(&optimise_verb, true, &err);
    printf(asked->is_go ? "%s: what its model lets it do goes on\n"
                        : "%s: nothing is set by itself any more\n",
           asked->id);
    return EXIT_GOOD;
}

static bool check_words(const struct asked *asked, struct err *err) {
    if (asked->is_result || asked->is_stop || asked->is_go) return true;
    if (!asked->horizon)
        return err_set(err, ERR_INVALID, "--for is missing: over how long, like --for 1h");
    if (asked->vary.count == 0)
        return err_set(err, ERR_INVALID,
                       "--vary is missing: what may be set, like --vary speed=600..1450");
    if (asked->pilot.every && !pilot_check(&asked->pilot, err)) return false;
    return asked->costs.count > 0 ||
           err_set(err, ERR_INVALID, "--minimise is missing: what it costs, like --minimise power");
}

static int optimise_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct asked asked = {0};
    struct client *client = NULL;
    cJSON *body = NULL;
    const struct argument arguments[] = {
        {.name = "--for", .value = &asked.horizon},
        {.name = "--step", .value = &asked.step},
        {.name = "--samples", .value = &asked.samples},
        {.name = "--vary", .each = &asked.vary},
        {.name = "--minimise", .each = &asked.costs},
        {.name = "--keep", .each = &asked.keeps},
        {.name = "--accept", .is_given = &asked.is_accepted},
        {.name = "--every", .value = &asked.pilot.every},
        {.name = "--rounds", .value = &asked.pilot.rounds},
        {.name = "--rate", .each = &asked.pilot.rates},
        {.name = "--result", .is_given = &asked.is_result},
        {.name = "--stop", .is_given = &asked.is_stop},
        {.name = "--go", .is_given = &asked.is_go},
    };
    int code;
    bool is_good = arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) &&
                   arguments_end(&argc, argv, 1, 1, &err) && check_words(&asked, &err);
    if (is_good) asked.id = argv[0];
    bool is_question = !asked.is_result && !asked.is_stop && !asked.is_go;
    if (is_good && is_question) is_good = (body = body_of(&asked, &err)) != NULL;
    if (!is_good)
        code = session_misused(&optimise_verb, &err);
    else if (!(client = client_new(session->url, &err)))
        code = session_unanswered(&optimise_verb, false, &err);
    else
        code = !is_question && !asked.is_result ? set_autonomous(client, &asked)
               : asked.is_result                ? promise_result(session, client, asked.id, NULL)
               : asked.pilot.every ? pilot_run(&asked.pilot, session, client, asked.id, body)
                                   : search(session, client, &asked, body);
    cJSON_Delete(body);
    client_free(client);
    free(asked.vary.list);
    free(asked.costs.list);
    free(asked.keeps.list);
    free(asked.pilot.rates.list);
    return code;
}
