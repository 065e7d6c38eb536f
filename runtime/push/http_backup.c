// Its length is not known before it ends, so the connection ends with it.

#include "push/http_backup.h"

#include "push/service.h"
#include "push/vault.h"

bool http_backup_get(struct service *service, const struct http_request *request,
                     const struct route_match *match, struct http_response *response,
                     struct err *err) {
    (void)match;
    response->type = "application/octet-stream";
    response->cache = "no-store";
    if (!service->vault)
        return err_set(err, ERR_UNAVAILABLE, "this program keeps nothing that could be backed up");
    return request->is_head || vault_back_up(service->vault, &response->stream, err);
}
