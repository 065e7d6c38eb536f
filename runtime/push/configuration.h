// What a twin is to be, out of JSON: model, parameters, attributes, relationships and life cycle,
// as PUT and import give them to the door.

#ifndef PUSH_CONFIGURATION_H
#define PUSH_CONFIGURATION_H

#include "push/settings.h"

struct configuration {
    struct configure_input input; // for the door; the actor is the caller's to set
    struct settings settings;
    char *attributes;
};

// All of `body`: a member that is there replaces all of that part, one that is not leaves it.
bool configuration_read(struct configuration *configuration, const struct world *world,
                        const cJSON *body, const char *id, struct err *err);

// A member that is there changes what it names and leaves the rest: parameters one by one (null is
// the default again), attributes as a merge-patch. Relationships are not read.
bool configuration_merge(struct configuration *configuration, const struct world *world,
                         const cJSON *body, const char *id, const char *model, struct err *err);

// A merge-patch (RFC 7396) of the attributes alone, of a twin that is there.
bool configuration_merge_attributes(struct configuration *configuration, const struct world *world,
                                    const struct twin *twin, const cJSON *patch, struct err *err);

void configuration_fini(struct configuration *configuration);

// The model that `body` is about: the one it names, else the twin's own, else `usual` when that is
// not NULL, else the one whose match fits the id.
const struct model *configuration_model(const struct world *world, const cJSON *body,
                                        const char *id, const char *usual, struct err *err);

bool configuration_id(const char *id, struct err *err); // whether a twin may be called so
bool configuration_lifecycle(const cJSON *body, enum lifecycle *lifecycle, struct err *err);

#endif
