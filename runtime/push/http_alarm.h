// /api/v1/alarms: GET ?state=active|all&model=NAME&limit=100&cursor=N answers {"alarms": [...],
// "cursor": "..."}, paged like twins; `all` has those too that are over. POST /alarms/{id}/ack
// answers the alarm; an id is TWIN.ALARM, the last dot divides.

#ifndef PUSH_HTTP_ALARM_H
#define PUSH_HTTP_ALARM_H

#include "push/route.h"

route_handler http_alarm_list, http_alarm_ack;

#endif
