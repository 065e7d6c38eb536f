// The clinic's words, as they are.

#include "push/http_doctor.h"

#include "push/clinic.h"
#include "push/service.h"

static bool has_clinic(const struct service *service, struct err *err) {
    return service->clinic ||
           err_set(err, ERR_UNAVAILABLE, "this program keeps nothing that could be examined");
}

bool http_doctor_get(struct service *service, const struct http_request *request,
                     const struct route_match *match, struct http_response *response,
                     struct err *err) {
    (void)request, (void)match;
    response->cache = "no-store";
    if (!has_clinic(service, err)) return false;
    clinic_write(service->clinic, &response->body);
    return true;
}

bool http_doctor_post(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    (void)request, (void)match;
    response->cache = "no-store";
    if (!has_clinic(service, err) || !clinic_begin(service->clinic, err)) return false;
    response->status = 202;
    clinic_write(service->clinic, &response->body);
    return true;
}
