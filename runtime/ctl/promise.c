#include "ctl/promise.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ATTRIBUTE "optimised"
#define BEFORE_S 60.0 // of the history, for what was so when it was accepted

double promise_number(const cJSON *object, const char *name) {
    const cJSON *number = member(object, name, NULL);
    return cJSON_IsNumber(number) ? number->valuedouble : NAN;
}

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
        sets, member(set, "name", NULL)->valuestring, promise_number(set, "value"));
    cJSON_AddItemToObject(promise, "minimise",
                          cJSON_Duplicate(member(body, "minimise", NULL), true));
    for (size_t i = 0; i < ARRAY_LEN(figures); i++)
        if (!isnan(promise_number(member(answer, "cost", NULL), figures[i])))
            cJSON_AddNumberToObject(promise, figures[i],
                                    promise_number(member(answer, "cost", NULL), figures[i]));
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

// {"pump-1": {"speed": 900}}: what is desired of each twin.
static cJSON *wishes_of(const cJSON *answer, const char *own) {
    cJSON *wishes = cJSON_CreateObject();
    const cJSON *set;
    cJSON_ArrayForEach(set, member(answer, "set", NULL)) {
        char id[128];
        const char *name = split(member(set, "name", NULL)->valuestring, own, id, sizeof id);
        cJSON *wish = cJSON_GetObjectItemCaseSensitive(wishes, id);
        if (!wish) wish = cJSON_AddObjectToObject(wishes, id);
        cJSON_AddNumberToObject(wish, name, promise_number(set, "value"));
    }
    return wishes;
}

// All of a twin at once: a second change would be refused as one that came after `rev`.
static bool desire(struct client *client, const cJSON *wish, uint64_t rev, struct err *err) {
    struct answer done = {0};
    bool is_good =
        client_ask_twin(client, "PATCH", wish->string, "/desired", wish, rev, &done, err);
    for (const cJSON *each = wish->child; each && is_good; each = each->next)
        fprintf(stderr, "%s: %s is desired\n", wish->string, each->string);
    answer_fini(&done);
    return is_good;
}

bool promise_accept(struct client *client, const char *own, const cJSON *body, const cJSON *answer,
                    struct err *err) {
    bool is_good = true;
    cJSON *promise = promise_of(answer, body, seconds_of(answer));
    cJSON *wishes = wishes_of(answer, own);
    for (const cJSON *wish = wishes->child; wish && is_good; wish = wish->next)
        is_good = desire(client, wish, (uint64_t)promise_number(answer, "rev"), err);
    cJSON_Delete(wishes);
    cJSON *patch = cJSON_CreateObject();
    struct answer done = {0};
    cJSON_AddItemToObject(patch, ATTRIBUTE, promise);
    is_good = is_good && client_ask_twin(client, "PATCH", own, "/attributes", patch, 0, &done, err);
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
    bool is_good =
        client_ask_twin(client, "GET", id, (const char *)part.bytes, NULL, 0, &answer, err);
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
        if (!mean_of(client, id, field, promise_number(promise, "from"), to, &mean, err))
            return false;
        *cost += part->valuedouble * mean;
    }
    return true;
}

static int write_result(const struct session *session, const cJSON *promise, double cost, double to,
                        bool *is_kept) {
    double untouched = promise_number(promise, "untouched"), gain = untouched - cost;
    double low = untouched - promise_number(promise, "high");
    double high = untouched - promise_number(promise, "low");
    bool is_over = to >= promise_number(promise, "to");
    bool is_in = gain >= low && gain <= high;
    if (is_kept) *is_kept = is_in;
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
        printf("promised %.6g less than %.6g, came %.6g less", promise_number(promise, "gain"),
               untouched, gain);
        if (!isnan(low) && is_over)
            printf(": %s the band of %.6g to %.6g", is_in ? "in" : "outside of", low, high);
        printf(is_over ? "\n" : "; %.0f s of %.0f are over\n", to - promise_number(promise, "from"),
               promise_number(promise, "to") - promise_number(promise, "from"));
    }
    return session_written(fflush(stdout) == 0 && !ferror(stdout));
}

int promise_result(const struct session *session, struct client *client, const char *id,
                   bool *is_kept) {
    struct err err;
    struct answer twin = {0};
    double cost, to;
    int code;
    bool is_good = client_ask_twin(client, "GET", id, "", NULL, 0, &twin, &err);
    const cJSON *promise = is_good ? member(twin.body, "attributes", ATTRIBUTE) : NULL;
    if (is_good && !cJSON_IsObject(promise)) {
        err_set(&err, ERR_NOT_FOUND, "no optimum of %s was accepted yet", id);
        is_good = false;
    }
    to = is_good ? fmin(promise_number(promise, "to"), utc_now()) : 0;
    if (is_good && cost_since(client, id, promise, to, &cost, &err))
        code = write_result(session, promise, cost, to, is_kept);
    else
        code = session_failed(&err, "twinctl help optimise");
    answer_fini(&twin);
    return code;
}
