// A version on trial in a running twind: beside the live world, or on the recorded past.

#ifndef CTL_TRIAL_H
#define CTL_TRIAL_H

#include <stdbool.h>

struct client;
struct err;
struct script_files;
struct session;
struct verb;

// Stores a version without serving it; what it is called comes to `version`.
bool trial_store(struct client *client, const struct script_files *files, const char *author,
                 const char *reason, char version[17], struct err *err);

// Starts the trial that a POST to `path` makes, follows it, writes what it found. Exits good when
// the version did what the live one did, EXIT_FAILED when it did otherwise. `what` heads the
// report: "shadow of 5f0c1a2b".
int trial_follow(const struct session *session, const struct verb *verb, struct client *client,
                 const char *path, const char *what);

// The same for a stored version on the recorded past between two moments (ctl/moment.h).
int trial_on_history(const struct session *session, const struct verb *verb, struct client *client,
                     const char *version, const char *from, const char *to);

#endif
