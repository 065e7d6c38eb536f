// What was promised is kept with the twin, as its attribute "optimised": so it is on disk, audited
// and there for everyone who asks later what came of it.

#include "ctl/optimise.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ATTRIBUTE "optimised"
#define BEFORE_S 60.0 // of the history, for what was so when it was accepted

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
        "--result                 of what was accepted last: the gain that came, beside the one "
        "promised\n",
    .run = optimise_run,
};

struct asked {
    const char *id, *horizon, *step, *samples;
    struct texts vary, costs, keeps;
    bool is_accepted, is_result;
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

static bool ask(struct client *client, const char *method, const char *id, const char *part,
                const cJSON *body, uint64_t if_rev, struct answer *answer, struct err *err) {
    struct buffer path = {0};
    char *escaped = client_escape(id), *text = body ? cJSON_PrintUnformatted(body) : NULL;
    buffer_printf(&path, "/twins/%s%s", escaped, part);
    buffer_byte(&path, 0);
    bool is_patch = strcmp(method, "PATCH") == 0;
    struct request request = {.method = method,
                              .path = (const char *)path.bytes,
                              .body = text,
                              .type =
                                  is_patch ? "application/merge-patch+json" : "application/json",
                              .if_rev = if_rev};
    bool is_good = client_ask(client, &request, answer, err);
    free(text);
    free(escaped);
    buffer_fini(&path);
    return is_good;
}

// ---- what is answered

static double number_of(const cJSON *object, const char *name) {
    const cJSON *number = member(object, name, NULL);
    return cJSON_IsNumber(number) ? number->valuedouble : NAN;
}

static void tell_keeps(const cJSON *answer) {
    const cJSON *keep;
    cJSON_ArrayForEach(keep, member(answer, "keep", NULL)) {
        printf("%s stays from %.5g to %.5g", member(keep, "name", NULL)->valuestring,
               number_of(keep, "lowest"), number_of(keep, "highest"));
        double held = number_of(keep, "held");
        if (!isnan(held)) printf("; its limits are kept in %.0f of 100 courses", 100 * held);
        putchar('\n');
    }
}

static int write_answer(const struct session *session, const cJSON *answer) {
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
    printf("cost %.6g instead of %.6g: %.6g less", number_of(cost, "optimum"),
           number_of(cost, "untouched"), number_of(cost, "gain"));
    double low = number_of(cost, "gain_low");
    if (!isnan(low))
        printf(", in nine courses of ten %.6g to %.6g", low, number_of(cost, "gain_high"));
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

// ---- accepted

static double utc_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// What came is compared with this; its band is what the optimum's cost may be by chance.
static cJSON *promise_of(const cJSON *answer, const cJSON *body, double horizon) {
    static const char *const figures[] = {"untouched", "optimum", "gain", "low", "high"};
    cJSON *promise = cJSON_CreateObject();
    const cJSON *set;
    double now = floor(utc_now() * 1000) / 1000;
    cJSON_AddNumberToObject(promise, "from", now);
    cJSON_AddNumberToObject(promise, "to", now + horizon);
    cJSON *sets = cJSON_AddObjectToObject(promise, "set");
    cJSON_ArrayForEach(set, member(answer, "set", NULL)) cJSON_AddNumberToObject(
        sets, member(set, "name", NULL)->valuestring, number_of(set, "value"));
    cJSON_AddItemToObject(promise, "minimise",
                          cJSON_Duplicate(member(body, "minimise", NULL), true));
    for (size_t i = 0; i < ARRAY_LEN(figures); i++)
        if (!isnan(number_of(member(answer, "cost", NULL), figures[i])))
            cJSON_AddNumberToObject(promise, figures[i],
                                    number_of(member(answer, "cost", NULL), figures[i]));
    return promise;
}

static double seconds_of(const cJSON *answer) {
    struct tm at = {0}, until = {0};
    const char *from = member(answer, "at", NULL)->valuestring;
    const char *to = member(answer, "until", NULL)->valuestring;
    strptime(from, "%Y-%m-%dT%H:%M:%S", &at);
    strptime(to, "%Y-%m-%dT%H:%M:%S", &until);
    return difftime(timegm(&until), timegm(&at));
}

// "pump-1/speed" of another twin, "speed" of this one.
static const char *split(const char *name, const char *own, char *id, size_t size) {
    const char *slash = strrchr(name, '/');
    snprintf(id, size, "%.*s", slash ? (int)(slash - name) : (int)strlen(own), slash ? name : own);
    return slash ? slash + 1 : name;
}

static bool accept(struct client *client, const char *own, const cJSON *body, const cJSON *answer,
                   struct err *err) {
    const cJSON *set;
    uint64_t rev = (uint64_t)number_of(answer, "rev");
    bool is_good = true;
    cJSON *promise = promise_of(answer, body, seconds_of(answer));
    cJSON_ArrayForEach(set, member(answer, "set", NULL)) {
        char id[128];
        const char *name = split(member(set, "name", NULL)->valuestring, own, id, sizeof id);
        struct answer done = {0};
        cJSON *patch = cJSON_CreateObject();
        cJSON_AddNumberToObject(patch, name, number_of(set, "value"));
        is_good = is_good && ask(client, "PATCH", id, "/desired", patch, rev, &done, err);
        if (is_good) fprintf(stderr, "%s: %s is desired\n", id, name);
        cJSON_Delete(patch);
        answer_fini(&done);
    }
    cJSON *patch = cJSON_CreateObject();
    struct answer done = {0};
    cJSON_AddItemToObject(patch, ATTRIBUTE, promise);
    is_good = is_good && ask(client, "PATCH", own, "/attributes", patch, 0, &done, err);
    if (is_good)
        fprintf(stderr, "what came of it: twinctl optimise %s --result, in %.0f s\n", own,
                seconds_of(answer));
    cJSON_Delete(patch);
    answer_fini(&done);
    return is_good;
}

// ---- what came of it

// Mean of the field over time, each value until the next.
static bool mean_of(struct client *client, const char *id, const char *field, double from,
                    double to, double *mean, struct err *err) {
    struct buffer part = {0};
    struct answer answer = {0};
    char *escaped = client_escape(field);
    buffer_printf(&part, "/history?fields=%s&from=%.3f&to=%.3f&points=10000", escaped,
                  from - BEFORE_S, to);
    buffer_byte(&part, 0);
    bool is_good = ask(client, "GET", id, (const char *)part.bytes, NULL, 0, &answer, err);
    const cJSON *column = member(member(answer.body, "fields", NULL), field, NULL);
    const cJSON *times = member(column, "time", NULL), *values = member(column, "value", NULL);
    const cJSON *time = times ? times->child : NULL, *value = values ? values->child : NULL;
    double sum = 0, seconds = 0;
    for (; time && value; time = time->next, value = value->next) {
        double begin = fmax(time->valuedouble, from);
        double end = time->next ? time->next->valuedouble : to;
        if (!cJSON_IsNumber(value) || !(end > begin)) continue;
        sum += value->valuedouble * (end - begin);
        seconds += end - begin;
    }
    if (is_good && seconds <= 0)
        is_good = err_set(err, ERR_NOT_FOUND, "%s.%s: nothing was recorded since it was accepted",
                          id, field);
    *mean = sum / seconds;
    answer_fini(&answer);
    buffer_fini(&part);
    free(escaped);
    return is_good;
}

static bool cost_since(struct client *client, const char *own, const cJSON *promise, double to,
                       double *cost, struct err *err) {
    const cJSON *part;
    *cost = 0;
    cJSON_ArrayForEach(part, member(promise, "minimise", NULL)) {
        char id[128];
        double mean;
        const char *field = split(part->string, own, id, sizeof id);
        if (!mean_of(client, id, field, number_of(promise, "from"), to, &mean, err)) return false;
        *cost += part->valuedouble * mean;
    }
    return true;
}

static int write_result(const struct session *session, const cJSON *promise, double cost,
                        double to) {
    double untouched = number_of(promise, "untouched"), gain = untouched - cost;
    double low = untouched - number_of(promise, "high");
    double high = untouched - number_of(promise, "low");
    bool is_over = to >= number_of(promise, "to");
    bool is_in = gain >= low && gain <= high;
    if (session->format != ROWS_TABLE) {
        cJSON *result = cJSON_Duplicate(promise, true);
        cJSON_AddNumberToObject(result, "cost", cost);
        cJSON_AddNumberToObject(result, "came", gain);
        if (!isnan(low)) cJSON_AddNumberToObject(result, "came_low", low);
        if (!isnan(low)) cJSON_AddNumberToObject(result, "came_high", high);
        cJSON_AddBoolToObject(result, "is_over", is_over);
        if (!isnan(low)) cJSON_AddBoolToObject(result, "is_in_band", is_in);
        char *json = cJSON_PrintUnformatted(result);
        puts(json);
        free(json);
        cJSON_Delete(result);
    } else {
        printf("promised %.6g less than %.6g, came %.6g less", number_of(promise, "gain"),
               untouched, gain);
        if (!isnan(low) && is_over)
            printf(": %s the band of %.6g to %.6g", is_in ? "in" : "outside of", low, high);
        printf(is_over ? "\n" : "; %.0f s of %.0f are over\n", to - number_of(promise, "from"),
               number_of(promise, "to") - number_of(promise, "from"));
    }
    return session_written(fflush(stdout) == 0 && !ferror(stdout));
}

static int result(const struct session *session, struct client *client, const char *id) {
    struct err err;
    struct answer twin = {0};
    double cost, to;
    int code;
    bool is_good = ask(client, "GET", id, "", NULL, 0, &twin, &err);
    const cJSON *promise = is_good ? member(twin.body, "attributes", ATTRIBUTE) : NULL;
    if (is_good && !cJSON_IsObject(promise)) {
        err_set(&err, ERR_NOT_FOUND, "no optimum of %s was accepted yet", id);
        is_good = false;
    }
    to = is_good ? fmin(number_of(promise, "to"), utc_now()) : 0;
    if (is_good && cost_since(client, id, promise, to, &cost, &err))
        code = write_result(session, promise, cost, to);
    else
        code = session_failed(&err, "twinctl help optimise");
    answer_fini(&twin);
    return code;
}

static int search(const struct session *session, struct client *client, const struct asked *asked,
                  const cJSON *body) {
    struct err err;
    struct answer answer = {0};
    int code;
    if (!ask(client, "POST", asked->id, "/optimise", body, 0, &answer, &err)) {
        code = session_unanswered(&optimise_verb, false, &err);
    } else {
        code = write_answer(session, answer.body);
        if (asked->is_accepted && !accept(client, asked->id, body, answer.body, &err))
            code = session_unanswered(&optimise_verb, true, &err);
    }
    answer_fini(&answer);
    return code;
}

static bool check_words(const struct asked *asked, struct err *err) {
    if (asked->is_result) return true;
    if (!asked->horizon)
        return err_set(err, ERR_INVALID, "--for is missing: over how long, like --for 1h");
    if (asked->vary.count == 0)
        return err_set(err, ERR_INVALID,
                       "--vary is missing: what may be set, like --vary speed=600..1450");
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
        {.name = "--result", .is_given = &asked.is_result},
    };
    int code;
    bool is_good = arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) &&
                   arguments_end(&argc, argv, 1, 1, &err) && check_words(&asked, &err);
    if (is_good) asked.id = argv[0];
    if (is_good && !asked.is_result) is_good = (body = body_of(&asked, &err)) != NULL;
    if (!is_good)
        code = session_misused(&optimise_verb, &err);
    else if (!(client = client_new(session->url, &err)))
        code = session_unanswered(&optimise_verb, false, &err);
    else
        code = asked.is_result ? result(session, client, asked.id)
                               : search(session, client, &asked, body);
    cJSON_Delete(body);
    client_free(client);
    free(asked.vary.list);
    free(asked.costs.list);
    free(asked.keeps.list);
    return code;
}
