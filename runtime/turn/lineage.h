// Which texts each known version has of a model: whether a twin that comes from one version to
// another meets other words about itself, or only a new number.

#ifndef LINEAGE_H
#define LINEAGE_H

#include "script/script_files.h"

#include <stdbool.h>
#include <stdint.h>

struct lineage {
    struct ancestor {
        uint64_t version;
        struct ancestor_model {
            char *name;
            uint64_t texts; // hash of models/NAME.lua and scripts/behavior/NAME.lua
        } * models;
        int model_count;
    } * ancestors;
    int count;
};

// Notes a version by its files; once more does nothing.
void lineage_add(struct lineage *lineage, const struct script_files *files);
void lineage_remove(struct lineage *lineage, uint64_t version);
// Whether both versions have the same model and behaviour of that name. False when one of them is
// not known.
bool lineage_is_same(const struct lineage *lineage, uint64_t one, uint64_t other, const char *name);
void lineage_fini(struct lineage *lineage);

#endif
