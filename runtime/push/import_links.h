// The relationships of an imported line: those it names are replaced, the others of the twin stay.

#ifndef PUSH_IMPORT_LINKS_H
#define PUSH_IMPORT_LINKS_H

#include "push/settings.h"

struct import_links {
    struct settings settings; // all of the twin's relationships then
    cJSON *missing;  // twins that are not there, with the models that would do; NULL when none
    bool is_faulty;  // refused, and not for missing twins alone
    bool is_changed; // for a dry run
};

// The model of a twin that a dry run would have made; NULL when it would not.
typedef const struct model *import_planned(void *context, const char *id);

// `twin` is NULL in a dry run that would make it. False with a reason; twins that are missing are
// listed all, the reason names the first.
bool import_links_read(struct import_links *links, const struct world *world,
                       const struct twin *twin, const struct model *model,
                       const cJSON *relationships, import_planned *planned, void *context,
                       struct err *err);
void import_links_fini(struct import_links *links);

#endif
