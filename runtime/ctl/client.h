// Asks a running twind over HTTP.

#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;
struct buffer;
struct err;

// `url` as "http://127.0.0.1:8080", with or without a slash behind.
struct client *client_new(const char *url, struct err *err);
void client_free(struct client *client);

struct request {
    const char *method; // "GET"
    const char *path;   // under /api/v1, "/twins?limit=10"; texts in it through client_escape
    const char *body;   // NULL: none
    const char *type;   // of the body
    uint64_t if_rev;    // sent as If-Match when not 0
};

struct answer {
    cJSON *body;  // NULL when there was none, or it was no JSON
    uint64_t rev; // of the ETag, 0: none
};

// False when twind cannot be reached (ERR_UNAVAILABLE) or answers with an error, whose code and
// sentence `err` takes over.
bool client_ask(struct client *client, const struct request *request, struct answer *answer,
                struct err *err);
void answer_fini(struct answer *answer);
// The same of a twin: `part` is what stands behind its id, "/desired", or ""; `body` is JSON, may
// be NULL, and of a PATCH a merge-patch.
bool client_ask_twin(struct client *client, const char *method, const char *id, const char *part,
                     const cJSON *body, uint64_t if_rev, struct answer *answer, struct err *err);

// GET of what is no JSON and may have any size and take any time, told piece by piece. False as
// client_ask, or when `on_bytes` was false, which ends it.
bool client_fetch(struct client *client, const char *path,
                  bool (*on_bytes)(void *context, const void *bytes, size_t length,
                                   struct err *err),
                  void *context, struct err *err);

// For a path or query; the caller frees it.
char *client_escape(const char *text);
// Adds "&name=value" to a path that has a query; a value of NULL adds nothing.
void client_add_query(struct buffer *path, const char *name, const char *value);

#endif
