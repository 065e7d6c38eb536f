// One table of ops. What an op needs of the world it reads there; what it changes goes through the
// door.

#include "push/session.h"

#include "base/err.h"
#include "base/json.h"
#include "push/answer.h"
#include "push/command_json.h"
#include "push/frame.h"
#include "push/http_whatif.h"
#include "push/news.h"
#include "push/service.h"
#include "push/settings.h"
#include "push/twin_json.h"
#include "twin/change.h"
#include "twin/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef bool op_handler(struct session *session, const cJSON *message, const char *id,
                        struct err *err);

static op_handler on_sub, on_unsub, on_pace, on_get, on_set, on_command, on_ack, on_whatif, on_ping;

static const struct {
    const char *name;
    op_handler *handler;
} ops[] = {{"sub", on_sub}, {"unsub", on_unsub},   {"pace", on_pace},
           {"get", on_get}, {"set", on_set},       {"command", on_command},
           {"ack", on_ack}, {"whatif", on_whatif}, {"ping", on_ping}};

struct session *session_new(struct service *service, const struct session_port *port,
                            const struct actor *actor) {
    struct session *session = xcalloc(1, sizeof *session);
    session->service = service;
    session->port = *port;
    session->actor = *actor;
    session->is_reading = true;
    service->client_count++;
    char epoch[17];
    snprintf(epoch, sizeof epoch, "%016" PRIx64, service->options.epoch);
    struct buffer out = {0};
    json_open(&out, '{');
    json_key(&out, "op");
    json_string(&out, "hello");
    json_key(&out, "v");
    json_integer(&out, 1);
    json_key(&out, "epoch");
    json_string(&out, epoch);
    json_key(&out, "rev");
    json_unsigned(&out, service->world->rev);
    json_key(&out, "now");
    json_seconds(&out, service->options.door->now(service->options.door->context));
    json_close(&out, '}');
    answer_send(session, &out);
    news_greet(session);
    return session;
}

static void drop(struct session *session, int place) {
    struct subscription *subscription = session->subscriptions[place];
    pace_forget(subscription);
    watch_remove(&session->service->watch, subscription);
    subscription_free(subscription);
    session->subscriptions[place] = session->subscriptions[--session->subscription_count];
}

void session_free(struct session *session) {
    if (!session) return;
    while (session->subscription_count > 0)
        drop(session, 0);
    answers_drop(session);
    buffer_fini(&session->inbox);
    session->service->client_count--;
    free(session);
}

// ---- writing ----

void session_on_ready(struct subscription *subscription) {
    struct session *session = subscription->session;
    session->port.want_write(session->port.context);
}

// The next frame of a subscription, each in turn, so that a large one does not hold up the others.
static bool write_frame(struct session *session, struct buffer *out) {
    struct service *service = session->service;
    for (int i = 0; i < session->subscription_count; i++) {
        session->turn = (session->turn + 1) % session->subscription_count;
        struct subscription *subscription = session->subscriptions[session->turn];
        if (!subscription->is_ready) continue;
        pace_begin(subscription);
        if (frame_next(subscription, service->world, out, service->rows)) return true;
        pace_end(subscription);
    }
    return false;
}

bool session_write(struct session *session, struct buffer *out) {
    if (!answer_take(session, out) && !write_frame(session, out)) return false;
    ++*session->service->frames;
    return true;
}

bool session_has_more(const struct session *session) {
    bool has_more = session->first_answer != NULL;
    for (int i = 0; i < session->subscription_count && !has_more; i++)
        has_more = session->subscriptions[i]->is_ready;
    return has_more;
}

// ---- reading ----

static void handle(struct session *session, const char *text, size_t length) {
    struct err err;
    char id[ANSWER_ID_SIZE] = "null";
    ++*session->service->messages;
    cJSON *message = document_parse("the message", text, length, &err);
    bool is_good = message && answer_read_id(message, id, &err);
    const char *op = is_good ? document_text(message, "op", &err) : NULL;
    size_t i = 0;
    while (op && i < ARRAY_LEN(ops) && strcmp(ops[i].name, op) != 0)
        i++;
    if (op && i == ARRAY_LEN(ops))
        err_set(&err, ERR_INVALID,
                "there is no op '%.40s'; sub, unsub, pace, get, set, command, ack, whatif and ping "
                "are",
                op);
    else if (op)
        is_good = ops[i].handler(session, message, id, &err);
    if (!op || i == ARRAY_LEN(ops) || !is_good) answer_problem(session, id, &err);
    cJSON_Delete(message);
}

void session_receive(struct session *session, const char *bytes, size_t length, bool is_first,
                     bool is_final) {
    if (is_first) {
        session->inbox.length = 0;
        session->is_skipping = false;
    }
    if (session->is_skipping) return;
    if (session->inbox.length + length > SESSION_MESSAGE_MAX) {
        struct err err;
        err_set(&err, ERR_TOO_LARGE, "the message has more than %d bytes, which is the limit",
                SESSION_MESSAGE_MAX);
        answer_problem(session, "null", &err);
        session->is_skipping = true;
        return;
    }
    if (is_first && is_final) {
        handle(session, bytes, length);
        return;
    }
    buffer_add(&session->inbox, bytes, length);
    if (!is_final) return;
    handle(session, (const char *)session->inbox.bytes, session->inbox.length);
    buffer_fini(&session->inbox);
}

// ---- subscriptions ----

static bool read_hz(const cJSON *message, bool may_pause, double *hz, struct err *err) {
    const cJSON *member = document_member(message, "hz");
    *hz = PACE_HZ_DEFAULT;
    if (!member) return true;
    *hz = cJSON_IsNumber(member) ? member->valuedouble : -1;
    if ((*hz >= 1 && *hz <= PACE_HZ_MAX) || (may_pause && *hz == 0)) return true;
    return err_set(err, ERR_INVALID, "'hz' must be a number from 1 to %d%s", PACE_HZ_MAX,
                   may_pause ? ", or 0 to pause" : "");
}

static bool check_encoding(const cJSON *message, struct err *err) {
    const cJSON *member = document_member(message, "enc");
    if (!member || (cJSON_IsString(member) && strcmp(member->valuestring, "json") == 0))
        return true;
    return err_set(err, ERR_INVALID, "'enc' must be \"json\"");
}

// The rev of "epoch:rev" when that is of this epoch and not of the future, else 0: all.
static bool read_since(const struct session *session, const cJSON *message, uint64_t *since,
                       struct err *err) {
    const cJSON *member = document_member(message, "since");
    char now[17];
    *since = 0;
    if (!member || cJSON_IsNull(member)) return true;
    const char *colon = cJSON_IsString(member) ? strchr(member->valuestring, ':') : NULL;
    if (!colon || colon[1] < '0' || colon[1] > '9')
        return err_set(err, ERR_INVALID, "'since' must be text like \"epoch:rev\"");
    snprintf(now, sizeof now, "%016" PRIx64, session->service->options.epoch);
    uint64_t rev = strtoull(colon + 1, NULL, 10);
    if (strncmp(member->valuestring, now, 16) == 0 && member->valuestring[16] == ':' &&
        rev <= session->service->world->rev)
        *since = rev;
    return true;
}

static void answer_sub(struct session *session, const char *id, struct subscription *subscription) {
    struct buffer out = {0};
    answer_open(&out, id, true);
    json_key(&out, "sid");
    json_unsigned(&out, subscription->sid);
    json_key(&out, "dict");
    json_open(&out, '{');
    frame_write_dictionary(subscription, session->service->world, FRAME_MAX - out.length, &out);
    json_close(&out, '}');
    json_close(&out, '}');
    answer_send(session, &out);
}

static bool on_sub(struct session *session, const cJSON *message, const char *id, struct err *err) {
    struct service *service = session->service;
    struct selection selection;
    double hz;
    uint64_t since;
    if (session->subscription_count == SESSION_SUBSCRIPTIONS_MAX)
        return err_set(err, ERR_TOO_LARGE,
                       "a client may have %d subscriptions; unsub one that is not needed",
                       SESSION_SUBSCRIPTIONS_MAX);
    if (!read_hz(message, false, &hz, err) || !check_encoding(message, err) ||
        !read_since(session, message, &since, err) ||
        !selection_parse(document_member(message, "sel"), service->world, &selection, err))
        return false;
    struct subscription *subscription =
        subscription_new(++service->next_sid, &selection, since, service->world);
    subscription->session = session;
    subscription->pace = &service->pace;
    watch_add(&service->watch, subscription);
    session->subscriptions[session->subscription_count++] = subscription;
    answer_sub(session, id, subscription);
    pace_set(subscription, hz);
    return true;
}

static int find(const struct session *session, const cJSON *message, struct err *err) {
    uint64_t sid;
    if (!document_whole(message, "sid", 0, &sid, err)) return -1;
    for (int i = 0; i < session->subscription_count; i++)
        if (session->subscriptions[i]->sid == sid) return i;
    err_set(err, ERR_NOT_FOUND, "this client has no subscription %" PRIu64, sid);
    return -1;
}

static void answer_ok(struct session *session, const char *id) {
    struct buffer out = {0};
    answer_open(&out, id, true);
    json_close(&out, '}');
    answer_send(session, &out);
}

static bool on_unsub(struct session *session, const cJSON *message, const char *id,
                     struct err *err) {
    int place = find(session, message, err);
    if (place < 0) return false;
    drop(session, place);
    answer_ok(session, id);
    return true;
}

static bool on_pace(struct session *session, const cJSON *message, const char *id,
                    struct err *err) {
    double hz;
    int place = find(session, message, err);
    if (place < 0 || !read_hz(message, true, &hz, err)) return false;
    pace_set(session->subscriptions[place], hz);
    answer_ok(session, id);
    return true;
}

// ---- single twins ----

static struct twin *find_twin(const struct session *session, const cJSON *message,
                              struct err *err) {
    const char *id = document_text(message, "twin", err);
    struct twin *twin = id ? world_find(session->service->world, id, strlen(id)) : NULL;
    if (id && !twin) err_set(err, ERR_NOT_FOUND, "there is no twin '%.64s'", id);
    return twin;
}

static bool on_get(struct session *session, const cJSON *message, const char *id, struct err *err) {
    const struct twin *twin = find_twin(session, message, err);
    if (!twin) return false;
    struct buffer out = {0};
    answer_open(&out, id, true);
    json_key(&out, "twin");
    twin_json_write(session->service->world, twin, NULL, &out);
    json_close(&out, '}');
    if (out.length > FRAME_MAX) {
        buffer_fini(&out);
        return err_set(err, ERR_TOO_LARGE,
                       "twin %s has more than the %d bytes of a message: read it by HTTP at "
                       "/api/v1/twins/%s",
                       twin->id, FRAME_MAX, twin->id);
    }
    answer_send(session, &out);
    return true;
}

static bool on_set(struct session *session, const cJSON *message, const char *id, struct err *err) {
    const struct door *door = session->service->options.door;
    struct twin *twin = find_twin(session, message, err);
    struct settings settings = {0};
    uint64_t if_rev, rev;
    if (!twin || !document_whole(message, "if_rev", 0, &if_rev, err)) return false;
    bool is_done =
        settings_parse_desired(document_member(message, "desired"),
                               settings_model(session->service->world, twin), &settings, err) &&
        door->desired(door->context, twin, settings.list, settings.count, if_rev, &session->actor,
                      &rev, err);
    settings_fini(&settings);
    if (is_done) answer_when_durable(session, id, rev);
    return is_done;
}

static bool on_command(struct session *session, const cJSON *message, const char *id,
                       struct err *err) {
    const struct door *door = session->service->options.door;
    struct twin *twin = find_twin(session, message, err);
    const char *name = twin ? document_text(message, "name", err) : NULL;
    struct value values[EVENT_ARGUMENTS_MAX];
    struct location places[EVENT_ARGUMENTS_MAX];
    uint32_t given;
    uint64_t rev;
    if (!name) return false;
    const struct model *model = settings_model(session->service->world, twin);
    int command = command_json_find(model, name, err);
    if (command == NONE ||
        !command_json_parse(document_member(message, "args"), model, command, values, places,
                            err) ||
        !door->command(door->context, twin, command, values,
                       model->commands[command].argument_count, &session->actor, &given, &rev, err))
        return false;
    answer_command_when_durable(session, id, given, rev);
    return true;
}

static bool on_ack(struct session *session, const cJSON *message, const char *id, struct err *err) {
    const struct door *door = session->service->options.door;
    struct twin *twin = find_twin(session, message, err);
    const char *name = twin ? document_text(message, "alarm", err) : NULL;
    uint64_t rev;
    if (!name) return false;
    int alarm = model_alarm(settings_model(session->service->world, twin), name, strlen(name));
    if (alarm == NONE)
        return err_set(err, ERR_NOT_FOUND, "twin %s has no alarm '%.64s'", twin->id, name);
    if (!door->acknowledge(door->context, twin, alarm, &session->actor, &rev, err)) return false;
    answer_when_durable(session, id, rev);
    return true;
}

static bool on_whatif(struct session *session, const cJSON *message, const char *id,
                      struct err *err) {
    const struct twin *twin = find_twin(session, message, err);
    struct later *later =
        twin ? http_whatif_ask(session->service, twin, message, &session->actor, err) : NULL;
    if (later) answer_when_known(session, id, later);
    return later != NULL;
}

static bool on_ping(struct session *session, const cJSON *message, const char *id,
                    struct err *err) {
    const struct door *door = session->service->options.door;
    (void)message, (void)err;
    struct buffer out = {0};
    answer_open(&out, id, true);
    json_key(&out, "now");
    json_seconds(&out, door->now(door->context));
    json_close(&out, '}');
    answer_send(session, &out);
    return true;
}
