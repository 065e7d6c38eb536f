// Lists of text out of JSON, and globs.

#include "push/selection.h"

#include "base/err.h"
#include "base/memory.h"
#include "twin/name.h"
#include "twin/world.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool parse_texts(const cJSON *sel, const char *name, char ***texts, int *count,
                        struct err *err) {
    const cJSON *list = document_member(sel, name), *item;
    *texts = NULL;
    *count = 0;
    if (!list) return true;
    if (!cJSON_IsArray(list))
        return err_set(err, ERR_INVALID, "'sel.%s' must be a list of text", name);
    *texts = xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof **texts);
    cJSON_ArrayForEach(item, list) {
        if (!cJSON_IsString(item))
            return err_set(err, ERR_INVALID, "'sel.%s' must be a list of text", name);
        (*texts)[(*count)++] = xstrdup(item->valuestring);
    }
    qsort(*texts, (size_t)*count, sizeof **texts, compare);
    int kept = 0;
    for (int i = 0; i < *count; i++) {
        if (kept > 0 && strcmp((*texts)[i], (*texts)[kept - 1]) == 0)
            free((*texts)[i]);
        else
            (*texts)[kept++] = (*texts)[i];
    }
    *count = kept;
    return true;
}

static bool parse_model(const cJSON *sel, const struct world *world, struct selection *selection,
                        struct err *err) {
    if (!document_member(sel, "model")) return true;
    const char *name = document_text(sel, "model", err);
    if (!name) return false;
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < world->current_count; i++)
        suggestion_try(&near, world->current[i]->name);
    if (!world_model(world, name, strlen(name)))
        return err_set(err, ERR_NOT_FOUND, "there is no model '%.64s'%s%s%s", name,
                       near.best ? "; did you mean '" : "", near.best ? near.best : "",
                       near.best ? "'?" : "");
    selection->model = xstrdup(name);
    return true;
}

bool selection_parse(const cJSON *sel, const struct world *world, struct selection *selection,
                     struct err *err) {
    *selection = (struct selection){0};
    if (!sel) return true;
    if (!cJSON_IsObject(sel))
        return err_set(err, ERR_INVALID, "'sel' must be an object, like {\"ids\": [\"pump-*\"]}");
    if (!parse_model(sel, world, selection, err) ||
        !parse_texts(sel, "ids", &selection->ids, &selection->id_count, err) ||
        !parse_texts(sel, "fields", &selection->fields, &selection->field_count, err)) {
        selection_fini(selection);
        return false;
    }
    selection->has_fields = document_member(sel, "fields") != NULL;
    selection->is_exact = selection->id_count > 0;
    for (int i = 0; i < selection->id_count; i++)
        if (strpbrk(selection->ids[i], "*?")) selection->is_exact = false;
    return true;
}

void selection_fini(struct selection *selection) {
    for (int i = 0; i < selection->id_count; i++)
        free(selection->ids[i]);
    for (int i = 0; i < selection->field_count; i++)
        free(selection->fields[i]);
    free(selection->ids);
    free(selection->fields);
    free(selection->model);
    *selection = (struct selection){0};
}

bool selection_has_twin(const struct selection *selection, const struct twin *twin) {
    if (selection->model && strcmp(selection->model, twin->model->name) != 0) return false;
    bool fits = selection->id_count == 0;
    for (int i = 0; i < selection->id_count && !fits; i++)
        fits = glob_match(selection->ids[i], twin->id);
    return fits;
}

bool selection_has_field(const struct selection *selection, const char *name) {
    bool fits = !selection->has_fields;
    for (int i = 0; i < selection->field_count && !fits; i++)
        fits = strcmp(selection->fields[i], name) == 0;
    return fits;
}
