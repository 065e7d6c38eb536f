// GET and POST /twins/{id}/commands.

#ifndef PUSH_HTTP_COMMAND_H
#define PUSH_HTTP_COMMAND_H

#include "push/route.h"

// GET /twins/{id}/commands: those that have not ended and the last that have, oldest first.
route_handler http_command_list;
// GET /twins/{id}/commands/{number}
route_handler http_command_get;
// POST /twins/{id}/commands/{name}: 202 with the command's id, once it is on disk.
route_handler http_command_post;

#endif
