// The sources of a version: from a folder, or from a running twind.

#ifndef CTL_SOURCES_H
#define CTL_SOURCES_H

#include "script/script_files.h"

#include <stdbool.h>

struct client;
struct err;

// DIR/models and DIR/scripts.
bool sources_read(const char *folder, struct script_files *files, struct err *err);
// `version`: its first digits, or "promoted". `name` gets the eight digits it is shown by.
bool sources_ask(struct client *client, const char *version, struct script_files *files,
                 char name[9], struct err *err);
// Loads them as twind would. Says what is wrong on standard error, with line and caret, and returns
// false.
bool sources_check(const struct script_files *files, struct err *err);

#endif
