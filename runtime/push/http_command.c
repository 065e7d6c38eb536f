// A command is answered when it is durable, not when it is done: a device may be asleep for hours.

#include "push/http_command.h"

#include "base/json.h"
#include "push/command_json.h"
#include "push/service.h"
#include "push/settings.h"
#include "twin/change.h"
#include "twin/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct twin *find(const struct service *service, const struct route_match *match,
                         struct err *err) {
    const struct route_part *id = &match->parts[0];
    struct twin *twin = world_find(service->world, id->text, id->length);
    if (!twin) err_set(err, ERR_NOT_FOUND, "there is no twin '%s'", id->text);
    return twin;
}

bool http_command_list(struct service *service, const struct http_request *request,
                       const struct route_match *match, struct http_response *response,
                       struct err *err) {
    (void)request;
    const struct twin *twin = find(service, match, err);
    if (!twin) return false;
    json_open(&response->body, '{');
    json_key(&response->body, "commands");
    command_json_write_all(twin, &response->body);
    json_close(&response->body, '}');
    return true;
}

bool http_command_get(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    (void)request;
    const struct twin *twin = find(service, match, err);
    if (!twin) return false;
    char *end;
    unsigned long id = strtoul(match->parts[1].text, &end, 10);
    const struct command *command =
        *end || id > UINT32_MAX ? NULL : twin_command(twin, (uint32_t)id);
    if (!command)
        return err_set(err, ERR_NOT_FOUND,
                       "there is no command %s of %s, or it ended long ago and is forgotten",
                       match->parts[1].text, twin->id);
    command_json_write(twin, command, &response->body);
    return true;
}

bool http_command_post(struct service *service, const struct http_request *request,
                       const struct route_match *match, struct http_response *response,
                       struct err *err) {
    const struct door *door = service->options.door;
    struct twin *twin = find(service, match, err);
    struct value values[EVENT_ARGUMENTS_MAX];
    struct location places[EVENT_ARGUMENTS_MAX];
    uint32_t id;
    if (!twin) return false;
    const struct model *model = settings_model(service->world, twin);
    int command = command_json_find(model, match->parts[1].text, err);
    if (command == NONE) return false;
    cJSON *body = NULL;
    if (request->body_length > 0 &&
        !(body = document_parse("the body", request->body, request->body_length, err)))
        return false;
    bool is_done =
        command_json_parse(body, model, command, values, places, err) &&
        door->command(door->context, twin, command, values, model->commands[command].argument_count,
                      &request->actor, &id, &response->wait_rev, err);
    cJSON_Delete(body);
    if (!is_done) return false;
    response->status = 202;
    snprintf(response->location, sizeof response->location, "/api/v1/twins/%.64s/commands/%u",
             twin->id, id);
    json_open(&response->body, '{');
    json_key(&response->body, "id");
    json_unsigned(&response->body, id);
    json_key(&response->body, "state");
    json_string(&response->body, command_state_name(COMMAND_QUEUED));
    json_close(&response->body, '}');
    return true;
}
