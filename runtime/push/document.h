// JSON that comes in: parsed whole by cJSON, for it is never on the hot path.

#ifndef PUSH_DOCUMENT_H
#define PUSH_DOCUMENT_H

#include "twin/value.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

// The object that `text` is, or NULL. `what` names it in the error: "the body", "the message".
cJSON *document_parse(const char *what, const char *text, size_t length, struct err *err);

// A member by its exact name; NULL when it is missing.
const cJSON *document_member(const cJSON *object, const char *name);

// False when the object has a member that is none of `names`. `what` names the object in the error.
bool document_check(const cJSON *object, const char *const *names, int count, const char *what,
                    struct err *err);

// A member that must be text, or a whole number; its absence is an error unless a
// `fallback` is given. `name` is told in the error.
const char *document_text(const cJSON *object, const char *name, struct err *err);
bool document_whole(const cJSON *object, const char *name, uint64_t fallback, uint64_t *out,
                    struct err *err);

// A number, boolean, text or null (VALUE_NONE) as a value; text stays the document's. `name` is
// what the error calls it.
bool document_value(const cJSON *item, const char *name, struct value *value, struct err *err);

// {"lat": 52.1, "lon": 4.3, "alt": 12}, or the same as text, "52.1,4.3,12". Whether there is such a
// place is not looked at.
bool document_location(const cJSON *item, const char *name, struct location *location,
                       struct err *err);

// Merges the object `patch` into `target` by RFC 7396: null takes a member out.
void document_merge(cJSON *target, const cJSON *patch);

#endif
