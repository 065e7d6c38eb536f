// Names are resolved here, where the live world is at hand; all else on the archive's second
// worker, so that a long question holds up no history.

#include "push/http_whatif.h"

#include "base/memory.h"
#include "fork/whatif.h"
#include "push/archive.h"
#include "push/document.h"
#include "push/http_twin.h"
#include "push/service.h"
#include "script/duration.h"
#include "store/log.h"
#include "twin/name.h"
#include "twin/snapshot.h"
#include "twin/world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WAITING_MAX 16

struct asking {
    struct reading reading; // first
    struct service *service;
    struct whatif_request request;
    struct buffer json; // made on the worker
};

static bool run(struct reading *reading, struct log *log, struct err *err) {
    struct asking *asking = (struct asking *)reading;
    (void)log; // the source has it
    return whatif_run(&asking->request, &asking->json, err);
}

static void write(struct reading *reading, const struct world *live, struct buffer *json) {
    const struct asking *asking = (const struct asking *)reading;
    (void)live;
    buffer_add(json, asking->json.bytes, asking->json.length);
}

static void free_asking(struct reading *reading) {
    struct asking *asking = (struct asking *)reading;
    asking->service->whatifs_waiting--;
    if (asking->request.snapshot) snapshot_close(asking->request.snapshot);
    whatif_request_fini(&asking->request);
    buffer_fini(&asking->json);
    free(asking);
}

// ---- the body

static bool read_duration(const cJSON *body, const char *name, int64_t most, int64_t *us,
                          struct err *err) {
    const cJSON *item = document_member(body, name);
    if (!item) return true;
    if (!cJSON_IsString(item) || !duration_parse(item->valuestring, us))
        return err_set(err, ERR_INVALID,
                       "'%s' must be " DURATION_FORM ", at least 1 ms and at most 10 years", name);
    return *us <= most || err_set(err, ERR_INVALID, "%s %.20s is longer than %lld days", name,
                                  item->valuestring, (long long)(most / 86400000000));
}

static bool read_at(const struct service *service, const cJSON *body, uint64_t *rev,
                    struct err *err) {
    const cJSON *at = document_member(body, "at");
    *rev = 0;
    if (!at || (cJSON_IsString(at) && strcmp(at->valuestring, "now") == 0)) return true;
    if (!cJSON_IsNumber(at) || !(at->valuedouble >= 1) || floor(at->valuedouble) != at->valuedouble)
        return err_set(err, ERR_INVALID, "'at' must be \"now\" or a revision's number, 1 or more");
    if (at->valuedouble > (double)service->world->rev)
        return err_set(err, ERR_NOT_FOUND, "there is no rev %.0f yet; the newest is %llu",
                       at->valuedouble, (unsigned long long)service->world->rev);
    *rev = (uint64_t)at->valuedouble;
    return true;
}

// "level", or "tank-1/level".
static bool read_name(const struct service *service, const char *text, uint32_t own,
                      uint32_t *number, const char **name, struct err *err) {
    const char *slash = strrchr(text, '/');
    *number = own;
    *name = slash ? slash + 1 : text;
    if (!slash) return true;
    const struct twin *twin = world_find(service->world, text, (size_t)(slash - text));
    if (!twin)
        return err_set(err, ERR_NOT_FOUND, "'%.64s': there is no twin '%.*s'", text,
                       (int)(slash - text > 64 ? 64 : slash - text), text);
    *number = twin->number;
    return true;
}

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
        if (!read_name(service, each->string, own, &to.number, &name, err) ||
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
        if (!read_name(service, each->string, own, &fault.number, &name, err) ||
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
        if (!read_name(service, each->valuestring, request->number, &emit.number, &name, err))
            return err_prefix(err, "emit: ");
        emit.name = xstrdup(each->valuestring);
        emit.field = xstrdup(name);
        request->emits[request->emit_count++] = emit;
    }
    return true;
}

static bool read_samples(const cJSON *body, struct whatif_request *request, struct err *err) {
    uint64_t samples;
    request->samples = -1;
    if (!document_member(body, "samples")) return true;
    if (!document_whole(body, "samples", 0, &samples, err)) return false;
    request->samples = (int)samples;
    return samples <= WHATIF_SAMPLES_MAX ||
           err_set(err, ERR_INVALID, "samples %llu are more than %d", (unsigned long long)samples,
                   WHATIF_SAMPLES_MAX);
}

static bool read_body(const struct service *service, const cJSON *body,
                      struct whatif_request *request, struct err *err) {
    static const char *const names[] = {"at", "horizon", "step", "emit", "samples", "branches"};
    if (!document_check(body, names, ARRAY_LEN(names), "the body", err)) return false;
    if (!document_member(body, "horizon"))
        return err_set(err, ERR_INVALID,
                       "'horizon' is missing: how far ahead to look, " DURATION_FORM);
    return read_at(service, body, &request->rev, err) &&
           read_duration(body, "horizon", WHATIF_HORIZON_MAX, &request->horizon_us, err) &&
           read_duration(body, "step", WHATIF_HORIZON_MAX, &request->step_us, err) &&
           read_samples(body, request, err) && read_emits(service, body, request, err) &&
           read_branches(service, body, request, err);
}

bool http_whatif_post(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    const struct push_options *options = &service->options;
    const struct twin *twin = http_twin_find(service, match, err);
    cJSON *body =
        twin ? document_parse("the body", request->body, request->body_length, err) : NULL;
    if (!body) return false;
    if (!service->foresight)
        err_set(err, ERR_UNAVAILABLE, "the past is not kept by this program");
    else if (service->whatifs_waiting >= WAITING_MAX)
        err_set(err, ERR_TOO_FAST, "%d what-ifs wait already; ask again when they are answered",
                WAITING_MAX);
    if (!service->foresight || service->whatifs_waiting >= WAITING_MAX) {
        cJSON_Delete(body);
        return false;
    }
    struct asking *asking = xcalloc(1, sizeof *asking);
    asking->service = service;
    service->whatifs_waiting++;
    asking->reading = (struct reading){.read = run, .write = write, .free = free_asking};
    asking->request.number = twin->number;
    bool is_good = read_body(service, body, &asking->request, err);
    cJSON_Delete(body);
    if (!is_good) {
        free_asking(&asking->reading);
        return false;
    }
    asking->request.source = (struct fork_source){options->log, options->state, options->call_us};
    asking->request.snapshot = snapshot_open(service->world);
    asking->request.version = service->world->version;
    asking->request.is_ending = &service->is_ending;
    response->cache = "no-store";
    response->later = archive_ask(service->foresight, twin, &asking->reading);
    // Behaviours may look at other twins, so all that the snapshot has must be on disk.
    asking->reading.newest = log_newest(options->log);
    return true;
}
