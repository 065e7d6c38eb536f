// A stored version on trial (fork/trial.h), as a study:
//
// POST /api/v1/versions/{v}/shadow?for=5m   beside the live world from now on, so long
// POST /api/v1/versions/{v}/test?from=REV&to=REV&from_time=TIME&to_time=TIME   on the recorded past

#ifndef PUSH_HTTP_TRIAL_H
#define PUSH_HTTP_TRIAL_H

#include "push/route.h"

route_handler http_trial_shadow, http_trial_test;

#endif
