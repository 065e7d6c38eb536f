// Revisions of one twin as JSON: what caused each, who sent it, and what it changed.
//
// {"revisions": [{"rev", "received", "input": "samples", "actor": {"kind": "coap", "name"},
// "version",
//   "from_rev", "changes": [{"change": "sample", "field", "value", "was", "quality", "at"}, ...]}],
//  "cursor": "81230"}, newest first; without a cursor these were the first of the twin, or of what
// the log keeps. What a script remembers for itself (estimators, timers) is left out.

#ifndef PUSH_REVISION_JSON_H
#define PUSH_REVISION_JSON_H

struct buffer;
struct past;
struct world;

// Steps through the page. `live` knows the ids of other twins; one that is gone is null.
void revision_json_write(struct past *page, const struct world *live, struct buffer *out);

#endif
