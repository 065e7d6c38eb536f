// The folders of models and scripts, watched: says once that something changed when a burst of
// saves is over.
//
// Editors save by writing, by renaming a temporary file, or by replacing a whole folder; folders
// may appear later. What changed is not told: whoever is called reads all and compares.

#ifndef FOLDERS_H
#define FOLDERS_H

#include <stdbool.h>

struct err;
struct folders;
struct loop;

struct folders *folders_watch(struct loop *loop, const char *models_dir, const char *scripts_dir,
                              void (*on_change)(void *context), void *context, struct err *err);
void folders_free(struct folders *folders); // after the loop

#endif
