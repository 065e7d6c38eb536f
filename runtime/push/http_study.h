// Studies: work on forks that takes its time (fork/study.h).
//
// GET /api/v1/studies lists them, newest first; GET /api/v1/studies/{id} tells one, with how far it
// is or what it found; DELETE stops it. Each is started by a request of its own, which answers 202
// and the study:
//
// POST /api/v1/replay?from=&to=&from_time=&to_time=&model=&bisect=&speed=

#ifndef PUSH_HTTP_STUDY_H
#define PUSH_HTTP_STUDY_H

#include "push/route.h"

struct study;

route_handler http_study_list, http_study_get, http_study_stop;

// Starts it and answers 202.
bool http_study_start(struct service *service, struct study *owned, struct http_response *response,
                      struct err *err);

#endif
