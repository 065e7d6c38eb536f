// The client is read from while few answers wait, so their memory is bounded by what it may ask
// for.

#include "push/answer.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "push/frame.h"
#include "push/http.h"
#include "push/later.h"
#include "push/service.h"
#include "push/session.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ID_TEXT_MAX 64
#define BYTES_MAX 65536 // of answers not taken, beyond which the client is not read
#define PENDING_MAX 256 // writes not on disk, beyond which it is not either

struct answer {
    struct answer *next;
    size_t length;
    char bytes[];
};

struct pending_write {
    struct durable_wait wait; // first, so that the wait is the pending write
    struct session *session;
    struct pending_write *next;
    uint32_t command; // its id, 0 when it is something else
    char id[ANSWER_ID_SIZE];
};

struct asked { // what is not known yet
    struct later *later;
    struct session *session;
    struct asked *next;
    char id[ANSWER_ID_SIZE];
};

bool answer_read_id(const cJSON *message, char *id, struct err *err) {
    const cJSON *member = document_member(message, "id");
    struct buffer text = {0};
    bool is_text = cJSON_IsString(member) && strlen(member->valuestring) <= ID_TEXT_MAX;
    if (cJSON_IsNumber(member))
        json_number(&text, member->valuedouble);
    else if (is_text)
        json_string(&text, member->valuestring);
    else
        json_null(&text);
    bool is_short = text.length < ANSWER_ID_SIZE; // control characters take six bytes each
    size_t length = is_short ? text.length : 4;
    memcpy(id, is_short ? (const char *)text.bytes : "null", length);
    id[length] = 0;
    buffer_fini(&text);
    if (!member || cJSON_IsNull(member) || cJSON_IsNumber(member) || (is_text && is_short))
        return true;
    return err_set(err, ERR_INVALID, "'id' must be a number or a text of up to %d bytes",
                   ID_TEXT_MAX);
}

void answer_open(struct buffer *out, const char *id, bool is_ok) {
    json_open(out, '{');
    json_key(out, "id");
    json_raw(out, id);
    json_key(out, "ok");
    json_boolean(out, is_ok);
}

static void mind_reading(struct session *session) {
    bool is_on = session->answer_bytes <= BYTES_MAX && session->pending_count < PENDING_MAX;
    if (is_on == session->is_reading) return;
    session->is_reading = is_on;
    session->port.set_reading(session->port.context, is_on);
}

void answer_send(struct session *session, struct buffer *out) {
    struct answer *answer = xmalloc(sizeof *answer + out->length);
    answer->next = NULL;
    answer->length = out->length;
    memcpy(answer->bytes, out->bytes, out->length);
    buffer_fini(out);
    *(session->first_answer ? &session->last_answer->next : &session->first_answer) = answer;
    session->last_answer = answer;
    session->answer_bytes += answer->length;
    mind_reading(session);
    session->port.want_write(session->port.context);
}

void answer_problem(struct session *session, const char *id, const struct err *err) {
    struct buffer out = {0};
    answer_open(&out, id, false);
    json_key(&out, "error");
    http_problem_write(http_status(err->code), err->text, &out);
    json_close(&out, '}');
    answer_send(session, &out);
}

bool answer_take(struct session *session, struct buffer *out) {
    struct answer *answer = session->first_answer;
    if (!answer) return false;
    buffer_add(out, answer->bytes, answer->length);
    session->first_answer = answer->next;
    session->answer_bytes -= answer->length;
    free(answer);
    mind_reading(session);
    return true;
}

static void on_durable(struct durable_wait *wait) {
    struct pending_write *pending = (struct pending_write *)wait;
    struct session *session = pending->session;
    struct pending_write **place = &session->pending;
    while (*place != pending)
        place = &(*place)->next;
    *place = pending->next;
    session->pending_count--;
    struct buffer out = {0};
    answer_open(&out, pending->id, true);
    if (pending->command) {
        json_key(&out, "command");
        json_unsigned(&out, pending->command);
    }
    json_key(&out, "rev");
    json_unsigned(&out, wait->rev);
    json_close(&out, '}');
    answer_send(session, &out);
    free(pending);
}

void answer_when_durable(struct session *session, const char *id, uint64_t rev) {
    answer_command_when_durable(session, id, 0, rev);
}

void answer_command_when_durable(struct session *session, const char *id, uint32_t command,
                                 uint64_t rev) {
    struct pending_write *pending = xcalloc(1, sizeof *pending);
    pending->session = session;
    pending->command = command;
    memcpy(pending->id, id, strlen(id) + 1);
    pending->next = session->pending;
    session->pending = pending;
    session->pending_count++;
    mind_reading(session);
    durable_add(&session->service->durable, &pending->wait, rev, on_durable);
}

static void on_known(struct later *later, const struct err *why, const struct buffer *json) {
    struct asked *asked = later->context;
    struct session *session = asked->session;
    struct asked **place = &session->asked;
    struct buffer out = {0};
    struct err err;
    while (*place != asked)
        place = &(*place)->next;
    *place = asked->next;
    if (why) {
        answer_problem(session, asked->id, why);
    } else if (json->length + ANSWER_ID_SIZE + 20 > FRAME_MAX) {
        err_set(&err, ERR_TOO_LARGE,
                "the answer has more than the %d bytes of a message: ask by HTTP, or for fewer "
                "fields, longer steps or a shorter horizon",
                FRAME_MAX);
        answer_problem(session, asked->id, &err);
    } else { // the object's own members
        answer_open(&out, asked->id, true);
        buffer_byte(&out, ',');
        buffer_add(&out, json->bytes + 1, json->length - 2);
        json_close(&out, '}');
        answer_send(session, &out);
    }
    free(asked);
}

void answer_when_known(struct session *session, const char *id, struct later *later) {
    struct asked *asked = xcalloc(1, sizeof *asked);
    asked->session = session;
    asked->later = later;
    memcpy(asked->id, id, strlen(id) + 1);
    asked->next = session->asked;
    session->asked = asked;
    later->context = asked;
    later->on_done = on_known;
    later->start(later);
}

static void drop_asked(struct session *session) {
    for (struct asked *asked = session->asked, *next; asked; asked = next) {
        next = asked->next;
        asked->later->context = NULL;
        free(asked);
    }
    session->asked = NULL;
}

void answers_drop(struct session *session) {
    drop_asked(session);
    while (session->first_answer) {
        struct answer *answer = session->first_answer;
        session->first_answer = answer->next;
        free(answer);
    }
    while (session->pending) {
        struct pending_write *pending = session->pending;
        session->pending = pending->next;
        durable_remove(&session->service->durable, &pending->wait);
        free(pending);
    }
}
