// POST /api/v1/replay?from=REV&to=REV&from_time=TIME&to_time=TIME&model=NAME&bisect=TEXT&speed=X
//
// Starts a replay of the log (fork/replay.h) as a study. Without an end it reaches to the newest
// revision, and its last state is compared with live memory as it stands now. `bisect` is a breach
// (fork/invariant.h): the replay ends at the first revision after which it is so. `speed` keeps the
// pace of the record, so many times as fast.

#ifndef PUSH_HTTP_REPLAY_H
#define PUSH_HTTP_REPLAY_H

#include "push/route.h"

route_handler http_replay_post;

#endif
