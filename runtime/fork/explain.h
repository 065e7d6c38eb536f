// Explain: one recorded turn, run again with a trace on a fork that stands just before it.
//
// Nothing needs to be switched on beforehand: the input is in the log, the scripts are in the
// store, and the twins it looked at are as the log has them. What the turn comes to is compared
// with what was recorded, bit by bit, and told when it differs.
//
// {"twin", "rev", "received", "input": "samples", "actor": {"kind", "name"}, "version",
//  "from": {"rev", "twin"}, of an event and a retry
//  "took_in": [{"field", "value"}],
//  "handlers": [{"handler", "outcome": "ok", "why"}],
//  "lines": [{"handler": index, "file", "line", "text", "count", "depth", "locals": {name: text}}],
//  "is_cut", when more lines ran than are noted
//  "effects": [{"field", "before", "after"}],
//  "equal", "first": {"field", "recorded", "now"}}
//
// `locals` are those that the line made or changed, as they were the last time it ran. Values are
// text.

#ifndef FORK_EXPLAIN_H
#define FORK_EXPLAIN_H

#include "fork/fork.h"

struct buffer;

struct explain_request {
    struct fork_source source;
    struct snapshot *snapshot; // of now
    uint32_t number;           // the twin
    uint64_t newest;           // its newest revision then, which is on disk, as all others are
    uint64_t rev;              // 0: the newest one that set `field`, or its newest
    const char *field;         // or alarm or prediction; NULL = all effects are told
};

// Any thread. False with a sentence when the log or the store has too little of it.
bool explain_run(const struct explain_request *request, struct buffer *json, struct err *err);

#endif
