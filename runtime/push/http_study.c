#include "push/http_study.h"

#include "base/err.h"
#include "base/json.h"
#include "fork/study.h"
#include "push/service.h"

#include <stdio.h>
#include <stdlib.h>

bool http_study_list(struct service *service, const struct http_request *request,
                     const struct route_match *match, struct http_response *response,
                     struct err *err) {
    (void)request, (void)match, (void)err;
    response->cache = "no-store";
    json_open(&response->body, '{');
    json_key(&response->body, "studies");
    json_open(&response->body, '[');
    for (struct study *study = service->studies.first; study; study = study->next)
        study_write(study, &response->body);
    json_close(&response->body, ']');
    json_close(&response->body, '}');
    return true;
}

static struct study *find(const struct service *service, const struct route_match *match,
                          struct err *err) {
    const char *text = match->parts[0].text;
    char *end;
    uint64_t id = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    struct study *study = id && !*end ? studies_find(&service->studies, id) : NULL;
    if (!study)
        err_set(err, ERR_NOT_FOUND,
                "there is no study %.20s: the newest %d that have ended are kept, until a restart",
                text, STUDIES_KEPT);
    return study;
}

bool http_study_get(struct service *service, const struct http_request *request,
                    const struct route_match *match, struct http_response *response,
                    struct err *err) {
    (void)request;
    struct study *study = find(service, match, err);
    response->cache = "no-store";
    if (study) study_write(study, &response->body);
    return study;
}

bool http_study_stop(struct service *service, const struct http_request *request,
                     const struct route_match *match, struct http_response *response,
                     struct err *err) {
    (void)request;
    struct study *study = find(service, match, err);
    response->status = 204;
    if (study) study_stop(study);
    return study;
}

bool http_study_start(struct service *service, struct study *owned, struct http_response *response,
                      struct err *err) {
    if (!studies_start(&service->studies, owned, err)) return false;
    response->status = 202;
    response->cache = "no-store";
    snprintf(response->location, sizeof response->location, "/api/v1/studies/%llu",
             (unsigned long long)owned->id);
    study_write(owned, &response->body);
    return true;
}
