// A prompt: lines run one after the other on a fork of now, each a turn of the twin, with what each
// came to. A line is Lua (script/prompt.h), or one of
//   :sample NAME=VALUE ...     its device says so
//   :advance DURATION          timers, alarm delays and predictions run on
//
// {"rev", "at", "lines": [{"said": [texts], "why", "writes": [{"twin", "field", "before",
// "after"}]}]}
//
// `why` is there when a line, or a handler that it set off, failed: then that twin's writes of it
// are dropped. Lines after it run all the same.

#ifndef FORK_PROMPT_H
#define FORK_PROMPT_H

#include "fork/fork.h"

#define PROMPT_LINES_MAX 1000
#define PROMPT_CPU_MAX 10000000 // us, of all of it

struct buffer;

struct prompt_request { // zeroed at first; texts are its own
    struct fork_source source;
    struct snapshot *snapshot; // of now
    uint32_t number;           // the twin
    uint64_t rev;              // 0: now
    uint64_t version;          // the live one, where rev is 0
    char **lines;
    int line_count;
};

// Any thread; nothing live is touched.
bool prompt_run(struct prompt_request *request, struct buffer *json, struct err *err);
void prompt_request_fini(struct prompt_request *request);

#endif
