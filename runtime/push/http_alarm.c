// Alarms live in their twins; a page of the list walks those.

#include "push/http_alarm.h"

#include "base/json.h"
#include "push/service.h"
#include "push/settings.h"
#include "push/twin_json.h"
#include "twin/world.h"

#include <string.h>

#define LIMIT_USUAL 100
#define LIMIT_MOST 1000
#define SCAN_MAX 20000 // twins that one request looks at: about 1 ms of the loop

struct wanted {
    const char *model; // NULL = any
    bool is_all;       // those that are over too
    bool has_muted;    // those of twins that are not in service too
};

static bool read_wanted(const struct service *service, const struct http_request *request,
                        struct wanted *wanted, struct err *err) {
    const char *state = http_query(request, "state");
    *wanted = (struct wanted){0};
    wanted->is_all = state && strcmp(state, "all") == 0;
    const char *muted = http_query(request, "muted");
    wanted->has_muted = muted && strcmp(muted, "true") == 0;
    if (muted && !wanted->has_muted && strcmp(muted, "false") != 0)
        return err_set(err, ERR_INVALID, "muted must be true or false, not '%.20s'", muted);
    wanted->model = http_query(request, "model");
    if (state && !wanted->is_all && strcmp(state, "active") != 0)
        return err_set(err, ERR_INVALID, "state must be active or all, not '%.20s'", state);
    if (wanted->model && !world_model(service->world, wanted->model, strlen(wanted->model)))
        return err_set(err, ERR_INVALID, "there is no model '%.64s'", wanted->model);
    return true;
}

// A pending one has not been active yet; one that never moved has no rev.
static bool is_wanted(const struct alarm *alarm, const struct wanted *wanted) {
    if (alarm->state == ALARM_ACTIVE) return true;
    return wanted->is_all && alarm->state == ALARM_CLEAR && alarm->rev > 0;
}

static uint32_t write_alarms(const struct twin *twin, const struct wanted *wanted,
                             struct buffer *out) {
    uint32_t count = 0;
    for (int i = 0; i < twin->model->alarm_count; i++) {
        if (!is_wanted(&twin->alarms[i], wanted)) continue;
        alarm_json_write(twin, i, out);
        count++;
    }
    return count;
}

bool http_alarm_list(struct service *service, const struct http_request *request,
                     const struct route_match *match, struct http_response *response,
                     struct err *err) {
    (void)match;
    const struct world *world = service->world;
    struct buffer *out = &response->body;
    struct wanted wanted;
    uint32_t limit, number, count = 0;
    if (!read_wanted(service, request, &wanted, err) || !http_cursor(request, &number, err) ||
        !http_limit(request, LIMIT_USUAL, LIMIT_MOST, &limit, err))
        return false;
    json_open(out, '{');
    json_key(out, "alarms");
    json_open(out, '[');
    for (int looked = 0; number < world->number_capacity && count < limit && looked < SCAN_MAX;
         number++) {
        const struct twin *twin = world->by_number[number];
        if (!twin) continue;
        looked++;
        if (twin_is_muted(twin) && !wanted.has_muted) continue;
        if (wanted.model && strcmp(wanted.model, twin->model->name) != 0) continue;
        count += write_alarms(twin, &wanted, out);
    }
    json_close(out, ']');
    if (number < world->next_number) {
        json_key(out, "cursor");
        buffer_printf(out, "\"%u\"", number);
    }
    json_close(out, '}');
    return true;
}

bool http_alarm_ack(struct service *service, const struct http_request *request,
                    const struct route_match *match, struct http_response *response,
                    struct err *err) {
    const struct door *door = service->options.door;
    const struct route_part *id = &match->parts[0];
    const char *dot = strrchr(id->text, '.');
    struct twin *twin = dot ? world_find(service->world, id->text, (size_t)(dot - id->text)) : NULL;
    int alarm =
        twin ? model_alarm(settings_model(service->world, twin), dot + 1, strlen(dot + 1)) : NONE;
    if (alarm == NONE)
        return err_set(err, ERR_NOT_FOUND,
                       "there is no alarm '%s'; an alarm's id is TWIN.ALARM, like "
                       "pump-1.overheating",
                       id->text);
    if (!door->acknowledge(door->context, twin, alarm, &request->actor, &response->wait_rev, err))
        return false;
    alarm_json_write(twin, alarm, &response->body);
    return true;
}
