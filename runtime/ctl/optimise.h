// twinctl optimise: which set-points cost least, and what came of it.

#ifndef CTL_OPTIMISE_H
#define CTL_OPTIMISE_H

#include <cjson/cJSON.h>

struct session;

extern const struct verb optimise_verb;

// The answer of /optimise; the code to exit with.
int optimise_write(const struct session *session, const cJSON *answer);

#endif
