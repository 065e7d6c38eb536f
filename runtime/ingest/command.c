// A result may come twice, for the first acknowledgement may be lost: the same one is good again.

#include "ingest/command.h"

#include "base/err.h"
#include "base/json.h"
#include "ingest/answer.h"
#include "ingest/pack.h"
#include "ingest/peer.h"
#include "ingest/request.h"
#include "ingest/resource.h"
#include "ingest/senml_write.h"
#include "ingest/utf8.h"
#include "twin/input.h"
#include "twin/model.h"
#include "twin/twin.h"
#include "twin/world.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES (9 + 10 + 1 + 64 + 1 + 64 + 1) // "commands/ID/NAME/ARGUMENT"

// ---- to the device ----

int command_record_count(const struct twin *twin) {
    int count = 0;
    for (uint32_t i = 0; i < twin->command_count; i++) {
        const struct command *command = &twin->commands[i];
        if (!command_is_open(command)) continue;
        count++;
        for (int j = 0; j < command->argument_count; j++)
            if (command->arguments[j].type != VALUE_NONE)
                count += senml_write_count(command->arguments[j]);
    }
    return count;
}

void command_write_records(const struct twin *twin, struct senml_write *write) {
    char name[NAME_MAX_BYTES];
    for (uint32_t i = 0; i < twin->command_count; i++) {
        const struct command *command = &twin->commands[i];
        if (!command_is_open(command)) continue;
        const struct command_spec *spec = &twin->model->commands[command->index];
        int length = snprintf(name, sizeof name, "commands/%u/%s", command->id, spec->name);
        senml_write_record(write, name, "", value_boolean(true), command->queued_at);
        for (int j = 0; j < command->argument_count; j++) {
            if (command->arguments[j].type == VALUE_NONE) continue;
            snprintf(name + length, sizeof name - (size_t)length, "/%s", spec->arguments[j].name);
            senml_write_record(write, name, spec->arguments[j].unit, command->arguments[j],
                               command->queued_at);
        }
    }
}

uint32_t command_newest_open(const struct twin *twin, uint64_t *rev) {
    uint32_t newest = 0;
    for (uint32_t i = 0; i < twin->command_count; i++) {
        const struct command *command = &twin->commands[i];
        if (!command_is_open(command)) continue;
        if (command->rev > *rev) *rev = command->rev;
        newest = command->id; // the list is in the order of ids
    }
    return newest;
}

static struct actor actor_of(const struct peer *peer) {
    struct actor actor = {.kind = ACTOR_COAP};
    char text[PEER_TEXT_MAX];
    int length = peer_format(peer, text);
    if (length > (int)sizeof actor.bytes) length = (int)sizeof actor.bytes;
    memcpy(actor.bytes, text, (size_t)length);
    actor.length = (uint8_t)length;
    return actor;
}

void command_told(const struct door *door, uint32_t number, uint32_t newest,
                  const struct peer *peer) {
    struct twin *twin = world_twin(door->world, number);
    const struct command *last = twin ? twin_command(twin, newest) : NULL;
    struct err err;
    uint64_t rev;
    bool is_news = false;
    if (!last) return;
    for (uint32_t i = 0; i < twin->command_count; i++)
        is_news |= twin->commands[i].id <= newest && twin->commands[i].state == COMMAND_QUEUED;
    if (!is_news) return;
    struct actor actor = actor_of(peer);
    // While the disk is full this fails and the command stays queued although it was told; the
    // device's result ends it all the same.
    door->command_moved(door->context, twin, newest, COMMAND_SENT, "", &actor, &rev, &err);
}

// ---- and back ----

struct result {
    enum command_state state;
    char text[COMMAND_RESULT_MAX + 1];
};

static bool parse_id(struct slice text, uint32_t *id, struct err *err) {
    char shown[SHOWN_MAX];
    uint64_t number = 0;
    bool is_number = text.length > 0 && text.length <= 10;
    for (uint32_t i = 0; i < text.length && is_number; i++) {
        is_number = text.bytes[i] >= '0' && text.bytes[i] <= '9';
        number = number * 10 + (uint64_t)(text.bytes[i] - '0');
    }
    *id = (uint32_t)number;
    if (is_number && number > 0 && number <= UINT32_MAX) return true;
    return err_set(err, ERR_INVALID,
                   "\"%s\" is no command's id: it is the number in commands/ID/NAME",
                   resource_show(text, shown));
}

static bool take_text(const char *bytes, size_t length, struct result *result, struct err *err) {
    if (length > COMMAND_RESULT_MAX)
        return err_set(err, ERR_TOO_LARGE, "the result has %zu bytes, the limit is %d", length,
                       COMMAND_RESULT_MAX);
    if (!utf8_is_valid((const uint8_t *)bytes, length) || memchr(bytes, 0, length))
        return err_set(err, ERR_INVALID, "the result is a text, this is not UTF-8");
    memcpy(result->text, bytes, length);
    result->text[length] = 0;
    return true;
}

static bool take_state(struct value value, struct result *result, struct err *err) {
    if (value.type == VALUE_TEXT && value.length == 4 && memcmp(value.text, "done", 4) == 0)
        result->state = COMMAND_DONE;
    else if (value.type == VALUE_TEXT && value.length == 6 && memcmp(value.text, "failed", 6) == 0)
        result->state = COMMAND_FAILED;
    else
        return err_set(err, ERR_INVALID, "state is \"done\" or \"failed\"");
    return true;
}

static bool take_result(struct value value, struct result *result, struct err *err) {
    struct buffer number = {0};
    if (value.type == VALUE_TEXT) return take_text(value.text, value.length, result, err);
    if (value.type != VALUE_NUMBER)
        return err_set(err, ERR_INVALID, "result is a text or a number");
    json_number(&number, value.number);
    bool is_good = take_text((const char *)number.bytes, number.length, result, err);
    buffer_fini(&number);
    return is_good;
}

static bool take_member(const struct record *record, struct result *result, struct err *err) {
    char shown[SHOWN_MAX];
    if (record->fault)
        return err_set(err, ERR_INVALID, "%s: %s", resource_show(record->name, shown),
                       record->fault);
    if (slice_is(record->name, "state")) return take_state(record->value, result, err);
    if (slice_is(record->name, "result")) return take_result(record->value, result, err);
    return err_set(err, ERR_INVALID, "a result has state and result, not \"%s\"",
                   resource_show(record->name, shown));
}

static bool parse_map(struct resources *resources, const struct request *request,
                      struct result *result, struct err *err) {
    struct pack pack;
    struct record record;
    enum pack_next next;
    pack_init(&pack, request->format, request->payload, request->length, request->received,
              &resources->region);
    while ((next = pack_next(&pack, &record, err)) == PACK_RECORD) {
        if (!take_member(&record, result, err)) return false;
    }
    return next == PACK_END;
}

static bool parse_result(struct resources *resources, const struct request *request,
                         struct result *result, struct err *err) {
    *result = (struct result){.state = COMMAND_DONE};
    if (request->length == 0) return true;
    switch (request->format) {
    case FORMAT_JSON:
    case FORMAT_CBOR:
        return parse_map(resources, request, result, err);
    case FORMAT_TEXT:
    case FORMAT_NONE:
        return take_text((const char *)request->payload, request->length, result, err);
    default:
        return err_set(err, ERR_FORMAT,
                       "a result is 50 a JSON object, 60 a CBOR map, or 0 a text, not %d",
                       request->format);
    }
}

void command_take_result(struct resources *resources, const struct request *request,
                         struct answer *answer) {
    const struct door *door = resources->door;
    struct target target;
    struct result result;
    struct err err;
    uint32_t id;
    uint64_t rev = 0;
    if (!resource_need_twin(resources, request->path[1], &target, &err) ||
        !parse_id(request->path[3], &id, &err) ||
        !parse_result(resources, request, &result, &err)) {
        answer_error(answer, &err, &resources->region);
        return;
    }
    struct actor actor = actor_of(request->peer);
    if (!door->command_moved(door->context, target.twin, id, result.state, result.text, &actor,
                             &rev, &err)) {
        answer_error(answer, &err, &resources->region);
        return;
    }
    answer_init(answer, CODE_CHANGED);
    answer->rev = rev;
}
