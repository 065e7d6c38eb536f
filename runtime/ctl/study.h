// What twinctl starts in a running twind and waits for: a study, with its progress.

#ifndef CTL_STUDY_H
#define CTL_STUDY_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct answer;
struct client;
struct err;

// Starts the study that a POST to `path` makes and follows it to its end, telling `progress` of
// each look at it; Ctrl-C stops it and takes what it has found so far. `final` is the study at its
// end, the caller's. False when it could not start, or failed.
bool study_follow(struct client *client, const char *path, const char *body,
                  void (*progress)(const cJSON *study), struct answer *final, struct err *err);

// Members of a study, and of objects in it: 0 and "" when they are not there.
double study_number(const cJSON *object, const char *name);
const char *study_text(const cJSON *object, const char *name);

// One line over the last one, on standard error, when that is a terminal; NULL clears it.
void study_tell(const char *line);

#endif
