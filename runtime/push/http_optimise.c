#include "push/http_optimise.h"

#include "base/memory.h"
#include "fork/optimum.h"
#include "push/document.h"
#include "push/question.h"
#include "push/service.h"

#include <math.h>

struct optimising {
    struct question question; // first
    struct optimum_request request;
};

static bool run(struct question *question, struct err *err) {
    struct optimising *optimising = (struct optimising *)question;
    optimising->request.source = question->source;
    optimising->request.snapshot = question->snapshot;
    optimising->request.version = question->version;
    optimising->request.horizon.is_ending = &question->service->is_ending;
    return optimum_run(&optimising->request, &question->json, err);
}

static void fini(struct question *question) {
    optimum_request_fini(&((struct optimising *)question)->request);
}

// ---- the body

// [low, high]; where `may_be_open` an end may be null.
static bool read_range(const cJSON *item, const char *member, bool may_be_open, double *low,
                       double *high, struct err *err) {
    const cJSON *first = cJSON_IsArray(item) ? item->child : NULL;
    const cJSON *second = first ? first->next : NULL;
    bool is_whole = second && !second->next;
    bool is_low = is_whole && (cJSON_IsNumber(first) || (may_be_open && cJSON_IsNull(first)));
    bool is_high = is_whole && (cJSON_IsNumber(second) || (may_be_open && cJSON_IsNull(second)));
    if (is_low && is_high) {
        *low = cJSON_IsNumber(first) ? first->valuedouble : -INFINITY;
        *high = cJSON_IsNumber(second) ? second->valuedouble : INFINITY;
        if (*low < *high) return true;
    }
    return err_set(err, ERR_INVALID, "%s '%.64s' must be a range, like [0.5, 2]%s", member,
                   item->string, may_be_open ? "; an end may be null" : "");
}

static const cJSON *object_of(const cJSON *body, const char *name, int most, struct err *err) {
    const cJSON *object = document_member(body, name);
    if (object && !cJSON_IsObject(object))
        return err_set(err, ERR_INVALID, "'%s' must be an object of names", name), NULL;
    if (cJSON_GetArraySize(object) > most)
        return err_set(err, ERR_INVALID, "'%s' has %d names, the limit is %d", name,
                       cJSON_GetArraySize(object), most),
               NULL;
    return object;
}

static bool read_vary(const struct service *service, const cJSON *body,
                      struct optimum_request *request, struct err *err) {
    const cJSON *each, *vary;
    if (!document_member(body, "vary"))
        return err_set(err, ERR_INVALID,
                       "'vary' is missing: what may be set, like {\"speed\": [600, 1450]}");
    if (!(vary = object_of(body, "vary", MINIMISE_NUMBERS, err))) return false;
    if (!vary->child) return err_set(err, ERR_INVALID, "'vary' names nothing");
    cJSON_ArrayForEach(each, vary) {
        struct optimum_set set = {0};
        const char *field;
        if (!question_name(service, each->string, request->number, &set.number, &field, err) ||
            !read_range(each, "vary", false, &set.low, &set.high, err))
            return false;
        set.name = xstrdup(each->string);
        set.field = xstrdup(field);
        request->sets[request->set_count++] = set;
    }
    return true;
}

static bool add_cost(const struct service *service, const char *name, double weight,
                     struct optimum_request *request, struct err *err) {
    struct optimum_cost cost = {.weight = weight};
    const char *field;
    if (!question_name(service, name, request->number, &cost.number, &field, err)) return false;
    cost.name = xstrdup(name);
    cost.field = xstrdup(field);
    request->costs[request->cost_count++] = cost;
    return true;
}

static bool read_cost(const struct service *service, const cJSON *body,
                      struct optimum_request *request, struct err *err) {
    const cJSON *cost = document_member(body, "minimise"), *each;
    if (!cost)
        return err_set(err, ERR_INVALID,
                       "'minimise' is missing: what it costs, a name or {\"NAME\": WEIGHT}");
    if (cJSON_IsString(cost)) return add_cost(service, cost->valuestring, 1, request, err);
    if (!(cost = object_of(body, "minimise", OPTIMUM_COSTS_MAX, err))) return false;
    if (!cost->child) return err_set(err, ERR_INVALID, "'minimise' names nothing");
    cJSON_ArrayForEach(each, cost) {
        if (!cJSON_IsNumber(each))
            return err_set(err, ERR_INVALID, "minimise '%.64s' must be a number, its weight",
                           each->string);
        if (!add_cost(service, each->string, each->valuedouble, request, err)) return false;
    }
    return true;
}

static bool read_keep(const struct service *service, const cJSON *body,
                      struct optimum_request *request, struct err *err) {
    const cJSON *keeps, *each;
    if (!document_member(body, "keep")) return true;
    if (!(keeps = object_of(body, "keep", OPTIMUM_KEEPS_MAX, err))) return false;
    cJSON_ArrayForEach(each, keeps) {
        struct optimum_keep keep = {0};
        const char *field;
        if (!question_name(service, each->string, request->number, &keep.number, &field, err) ||
            !read_range(each, "keep", true, &keep.low, &keep.high, err))
            return false;
        keep.name = xstrdup(each->string);
        keep.field = xstrdup(field);
        request->keeps[request->keep_count++] = keep;
    }
    return true;
}

static bool read_body(struct question *question, const cJSON *body, struct err *err) {
    static const char *const names[] = {"horizon", "step", "samples", "vary", "minimise", "keep"};
    const struct service *service = question->service;
    struct optimum_request *request = &((struct optimising *)question)->request;
    request->number = question->number; // that names without a twin are of
    return document_check(body, names, ARRAY_LEN(names), "the body", err) &&
           question_horizon(body, &request->horizon, err) &&
           question_samples(body, OPTIMUM_SAMPLES_MAX, &request->samples, err) &&
           read_vary(service, body, request, err) && read_cost(service, body, request, err) &&
           read_keep(service, body, request, err);
}

static const struct question_kind kind = {sizeof(struct optimising), read_body, run, fini, NULL};

struct later *http_optimise_ask(struct service *service, const struct twin *twin, const cJSON *body,
                                const struct actor *actor, struct err *err) {
    return question_ask(service, twin, &kind, body, actor, err);
}

bool http_optimise_post(struct service *service, const struct http_request *request,
                        const struct route_match *match, struct http_response *response,
                        struct err *err) {
    return question_post(service, request, match, &kind, response, err);
}
