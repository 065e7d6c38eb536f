// A client that does not take its answers is not told: it reads the version when it comes back.

#include "push/news.h"

#include "base/json.h"
#include "push/answer.h"
#include "push/connection.h"
#include "push/desk.h"
#include "push/service.h"
#include "push/session.h"

#include <stdio.h>
#include <string.h>

#define WAITING_MAX 32768 // bytes of answers that a session has not taken

static void write_text(struct buffer *out, const char *key, const char *text) {
    if (!text || !text[0]) return;
    json_key(out, key);
    json_string(out, text);
}

static void write_number(struct buffer *out, const char *key, int number) {
    if (number == 0) return;
    json_key(out, key);
    json_integer(out, number);
}

static void write_news(struct buffer *out, const struct version_news *news) {
    char version[9];
    snprintf(version, sizeof version, "%08x", (unsigned)(news->version >> 32));
    json_open(out, '{');
    write_text(out, "op", "version");
    write_text(out, "version", version);
    write_text(out, "state", news->state);
    json_key(out, "at");
    json_seconds(out, news->at);
    write_text(out, "author", news->author);
    write_text(out, "reason", news->reason);
    write_text(out, "why", news->why);
    write_text(out, "file", news->file);
    write_number(out, "line", news->line);
    write_number(out, "column", news->column);
    write_text(out, "text", news->text);
    json_close(out, '}');
}

static void send_copy(struct session *session, const struct buffer *message) {
    if (session->answer_bytes > WAITING_MAX) return;
    struct buffer copy = {0};
    buffer_add(&copy, message->bytes, message->length);
    answer_send(session, &copy);
}

void news_tell(struct service *service, const struct version_news *news) {
    struct buffer message = {0};
    write_news(&message, news);
    for (struct connection *at = service->connections; at; at = at->next)
        if (at->session) send_copy(at->session, &message);
    buffer_fini(&service->standing);
    if (strcmp(news->state, "promoted") == 0)
        buffer_fini(&message);
    else
        service->standing = message;
}

void news_greet(struct session *session) {
    if (session->service->standing.length > 0) send_copy(session, &session->service->standing);
}
