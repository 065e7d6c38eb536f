// What would come, for people and for programs: the answer of what-if.

#ifndef CTL_OUTLOOK_H
#define CTL_OUTLOOK_H

#include <cjson/cJSON.h>

struct session;

// A single field is drawn, several are told in a table; for programs each branch, field and time is
// a row. Alarms that would come go to standard error. The code to exit with.
int outlook_write(const struct session *session, const cJSON *answer);

#endif
