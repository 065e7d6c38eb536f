// The one table that says which paths there are, what may be done with them, and who does it.

#ifndef PUSH_ROUTE_H
#define PUSH_ROUTE_H

#include "push/http.h"

#include <stdbool.h>
#include <stddef.h>

struct service;

struct route_match { // what a path has where its pattern has {name}
    struct route_part {
        char text[160]; // longer ones match nothing
        size_t length;
    } parts[3];
    int count;
};

// Fills the response. False with a reason: the response becomes that problem.
typedef bool route_handler(struct service *service, const struct http_request *request,
                           const struct route_match *match, struct http_response *response,
                           struct err *err);

struct route {
    enum http_method method;
    const char *pattern; // "/api/v1/twins/{id}": {id} stands for one segment
    route_handler *handler;
    const char *summary;
};

int route_count(void);
const struct route *route_at(int index); // routes of one path stand together, or not

// Finds the handler and runs it; the response is complete when this returns.
void route_dispatch(struct service *service, const struct http_request *request,
                    struct http_response *response);

#endif
