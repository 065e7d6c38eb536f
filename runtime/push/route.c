// Patterns are few, so they are tried one after the other. What is in none of them and not under
// /api is a file of the page.

#include "push/route.h"

#include "push/http_adoption.h"
#include "push/http_alarm.h"
#include "push/http_amend.h"
#include "push/http_audit.h"
#include "push/http_backup.h"
#include "push/http_command.h"
#include "push/http_commission.h"
#include "push/http_doctor.h"
#include "push/http_events.h"
#include "push/http_explain.h"
#include "push/http_file.h"
#include "push/http_history.h"
#include "push/http_import.h"
#include "push/http_openapi.h"
#include "push/http_optimise.h"
#include "push/http_past.h"
#include "push/http_prompt.h"
#include "push/http_replay.h"
#include "push/http_retry.h"
#include "push/http_samples.h"
#include "push/http_status.h"
#include "push/http_study.h"
#include "push/http_trial.h"
#include "push/http_twin.h"
#include "push/http_version.h"
#include "push/http_whatif.h"

#include <string.h>

static const struct route routes[] = {
    {HTTP_GET, "/api/v1/twins", http_twin_list,
     "twins, a page; ?model= &where= &fields= &limit= &cursor="},
    {HTTP_POST, "/api/v1/twins/import", http_import_post,
     "twins by CSV or NDJSON; ?dry_run=true says what would be done"},
    {HTTP_GET, "/api/v1/twins/{id}", http_twin_get, "a twin as it stands; ?rev= or ?at= as it was"},
    {HTTP_PUT, "/api/v1/twins/{id}", http_twin_put,
     "makes a twin, or replaces what the body has of it"},
    {HTTP_DELETE, "/api/v1/twins/{id}", http_twin_delete,
     "retires a twin; its history stays until retention"},
    {HTTP_PATCH, "/api/v1/twins/{id}/desired", http_twin_patch_desired,
     "what its properties should be, a merge-patch; If-Match"},
    {HTTP_PATCH, "/api/v1/twins/{id}/attributes", http_commission_attributes,
     "its attributes, a merge-patch"},
    {HTTP_PUT, "/api/v1/twins/{id}/lifecycle", http_commission_lifecycle,
     "where it is in its life"},
    {HTTP_POST, "/api/v1/twins/{id}/replace", http_commission_replace,
     "a new part is in its place: what wears begins anew"},
    {HTTP_PUT, "/api/v1/twins/{id}/relationships/{name}/{other}", http_commission_link,
     "links it to another twin"},
    {HTTP_DELETE, "/api/v1/twins/{id}/relationships/{name}/{other}", http_commission_unlink,
     "takes a link away"},
    {HTTP_GET, "/api/v1/adoptions", http_adoption_list,
     "ids that devices send under and that nothing may create"},
    {HTTP_GET, "/api/v1/twins/{id}/history", http_history_get,
     "what its fields were; ?fields= &from= &to= &points="},
    {HTTP_GET, "/api/v1/series", http_history_series, "the same of many twins; ?sel= &fields="},
    {HTTP_POST, "/api/v1/series", http_samples_post,
     "a recorded past, as its devices would have sent it; NDJSON"},
    {HTTP_GET, "/api/v1/twins/{id}/revisions", http_past_revisions,
     "its revisions; ?from= &limit="},
    {HTTP_GET, "/api/v1/twins/{id}/explain", http_explain_get,
     "how a value came about; ?rev= &field="},
    {HTTP_GET, "/api/v1/twins/{id}/predictions", http_twin_predictions,
     "its forecasts, with their records"},
    {HTTP_POST, "/api/v1/twins/{id}/retry", http_retry_post, "runs again what a script failed at"},
    {HTTP_POST, "/api/v1/twins/{id}/whatif", http_whatif_post, "branches of its future"},
    {HTTP_POST, "/api/v1/twins/{id}/optimise", http_optimise_post,
     "the set-points that cost least over what comes"},
    {HTTP_POST, "/api/v1/twins/{id}/amend", http_amend_post, "corrects a sample of its past"},
    {HTTP_POST, "/api/v1/twins/{id}/repl", http_prompt_post, "a Lua prompt on a copy of it"},
    {HTTP_GET, "/api/v1/twins/{id}/commands", http_command_list, "commands that it was given"},
    {HTTP_GET, "/api/v1/twins/{id}/commands/{command}", http_command_get, "what became of one"},
    {HTTP_POST, "/api/v1/twins/{id}/commands/{command}", http_command_post,
     "gives one, by its name"},
    {HTTP_GET, "/api/v1/alarms", http_alarm_list, "alarms; ?state= &model="},
    {HTTP_POST, "/api/v1/alarms/{alarm}/ack", http_alarm_ack, "says that somebody has seen it"},
    {HTTP_GET, "/api/v1/events", http_events_get,
     "what happens, as Server-Sent Events; ?twin= &kind= &since="},
    {HTTP_GET, "/api/v1/audit", http_audit_get, "who changed what; ?twin= &actor= &from= &to="},
    {HTTP_GET, "/api/v1/backup", http_backup_get, "all of it, as one stream"},
    {HTTP_GET, "/api/v1/doctor", http_doctor_get, "what was found of all that is stored"},
    {HTTP_POST, "/api/v1/doctor", http_doctor_post, "begins to examine what is stored"},
    {HTTP_GET, "/api/v1/models", http_status_models, "what each model has"},
    {HTTP_GET, "/api/v1/info", http_status_info, "addresses, version, how many twins"},
    {HTTP_GET, "/api/v1/state", http_status_state, "hash of the state of all twins"},
    {HTTP_GET, "/api/v1/versions", http_version_list, "versions of models and scripts"},
    {HTTP_POST, "/api/v1/versions", http_version_upload, "uploads one"},
    {HTTP_GET, "/api/v1/versions/{version}", http_version_files, "its files"},
    {HTTP_POST, "/api/v1/versions/{version}/check", http_version_check,
     "loads it beside the one that serves"},
    {HTTP_POST, "/api/v1/versions/{version}/promote", http_version_promote,
     "lets it serve; {\"canary\": 5}: for some twins first"},
    {HTTP_POST, "/api/v1/versions/{version}/shadow", http_trial_shadow,
     "runs it beside the live one for a while"},
    {HTTP_POST, "/api/v1/versions/{version}/test", http_trial_test, "runs it on the recorded past"},
    {HTTP_POST, "/api/v1/rollback", http_version_rollback, "the version before serves again"},
    {HTTP_POST, "/api/v1/replay", http_replay_post, "runs the log again and compares"},
    {HTTP_GET, "/api/v1/studies", http_study_list, "replays, shadows and trials"},
    {HTTP_GET, "/api/v1/studies/{study}", http_study_get,
     "one, with how far it is or what it found"},
    {HTTP_DELETE, "/api/v1/studies/{study}", http_study_stop, "stops one"},
    {HTTP_GET, "/openapi.json", http_openapi_get, "this"},
    {HTTP_GET, "/metrics", http_status_metrics, "figures for Prometheus"},
    {HTTP_GET, "/healthz", http_status_health, "that it lives"},
    {HTTP_GET, "/readyz", http_status_ready, "that it takes inputs"},
};

static bool matches(const char *pattern, const char *path, struct route_match *match) {
    match->count = 0;
    while (*pattern && *path) {
        if (*pattern != '{') {
            if (*pattern++ != *path++) return false;
            continue;
        }
        struct route_part *part = &match->parts[match->count++];
        part->length = strcspn(path, "/");
        if (part->length == 0 || part->length >= sizeof part->text) return false;
        memcpy(part->text, path, part->length);
        part->text[part->length] = 0;
        path += part->length;
        pattern += strcspn(pattern, "}") + 1;
    }
    return *pattern == 0 && *path == 0;
}

int route_count(void) {
    return ARRAY_LEN(routes);
}

const struct route *route_at(int index) {
    return &routes[index];
}

static bool is_foreign(const struct http_request *request) {
    return !http_is_safe(request->method) && request->origin[0] &&
           !http_is_same_origin(request->origin, request->host);
}

static bool refuse(const struct http_request *request, unsigned allow,
                   struct http_response *response, struct err *err) {
    response->allow = allow;
    if (allow)
        return err_set(err, ERR_METHOD, "%s does not have this method; Allow says which it has",
                       request->path);
    return err_set(err, ERR_NOT_FOUND, "there is nothing at %.200s", request->path);
}

static bool dispatch(struct service *service, const struct http_request *request,
                     struct http_response *response, struct err *err) {
    unsigned allow = 0;
    if (is_foreign(request))
        return err_set(err, ERR_FORBIDDEN,
                       "a page of %.100s may not write to %.100s: only one of the same origin may",
                       request->origin, request->host);
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        struct route_match match;
        if (!matches(routes[i].pattern, request->path, &match)) continue;
        if (routes[i].method == request->method)
            return routes[i].handler(service, request, &match, response, err);
        allow |= routes[i].method;
    }
    if (allow || strncmp(request->path, "/api/", 5) == 0)
        return refuse(request, allow, response, err);
    if (request->method != HTTP_GET) return refuse(request, HTTP_GET, response, err);
    return http_file_get(service, request, response, err);
}

void route_dispatch(struct service *service, const struct http_request *request,
                    struct http_response *response) {
    struct err err = {0};
    response->status = 200;
    response->type = "application/json";
    response->cache = "no-cache";
    if (!dispatch(service, request, response, &err)) http_problem(response, &err);
}
