// Names are resolved here, where the live world is at hand.

#include "push/http_whatif.h"

#include "base/memory.h"
#include "fork/whatif.h"
#include "push/document.h"
#include "push/question.h"
#include "push/service.h"
#include "twin/name.h"

#include <math.h>
#include <string.h>

struct asking {
    struct question question; // first
    struct whatif_request request;
};

static bool run(struct question *question, struct err *err) {
    struct asking *asking = (struct asking *)question;
    asking->request.source = question->source;
    asking->request.snapshot = question->snapshot;
    asking->request.version = question->version;
    asking->request.horizon.is_ending = &question->service->is_ending;
    return whatif_run(&asking->request, &question->json, err);
}

static void fini(struct question *question) {
    whatif_request_fini(&((struct asking *)question)->request);
}

// ---- the body

static bool read_sets(const struct service *service, const cJSON *item, uint32_t own,
                      struct whatif_branch *branch, struct err *err) {
    const cJSON *set = document_member(item, "set"), *each;
    if (set && !cJSON_IsObject(set))
        return err_set(err, ERR_INVALID, "'set' must be an object of names and values");
    cJSON_ArrayForEach(each, set) {
        if (branch->set_count == WHATIF_SETS_MAX)
            return err_set(err, ERR_INVALID, "'set' has more than %d names", WHATIF_SETS_MAX);
        struct whatif_set to = {0};
        struct value value;
        const char *name;
        if (!question_name(service, each->string, own, &to.number, &name, err) ||
            !document_value(each, each->string, &value, err))
            return false;
        to.name = xstrdup(name);
        to.value = value_keep(value);
        branch->sets[branch->set_count++] = to;
    }
    return true;
}

static bool read_fault(const cJSON *item, struct whatif_fault *fault, struct err *err) {
    const cJSON *by = cJSON_IsObject(item) ? item->child : NULL;
    const char *word = cJSON_IsString(item) ? item->valuestring : by ? by->string : "";
    bool has_by = cJSON_IsNumber(by) && !by->next && isfinite(by->valuedouble);
    fault->by = has_by ? by->valuedouble : 0;
    if (!by && strcmp(word, "silent") == 0) return fault->fault = SENSOR_SILENT, true;
    if (!by && strcmp(word, "frozen") == 0) return fault->fault = SENSOR_FROZEN, true;
    if (has_by && strcmp(word, "off") == 0) return fault->fault = SENSOR_OFF, true;
    if (has_by && strcmp(word, "noise") == 0 && fault->by >= 0)
        return fault->fault = SENSOR_NOISY, true;
    return err_set(err, ERR_INVALID,
                   "fault of '%.64s' must be \"silent\", \"frozen\", {\"off\": BY} or {\"noise\": "
                   "BY}, not '%.40s'",
                   item->string, word);
}

static bool read_faults(const struct service *service, const cJSON *item, uint32_t own,
                        struct whatif_branch *branch, struct err *err) {
    const cJSON *faults = document_member(item, "faults"), *each;
    if (faults && !cJSON_IsObject(faults))
        return err_set(err, ERR_INVALID, "'faults' must be an object of sensors and their faults");
    cJSON_ArrayForEach(each, faults) {
        if (branch->fault_count == WHATIF_SETS_MAX)
            return err_set(err, ERR_INVALID, "'faults' has more than %d sensors", WHATIF_SETS_MAX);
        struct whatif_fault fault = {0};
        const char *name;
        if (!question_name(service, each->string, own, &fault.number, &name, err) ||
            !read_fault(each, &fault, err))
            return false;
        fault.field = xstrdup(name);
        branch->faults[branch->fault_count++] = fault;
    }
    return true;
}

static bool is_taken(const struct whatif_request *request, const char *name) {
    for (int i = 0; i < request->branch_count - 1; i++)
        if (strcmp(request->branches[i].name, name) == 0) return true;
    return strcmp(name, "untouched") == 0;
}

static bool read_branch(const struct service *service, const cJSON *item,
                        struct whatif_request *request, struct err *err) {
    static const char *const names[] = {"name", "set", "faults"};
    struct whatif_branch *branch = &request->branches[request->branch_count++];
    const char *name = cJSON_IsObject(item) ? document_text(item, "name", err) : NULL;
    if (!cJSON_IsObject(item))
        return err_set(err, ERR_INVALID, "a branch must be an object with a name and what it sets");
    if (!name) return false;
    branch->name = xstrdup(name);
    if (!*name || strlen(name) > FIELD_NAME_MAX || is_taken(request, name))
        return err_set(err, ERR_INVALID,
                       "branch '%.64s': a name of 1 to %d bytes that no other branch has, and not "
                       "'untouched', is needed",
                       name, FIELD_NAME_MAX);
    bool is_good = document_check(item, names, ARRAY_LEN(names), "a branch", err) &&
                   read_sets(service, item, request->number, branch, err) &&
                   read_faults(service, item, request->number, branch, err);
    return is_good || err_prefix(err, "branch '%.40s': ", name);
}

static bool read_branches(const struct service *service, const cJSON *body,
                          struct whatif_request *request, struct err *err) {
    const cJSON *branches = document_member(body, "branches"), *each;
    if (branches && !cJSON_IsArray(branches))
        return err_set(err, ERR_INVALID, "'branches' must be an array");
    if (cJSON_GetArraySize(branches) > WHATIF_BRANCHES_MAX)
        return err_set(err, ERR_INVALID, "%d branches are more than %d",
                       cJSON_GetArraySize(branches), WHATIF_BRANCHES_MAX);
    cJSON_ArrayForEach(each, branches) {
        if (!read_branch(service, each, request, err)) return false;
    }
    return true;
}

static bool read_emits(const struct service *service, const cJSON *body,
                       struct whatif_request *request, struct err *err) {
    const cJSON *emits = document_member(body, "emit"), *each;
    if (emits && !cJSON_IsArray(emits))
        return err_set(err, ERR_INVALID, "'emit' must be an array of names");
    if (cJSON_GetArraySize(emits) > WHATIF_EMIT_MAX)
        return err_set(err, ERR_INVALID, "emit: %d names are more than %d",
                       cJSON_GetArraySize(emits), WHATIF_EMIT_MAX);
    cJSON_ArrayForEach(each, emits) {
        struct whatif_emit emit = {0};
        const char *name;
        if (!cJSON_IsString(each)) return err_set(err, ERR_INVALID, "'emit' must hold names");
        if (!question_name(service, each->valuestring, request->number, &emit.number, &name, err))
            return err_prefix(err, "emit: ");
        emit.name = xstrdup(each->valuestring);
        emit.field = xstrdup(name);
        request->emits[request->emit_count++] = emit;
    }
    return true;
}

static bool read_body(struct question *question, const cJSON *body, struct err *err) {
    static const char *const names[] = {"at",       "horizon", "step", "emit", "samples",
                                        "branches", "id",      "op",   "twin"}; // of a message
    const struct service *service = question->service;
    struct whatif_request *request = &((struct asking *)question)->request;
    request->number = question->number; // that names without a twin are of
    return document_check(body, names, ARRAY_LEN(names), "the body", err) &&
           question_at(service, body, &request->rev, err) &&
           question_horizon(body, &request->horizon, err) &&
           question_samples(body, WHATIF_SAMPLES_MAX, &request->samples, err) &&
           read_emits(service, body, request, err) && read_branches(service, body, request, err);
}

static const struct question_kind kind = {sizeof(struct asking), read_body, run, fini, NULL};

struct later *http_whatif_ask(struct service *service, const struct twin *twin, const cJSON *body,
                              const struct actor *actor, struct err *err) {
    return question_ask(service, twin, &kind, body, actor, err);
}

bool http_whatif_post(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    return question_post(service, request, match, &kind, response, err);
}
