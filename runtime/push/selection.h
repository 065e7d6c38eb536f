// What a subscription is about: `sel` of a `sub`, as {"model": NAME, "ids": [GLOB...], "fields":
// [NAME...]}. What is left out is not restricted; model and ids must both fit.

#ifndef PUSH_SELECTION_H
#define PUSH_SELECTION_H

#include "push/document.h"

#include <stdbool.h>

struct err;
struct twin;
struct world;

struct selection {
    char *model;   // NULL = any
    char **ids;    // globs, sorted, none twice
    int id_count;  // 0 = any
    bool is_exact; // there are ids, and none is a glob
    char **fields;
    int field_count;
    bool has_fields; // false = all
};

// `sel` may be NULL. A model that does not exist is an error; twins that do not may come later.
bool selection_parse(const cJSON *sel, const struct world *world, struct selection *selection,
                     struct err *err);
void selection_fini(struct selection *selection);

bool selection_has_twin(const struct selection *selection, const struct twin *twin);
bool selection_has_field(const struct selection *selection, const char *name);

#endif
