// A handler only makes the order; exchange.c hands it over and waits for its answer.

#include "push/http_version.h"

#include "base/json.h"
#include "push/desk.h"
#include "push/document.h"
#include "push/service.h"
#include "twin/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTE_MAX 400 // bytes of an author's name or a reason

static const char *const folders[] = {"models/", "scripts/behavior/", "scripts/prediction/",
                                      "scripts/lib/", "scripts/learned/"};

static bool has_desk(const struct service *service, struct err *err) {
    return service->options.desk ||
           err_set(err, ERR_UNAVAILABLE, "versions are not kept by this program");
}

bool http_version_list(struct service *service, const struct http_request *request,
                       const struct route_match *match, struct http_response *response,
                       struct err *err) {
    (void)request, (void)match;
    if (!has_desk(service, err)) return false;
    response->cache = "no-store";
    service->options.desk->list(service->options.desk->context, &response->body);
    return true;
}

static bool read_note(const cJSON *body, const char *name, char **note, struct err *err) {
    const cJSON *member = body ? document_member(body, name) : NULL;
    if (!member) return true;
    if (!cJSON_IsString(member) || strlen(member->valuestring) > NOTE_MAX)
        return err_set(err, ERR_INVALID, "'%s' must be a text of at most %d bytes", name, NOTE_MAX);
    *note = xstrdup(member->valuestring);
    return true;
}

static bool is_source_path(const char *path) {
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        size_t length = strlen(folders[i]), all = strlen(path);
        if (strncmp(path, folders[i], length) != 0 || all < length + 5) continue;
        if (strcmp(path + all - 4, ".lua") == 0 &&
            field_name_is_valid(path + length, all - length - 4))
            return true;
    }
    return false;
}

static bool read_files(const cJSON *body, struct script_files *files, struct err *err) {
    const cJSON *member = document_member(body, "files"), *file;
    if (!cJSON_IsObject(member))
        return err_set(err, ERR_INVALID,
                       "'files' must be an object of paths and texts, like {\"models/pump.lua\": "
                       "\"return { ... }\"}");
    cJSON_ArrayForEach(file, member) {
        if (!is_source_path(file->string) || !cJSON_IsString(file))
            return err_set(err, ERR_INVALID,
                           "'files': %.100s is no source: models/NAME.lua, "
                           "scripts/behavior|prediction|lib/NAME.lua, each with its text",
                           file->string);
        for (int i = 0; i < files->count; i++)
            if (strcmp(files->files[i].path, file->string) == 0)
                return err_set(err, ERR_INVALID, "'files': %.100s is there twice", file->string);
        script_files_add(files, file->string, file->valuestring, strlen(file->valuestring));
    }
    script_files_seal(files);
    return true;
}

// Part of the fleet, in whole percent.
static bool read_canary(const cJSON *body, int *canary, struct err *err) {
    const cJSON *member = body ? document_member(body, "canary") : NULL;
    if (!member) return true;
    double share = cJSON_IsNumber(member) ? member->valuedouble : 0;
    if (!(share >= 1 && share <= 99) || share != (int)share)
        return err_set(err, ERR_INVALID,
                       "'canary' must be a whole number from 1 to 99, the percent of twins that "
                       "move first; leave it out to promote for all");
    if (document_member(body, "for"))
        return err_set(err, ERR_INVALID,
                       "a canary has no end of its own: promote the version again "
                       "for all, or roll it back; leave 'for' out");
    *canary = (int)share;
    return true;
}

static void hand_over(struct later *later) {
    struct order *order = (struct order *)later;
    order->desk->take(order->desk->context, order);
}

// The order with what every body may say of it. NULL with the reason.
static struct order *new_order(const struct service *service, const struct http_request *request,
                               const struct route_match *match, enum order_kind kind,
                               struct err *err) {
    if (!has_desk(service, err)) return NULL;
    cJSON *body = NULL;
    struct order *order = xcalloc(1, sizeof *order);
    order->later.start = hand_over;
    order->desk = service->options.desk;
    order->kind = kind;
    if (match->count > 0)
        snprintf(order->version, sizeof order->version, "%.40s", match->parts[0].text);
    bool is_good = true;
    if (request->body_length > 0 || kind == ORDER_DEPLOY) {
        const char *text = request->body_length > 0 ? request->body : "";
        body = document_parse("the body", text, request->body_length, err);
        is_good = body != NULL;
    }
    is_good = is_good && read_note(body, "author", &order->author, err) &&
              read_note(body, "reason", &order->reason, err);
    if (is_good && kind == ORDER_DEPLOY) {
        order->is_dry = cJSON_IsTrue(document_member(body, "dry_run"));
        order->is_stored_only = cJSON_IsFalse(document_member(body, "promote"));
        is_good = read_files(body, &order->files, err);
    }
    if (is_good && kind == ORDER_PROMOTE) is_good = read_canary(body, &order->canary, err);
    cJSON_Delete(body);
    if (is_good) return order;
    free(order->author);
    free(order->reason);
    script_files_fini(&order->files);
    free(order);
    return NULL;
}

static bool place_order(struct service *service, const struct http_request *request,
                        const struct route_match *match, struct http_response *response,
                        enum order_kind kind, struct err *err) {
    response->cache = "no-store";
    struct order *order = new_order(service, request, match, kind, err);
    if (order) response->later = &order->later;
    return order != NULL;
}

bool http_version_files(struct service *service, const struct http_request *request,
                        const struct route_match *match, struct http_response *response,
                        struct err *err) {
    return place_order(service, request, match, response, ORDER_FILES, err);
}

bool http_version_upload(struct service *service, const struct http_request *request,
                         const struct route_match *match, struct http_response *response,
                         struct err *err) {
    return place_order(service, request, match, response, ORDER_DEPLOY, err);
}

bool http_version_check(struct service *service, const struct http_request *request,
                        const struct route_match *match, struct http_response *response,
                        struct err *err) {
    return place_order(service, request, match, response, ORDER_CHECK, err);
}

bool http_version_promote(struct service *service, const struct http_request *request,
                          const struct route_match *match, struct http_response *response,
                          struct err *err) {
    return place_order(service, request, match, response, ORDER_PROMOTE, err);
}

bool http_version_rollback(struct service *service, const struct http_request *request,
                           const struct route_match *match, struct http_response *response,
                           struct err *err) {
    return place_order(service, request, match, response, ORDER_ROLLBACK, err);
}
