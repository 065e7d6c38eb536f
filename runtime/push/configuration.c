// Everything is read before the door is asked, so a refusal changes nothing.

#include "push/configuration.h"

#include "base/err.h"
#include "base/memory.h"
#include "twin/name.h"
#include "twin/world.h"

#include <string.h>

#define ATTRIBUTES_MAX 65536

void configuration_fini(struct configuration *configuration) {
    settings_fini(&configuration->settings);
    cJSON_free(configuration->attributes);
}

bool configuration_id(const char *id, struct err *err) {
    size_t length = strlen(id);
    return twin_id_is_valid(id, length) ||
           err_set(err, ERR_INVALID,
                   "twin id '%.80s' is not allowed: 1 to %d of letters, digits and ._~:-, this "
                   "is %zu",
                   id, TWIN_ID_MAX, length);
}

static const struct model *find_model(const struct world *world, const char *name,
                                      struct err *err) {
    const struct model *model = world_model(world, name, strlen(name));
    if (!model) err_set(err, ERR_INVALID, "there is no model '%.64s'", name);
    return model;
}

const struct model *configuration_model(const struct world *world, const cJSON *body,
                                        const char *id, const char *usual, struct err *err) {
    const struct twin *twin = world_find(world, id, strlen(id));
    const cJSON *named = document_member(body, "model");
    if (named && !cJSON_IsNull(named)) {
        const char *name = document_text(body, "model", err);
        return name ? find_model(world, name, err) : NULL;
    }
    if (twin) return settings_model(world, twin);
    return usual ? find_model(world, usual, err) : world_fit(world, id, strlen(id), err);
}

bool configuration_lifecycle(const cJSON *body, enum lifecycle *lifecycle, struct err *err) {
    const char *name = document_text(body, "lifecycle", err);
    if (!name) return false;
    for (int i = LIFECYCLE_IN_SERVICE; i <= LIFECYCLE_OUT_OF_SERVICE; i++) {
        if (strcmp(name, lifecycle_name((enum lifecycle)i)) != 0) continue;
        *lifecycle = (enum lifecycle)i;
        return true;
    }
    return err_set(err, ERR_INVALID,
                   "'lifecycle' must be in_service, commissioning, maintenance or out_of_service, "
                   "not '%.40s'",
                   name);
}

static bool keep_attributes(struct configuration *configuration, const cJSON *attributes,
                            struct err *err) {
    configuration->attributes = cJSON_PrintUnformatted(attributes);
    size_t length = strlen(configuration->attributes);
    if (length > ATTRIBUTES_MAX)
        return err_set(err, ERR_TOO_LARGE, "'attributes' has %zu bytes; %d is the limit", length,
                       ATTRIBUTES_MAX);
    configuration->input.attributes = configuration->attributes;
    return true;
}

static bool check_attributes(const cJSON *attributes, struct err *err) {
    return cJSON_IsObject(attributes) ||
           err_set(err, ERR_INVALID, "'attributes' must be an object, like {\"site\": \"north\"}");
}

static bool merge_attributes(struct configuration *configuration, const struct twin *twin,
                             const cJSON *patch, struct err *err) {
    if (!check_attributes(patch, err)) return false;
    cJSON *attributes = cJSON_Parse(twin ? twin->attributes : "{}");
    document_merge(attributes, patch);
    bool is_good = keep_attributes(configuration, attributes, err);
    cJSON_Delete(attributes);
    return is_good;
}

// Who it is, of what model, and in what life cycle.
static bool read_head(struct configuration *configuration, const struct world *world,
                      const cJSON *body, const char *id, const char *usual, struct err *err) {
    struct configure_input *input = &configuration->input;
    input->id = id;
    input->id_length = strlen(id);
    input->model = configuration_model(world, body, id, usual, err);
    input->has_lifecycle = document_member(body, "lifecycle") != NULL;
    return input->model &&
           (!input->has_lifecycle || configuration_lifecycle(body, &input->lifecycle, err));
}

static void give_parameters(struct configuration *configuration) {
    configuration->input.parameters = configuration->settings.list;
    configuration->input.parameter_count = configuration->settings.count;
}

bool configuration_read(struct configuration *configuration, const struct world *world,
                        const cJSON *body, const char *id, struct err *err) {
    struct configure_input *input = &configuration->input;
    struct settings *settings = &configuration->settings;
    const cJSON *parameters = document_member(body, "parameters");
    const cJSON *attributes = document_member(body, "attributes");
    const cJSON *links = document_member(body, "relationships");
    if (!read_head(configuration, world, body, id, NULL, err)) return false;
    if (attributes &&
        (!check_attributes(attributes, err) || !keep_attributes(configuration, attributes, err)))
        return false;
    if (parameters && !settings_parse_parameters(parameters, input->model, settings, err))
        return false;
    if (links && !settings_parse_links(links, world, input->model, settings, err)) return false;
    give_parameters(configuration);
    input->links = settings->links;
    input->link_count = settings->link_count;
    input->has_links = links != NULL;
    return true;
}

bool configuration_merge(struct configuration *configuration, const struct world *world,
                         const cJSON *body, const char *id, const char *model, struct err *err) {
    const struct twin *twin = world_find(world, id, strlen(id));
    const cJSON *parameters = document_member(body, "parameters");
    const cJSON *attributes = document_member(body, "attributes");
    if (!read_head(configuration, world, body, id, model, err)) return false;
    if (attributes && !merge_attributes(configuration, twin, attributes, err)) return false;
    if (parameters && !settings_merge_parameters(parameters, configuration->input.model,
                                                 &configuration->settings, err))
        return false;
    give_parameters(configuration);
    return true;
}

bool configuration_merge_attributes(struct configuration *configuration, const struct world *world,
                                    const struct twin *twin, const cJSON *patch, struct err *err) {
    configuration->input.id = twin->id;
    configuration->input.id_length = strlen(twin->id);
    configuration->input.model = settings_model(world, twin);
    return merge_attributes(configuration, twin, patch, err);
}
