// Patterns are few, so they are tried one after the other. What is in none of them and not under
// /api is a file of the page.

#include "push/route.h"

#include "push/http_adoption.h"
#include "push/http_alarm.h"
#include "push/http_audit.h"
#include "push/http_backup.h"
#include "push/http_command.h"
#include "push/http_commission.h"
#include "push/http_doctor.h"
#include "push/http_explain.h"
#include "push/http_file.h"
#include "push/http_history.h"
#include "push/http_import.h"
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

struct route {
    enum http_method method;
    const char *pattern; // {} stands for one segment
    route_handler *handler;
};

static const struct route routes[] = {
    {HTTP_GET, "/api/v1/twins", http_twin_list},
    {HTTP_POST, "/api/v1/twins/import", http_import_post},
    {HTTP_GET, "/api/v1/twins/{}", http_twin_get},
    {HTTP_PUT, "/api/v1/twins/{}", http_twin_put},
    {HTTP_DELETE, "/api/v1/twins/{}", http_twin_delete},
    {HTTP_PATCH, "/api/v1/twins/{}/desired", http_twin_patch_desired},
    {HTTP_PATCH, "/api/v1/twins/{}/attributes", http_commission_attributes},
    {HTTP_PUT, "/api/v1/twins/{}/lifecycle", http_commission_lifecycle},
    {HTTP_POST, "/api/v1/twins/{}/replace", http_commission_replace},
    {HTTP_PUT, "/api/v1/twins/{}/relationships/{}/{}", http_commission_link},
    {HTTP_DELETE, "/api/v1/twins/{}/relationships/{}/{}", http_commission_unlink},
    {HTTP_GET, "/api/v1/adoptions", http_adoption_list},
    {HTTP_GET, "/api/v1/twins/{}/history", http_history_get},
    {HTTP_GET, "/api/v1/series", http_history_series},
    {HTTP_POST, "/api/v1/series", http_samples_post},
    {HTTP_GET, "/api/v1/twins/{}/revisions", http_past_revisions},
    {HTTP_GET, "/api/v1/twins/{}/explain", http_explain_get},
    {HTTP_GET, "/api/v1/twins/{}/predictions", http_twin_predictions},
    {HTTP_POST, "/api/v1/twins/{}/retry", http_retry_post},
    {HTTP_POST, "/api/v1/twins/{}/whatif", http_whatif_post},
    {HTTP_POST, "/api/v1/twins/{}/optimise", http_optimise_post},
    {HTTP_POST, "/api/v1/twins/{}/repl", http_prompt_post},
    {HTTP_GET, "/api/v1/twins/{}/commands", http_command_list},
    {HTTP_GET, "/api/v1/twins/{}/commands/{}", http_command_get},
    {HTTP_POST, "/api/v1/twins/{}/commands/{}", http_command_post},
    {HTTP_GET, "/api/v1/alarms", http_alarm_list},
    {HTTP_POST, "/api/v1/alarms/{}/ack", http_alarm_ack},
    {HTTP_GET, "/api/v1/audit", http_audit_get},
    {HTTP_GET, "/api/v1/backup", http_backup_get},
    {HTTP_GET, "/api/v1/doctor", http_doctor_get},
    {HTTP_POST, "/api/v1/doctor", http_doctor_post},
    {HTTP_GET, "/api/v1/models", http_status_models},
    {HTTP_GET, "/api/v1/info", http_status_info},
    {HTTP_GET, "/api/v1/state", http_status_state},
    {HTTP_GET, "/api/v1/versions", http_version_list},
    {HTTP_POST, "/api/v1/versions", http_version_upload},
    {HTTP_GET, "/api/v1/versions/{}", http_version_files},
    {HTTP_POST, "/api/v1/versions/{}/check", http_version_check},
    {HTTP_POST, "/api/v1/versions/{}/promote", http_version_promote},
    {HTTP_POST, "/api/v1/versions/{}/shadow", http_trial_shadow},
    {HTTP_POST, "/api/v1/versions/{}/test", http_trial_test},
    {HTTP_POST, "/api/v1/rollback", http_version_rollback},
    {HTTP_POST, "/api/v1/replay", http_replay_post},
    {HTTP_GET, "/api/v1/studies", http_study_list},
    {HTTP_GET, "/api/v1/studies/{}", http_study_get},
    {HTTP_DELETE, "/api/v1/studies/{}", http_study_stop},
    {HTTP_GET, "/metrics", http_status_metrics},
    {HTTP_GET, "/healthz", http_status_health},
    {HTTP_GET, "/readyz", http_status_ready},
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
        pattern += 2;
    }
    return *pattern == 0 && *path == 0;
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
