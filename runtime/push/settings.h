// What an operator sets, out of JSON: desired properties, parameters, relationships.
//
// Field indexes are those of the model's present layout, to which the door moves a twin before it
// sets anything.

#ifndef PUSH_SETTINGS_H
#define PUSH_SETTINGS_H

#include "base/memory.h"
#include "push/document.h"
#include "twin/input.h"

struct err;
struct model;
struct twin;
struct world;

struct settings {
    struct setting *list; // texts are the document's
    int count;
    struct link_setting *links;
    int link_count;
    struct region places; // locations of the list
};

// The model that a twin is moved to by its next revision.
const struct model *settings_model(const struct world *world, const struct twin *twin);

// A merge-patch (RFC 7396) of desired properties: {"speed": 1200, "mode": null}.
bool settings_parse_desired(const cJSON *patch, const struct model *model,
                            struct settings *settings, struct err *err);

// All parameters: {"hot": 95} or, as a twin shows them, {"hot": {"value": 95}}. What is not named
// goes back to its default.
bool settings_parse_parameters(const cJSON *parameters, const struct model *model,
                               struct settings *settings, struct err *err);

// Only those that are named; null is the default again.
bool settings_merge_parameters(const cJSON *parameters, const struct model *model,
                               struct settings *settings, struct err *err);

// All relationships: {"feeds": ["tank-1"], "part_of": "line-1"}. Both twins must be of the models
// that the relationship joins.
bool settings_parse_links(const cJSON *relationships, const struct world *world,
                          const struct model *model, struct settings *settings, struct err *err);

void settings_fini(struct settings *settings);

#endif
