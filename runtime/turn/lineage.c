// At most as many versions as the store keeps, and the few that are being loaded, so they are
// looked through in order.

#include "turn/lineage.h"

#include "base/hash.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ancestor *find(const struct lineage *lineage, uint64_t version) {
    for (int i = 0; i < lineage->count; i++)
        if (lineage->ancestors[i].version == version) return &lineage->ancestors[i];
    return NULL;
}

// Chains the text of FOLDER/NAME.lua, or that there is none.
static uint64_t hash_file(uint64_t hash, const struct script_files *files, const char *folder,
                          const char *name) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s.lua", folder, name);
    for (int i = 0; i < files->count; i++)
        if (strcmp(files->files[i].path, path) == 0)
            return hash64(hash, files->files[i].text, files->files[i].length);
    return hash64(hash, "", 0);
}

void lineage_add(struct lineage *lineage, const struct script_files *files) {
    static const char folder[] = "models/";
    if (find(lineage, files->version)) return;
    lineage->ancestors =
        xrealloc(lineage->ancestors, (size_t)(lineage->count + 1) * sizeof *lineage->ancestors);
    struct ancestor *added = &lineage->ancestors[lineage->count++];
    *added = (struct ancestor){.version = files->version,
                               .models = xcalloc((size_t)files->count + 1, sizeof *added->models)};
    for (int i = 0; i < files->count; i++) {
        const char *path = files->files[i].path;
        if (strncmp(path, folder, strlen(folder)) != 0) continue;
        const char *name = path + strlen(folder);
        struct ancestor_model *model = &added->models[added->model_count++];
        model->name = xstrndup(name, strlen(name) - strlen(".lua"));
        model->texts = hash_file(hash_file(0, files, "models", model->name), files,
                                 "scripts/behavior", model->name);
    }
}

static void ancestor_fini(struct ancestor *ancestor) {
    for (int i = 0; i < ancestor->model_count; i++)
        free(ancestor->models[i].name);
    free(ancestor->models);
}

void lineage_remove(struct lineage *lineage, uint64_t version) {
    for (int i = 0; i < lineage->count; i++) {
        if (lineage->ancestors[i].version != version) continue;
        ancestor_fini(&lineage->ancestors[i]);
        lineage->ancestors[i] = lineage->ancestors[--lineage->count];
        return;
    }
}

static const struct ancestor_model *find_model(const struct ancestor *ancestor, const char *name) {
    for (int i = 0; ancestor && i < ancestor->model_count; i++)
        if (strcmp(ancestor->models[i].name, name) == 0) return &ancestor->models[i];
    return NULL;
}

bool lineage_is_same(const struct lineage *lineage, uint64_t one, uint64_t other,
                     const char *name) {
    const struct ancestor_model *a = find_model(find(lineage, one), name);
    const struct ancestor_model *b = find_model(find(lineage, other), name);
    return a && b && a->texts == b->texts;
}

void lineage_fini(struct lineage *lineage) {
    for (int i = 0; i < lineage->count; i++)
        ancestor_fini(&lineage->ancestors[i]);
    free(lineage->ancestors);
    *lineage = (struct lineage){0};
}
