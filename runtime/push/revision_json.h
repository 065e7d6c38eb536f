// Revisions of one twin as JSON: what caused each, who sent it, and what it changed.
//
// {"revisions": [{"rev", "received", "input": "samples", "actor": {"kind": "coap", "name"},
// "version",
//   "from_rev", "changes": [{"change": "sample", "field", "value", "was", "quality", "at"}, ...]}],
//  "unreadable": [81200, 81229], "cursor": "81180"}, newest first; `unreadable` are revs before
//  them
// that the log has damaged, with those that cannot be told without them; without a cursor these
// were the first of the twin, or of what the log keeps. What a script remembers for itself
// (estimators, timers) is left out.

#ifndef PUSH_REVISION_JSON_H
#define PUSH_REVISION_JSON_H

#include <stdint.h>

struct actor;
struct buffer;
struct past;
struct world;

// Steps through the page. `live` knows the ids of other twins; one that is gone is null.
void revision_json_write(struct past *page, const struct world *live, struct buffer *out);

// The one revision of a page of one, as above and with the twin's id: an entry of the audit.
void revision_json_write_act(struct past *page, const struct world *live, const char *id,
                             struct buffer *out);
// A revision's cause: its number, when, which input, who. Members of an object that is open.
void revision_json_write_cause(uint64_t rev, int64_t received, int kind, const struct actor *actor,
                               struct buffer *out);
const char *revision_json_actor(uint8_t kind); // "http"

#endif
