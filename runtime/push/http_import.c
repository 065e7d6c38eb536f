// Each twin is one input, two when it has relationships; all wait for the disk together. A dry run
// goes the same way up to the door and asks there what the turn would say.

#include "push/http_import.h"

#include "base/json.h"
#include "push/configuration.h"
#include "push/import_links.h"
#include "push/import_text.h"
#include "push/service.h"
#include "twin/change.h"
#include "twin/world.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX 1000 // some 10 ms of the loop

enum result { UNCHANGED, UPDATED, CREATED, REFUSED, RESULTS };

static const char *const result_names[RESULTS] = {"unchanged", "updated", "created", "refused"};

struct line {
    int number;
    cJSON *document; // NULL when it could not be read
    const char *id;  // the document's, "" when it has none
    const struct model *model;
    enum result result;
    char *reason;
    cJSON *missing;
};

struct import {
    struct service *service;
    const struct http_request *request;
    const char *model; // of new twins that do not say, NULL when not given
    bool is_dry, has_twins, has_links;
    struct line *lines;
    int count, capacity;
    uint64_t rev;  // newest that was made
    bool is_stuck; // nothing can be stored: the whole is to be sent again, which does no harm
    struct err why;
};

static bool read_switch(const struct http_request *request, const char *name, bool *is_on,
                        struct err *err) {
    const char *text = http_query(request, name);
    *is_on = text && (strcmp(text, "true") == 0 || !text[0]);
    return !text || *is_on || strcmp(text, "false") == 0 ||
           err_set(err, ERR_INVALID, "%s must be true or false, not '%.20s'", name, text);
}

static bool read_options(struct import *import, struct err *err) {
    const char *only = http_query(import->request, "only");
    import->model = http_query(import->request, "model");
    import->has_twins = !only || strcmp(only, "twins") == 0;
    import->has_links = !only || strcmp(only, "relationships") == 0;
    if (!import->has_twins && !import->has_links)
        return err_set(err, ERR_INVALID, "only must be twins or relationships, not '%.20s'", only);
    if (import->model && !world_model(import->service->world, import->model, strlen(import->model)))
        return err_set(err, ERR_INVALID, "there is no model '%.64s'", import->model);
    return read_switch(import->request, "dry_run", &import->is_dry, err);
}

static void refuse(struct line *line, const struct err *err) {
    free(line->reason);
    // What is there already stays: the sentence must not say that nothing was done.
    struct err whole = *err;
    if (line->result == CREATED) err_prefix(&whole, "created without its relationships: ");
    line->reason = xstrdup(whole.text);
    line->result = REFUSED;
}

static void stop_or_refuse(struct import *import, struct line *line, const struct err *err) {
    import->is_stuck |= err->code == ERR_UNAVAILABLE;
    import->why = *err;
    refuse(line, err);
}

static struct line *add_line(struct import *import, int number) {
    if (import->count == import->capacity) {
        import->capacity = import->capacity ? import->capacity * 2 : 64;
        import->lines = xrealloc(import->lines, sizeof *import->lines * (size_t)import->capacity);
    }
    struct line *line = &import->lines[import->count++];
    *line = (struct line){.number = number, .id = ""};
    return line;
}

static bool check_line(const struct import *import, struct line *line,
                       const struct import_text *text, struct err *err) {
    if (!line->document) return false; // the reason is there
    const char *id = document_text(line->document, "id", err);
    if (!id || !configuration_id(id, err)) return false;
    line->id = id;
    line->model =
        configuration_model(import->service->world, line->document, id, import->model, err);
    if (!line->model) return false;
    import_text_type(text, line->document, line->model);
    return true;
}

static bool read_lines(struct import *import, struct err *err) {
    struct import_text text;
    cJSON *document = NULL;
    struct err why = {0};
    int number;
    bool is_good =
        import_text_init(&text, import->request->body, import->request->body_length, err);
    while (is_good && import_text_next(&text, &number, &document, &why)) {
        struct line *line = add_line(import, number);
        line->document = document;
        if (!check_line(import, line, &text, &why)) refuse(line, &why);
        document = NULL;
        if (import->count > LINES_MAX)
            is_good = err_set(err, ERR_TOO_LARGE,
                              "an import takes %d lines at once: send the file in slices, as "
                              "twinctl import does",
                              LINES_MAX);
    }
    import_text_fini(&text);
    return is_good;
}

static struct twin *find_twin(const struct import *import, const char *id) {
    return world_find(import->service->world, id, strlen(id));
}

static const struct model *find_planned(void *context, const char *id) {
    const struct import *import = context;
    for (int i = 0; import->is_dry && i < import->count; i++)
        if (import->lines[i].result != REFUSED && strcmp(import->lines[i].id, id) == 0)
            return import->lines[i].model;
    return NULL;
}

// Hands the input in and says what it came to.
static bool configure(struct import *import, struct line *line, struct configure_input *input,
                      struct err *err) {
    const struct door *door = import->service->options.door;
    const struct twin *twin = find_twin(import, line->id);
    uint64_t before = twin ? twin->rev : 0, rev = 0;
    bool is_new = false;
    input->actor = import->request->actor;
    if (!door->configure(door->context, input, &is_new, &rev, err)) return false;
    if (rev > import->rev) import->rev = rev;
    if (is_new)
        line->result = CREATED;
    else if (rev > before && line->result == UNCHANGED)
        line->result = UPDATED;
    return true;
}

// What the door would say, without asking it.
static bool rehearse(struct import *import, struct line *line, const struct configure_input *input,
                     struct err *err) {
    const struct twin *twin = find_twin(import, line->id);
    bool is_changed = false;
    if (twin && strcmp(twin->model->name, input->model->name) != 0)
        return err_set(err, ERR_INVALID, "twin %s is a %s and cannot become a %s: delete it first",
                       twin->id, twin->model->name, input->model->name);
    for (int i = 0; i < input->parameter_count; i++) {
        const struct setting *setting = &input->parameters[i];
        const struct field *field = &input->model->fields[setting->field];
        if (!changes_check(field, setting->value, err)) return false;
        int present =
            twin ? model_field(twin->model, FIELD_PARAMETER, field->name, strlen(field->name))
                 : NONE;
        struct value value = present == NONE ? value_none() : slot_value(&twin->slots[present]);
        is_changed |= !value_equal(value, setting->value);
    }
    if (twin && input->attributes) is_changed |= strcmp(twin->attributes, input->attributes) != 0;
    if (twin && input->has_lifecycle) is_changed |= twin->lifecycle != input->lifecycle;
    line->result = !twin ? CREATED : is_changed ? UPDATED : UNCHANGED;
    return true;
}

static void make_twin(struct import *import, struct line *line) {
    struct configuration configuration = {0};
    struct err err;
    bool is_good = configuration_merge(&configuration, import->service->world, line->document,
                                       line->id, import->model, &err);
    is_good = is_good && (import->is_dry ? rehearse(import, line, &configuration.input, &err)
                                         : configure(import, line, &configuration.input, &err));
    if (!is_good) stop_or_refuse(import, line, &err);
    configuration_fini(&configuration);
}

static void make_links(struct import *import, struct line *line) {
    const cJSON *relationships = document_member(line->document, "relationships");
    const struct world *world = import->service->world;
    const struct twin *twin = find_twin(import, line->id);
    struct import_links links = {0};
    struct err err;
    if (!relationships) return;
    bool is_good =
        twin || import->is_dry ||
        err_set(&err, ERR_NOT_FOUND, "there is no twin '%s': only=twins comes first", line->id);
    is_good = is_good && import_links_read(&links, world, twin, line->model, relationships,
                                           find_planned, import, &err);
    if (is_good && import->is_dry) {
        if (links.is_changed && line->result == UNCHANGED) line->result = UPDATED;
    } else if (is_good) {
        struct configure_input input = {.id = line->id,
                                        .id_length = strlen(line->id),
                                        .model = line->model,
                                        .links = links.settings.links,
                                        .link_count = links.settings.link_count,
                                        .has_links = true};
        is_good = configure(import, line, &input, &err);
    }
    if (!is_good) {
        stop_or_refuse(import, line, &err);
        line->missing = links.missing;
        links.missing = NULL;
    }
    import_links_fini(&links);
}

static void write_line(const struct line *line, struct buffer *out) {
    json_open(out, '{');
    json_key(out, "line");
    json_integer(out, line->number);
    json_key(out, "id");
    json_string(out, line->id);
    if (line->model) {
        json_key(out, "model");
        json_string(out, line->model->name);
    }
    json_key(out, "result");
    json_string(out, result_names[line->result]);
    if (line->reason) {
        json_key(out, "reason");
        json_string(out, line->reason);
    }
    if (line->missing) {
        char *text = cJSON_PrintUnformatted(line->missing);
        json_key(out, "missing");
        json_raw(out, text);
        cJSON_free(text);
    }
    json_close(out, '}');
}

static void write_report(const struct import *import, struct buffer *out) {
    int counts[RESULTS] = {0};
    for (int i = 0; i < import->count; i++)
        counts[import->lines[i].result]++;
    json_open(out, '{');
    for (int i = RESULTS - 1; i >= 0; i--) {
        json_key(out, result_names[i]);
        json_integer(out, counts[i]);
    }
    json_key(out, "lines");
    json_open(out, '[');
    for (int i = 0; i < import->count; i++)
        write_line(&import->lines[i], out);
    json_close(out, ']');
    json_close(out, '}');
}

bool http_import_post(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    (void)match;
    struct import import = {.service = service, .request = request};
    bool is_good = read_options(&import, err) && read_lines(&import, err);
    for (int i = 0; is_good && import.has_twins && !import.is_stuck && i < import.count; i++)
        if (import.lines[i].result != REFUSED) make_twin(&import, &import.lines[i]);
    for (int i = 0; is_good && import.has_links && !import.is_stuck && i < import.count; i++)
        if (import.lines[i].result != REFUSED) make_links(&import, &import.lines[i]);
    if (import.is_stuck) is_good = err_set(err, ERR_UNAVAILABLE, "%s", import.why.text);
    if (is_good) write_report(&import, &response->body);
    response->wait_rev = import.rev;
    for (int i = 0; i < import.count; i++) {
        cJSON_Delete(import.lines[i].document);
        cJSON_Delete(import.lines[i].missing);
        free(import.lines[i].reason);
    }
    free(import.lines);
    return is_good;
}
