// What the program says of itself.
//
//   /api/v1/models  {"models": [...]} (model_json.h)
//   /api/v1/info    {"coap","http","version","epoch","rev","durable","twins"}
//   /api/v1/state   {"rev","hash"}: equal states of the world have equal hashes; it encodes every
//                   twin, so it is for tests and backups, not for polling
//   /metrics        Prometheus text; /healthz: it runs; /readyz: 503 while nothing can be stored

#ifndef PUSH_HTTP_STATUS_H
#define PUSH_HTTP_STATUS_H

#include "push/route.h"

route_handler http_status_models, http_status_info, http_status_state, http_status_metrics,
    http_status_health, http_status_ready;

#endif
