// Tells the system, over HTTP, what stands where: PUT /api/v1/twins/{id} with model and
// relationships.

#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include <stdbool.h>

struct err;
struct plant;

// `http` is HOST:PORT or http://HOST:PORT. Waits some seconds for a server that is only starting.
bool wire_plant(const char *http, const struct plant *plant, struct err *err);

#endif
