// One load on its way through release.c, what is stored of it (release_heads.c), and the words that
// go out about it (release_words.c).

#ifndef RELEASE_H
#define RELEASE_H

#include "base/err.h"
#include "base/worker.h"
#include "push/desk.h"
#include "script/mark.h"
#include "store/versions.h"

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct reload;
struct script;

enum load_source { SOURCE_DISK, SOURCE_GIVEN, SOURCE_STORE };

struct load {
    struct job job;
    struct reload *reload;
    struct load *next;
    struct order *order; // owned; NULL: a look at the disk, or the runtime's own
    enum load_source source;
    bool is_asked;     // disk: by a signal, not by a change of the files
    bool is_disk_look; // disk: not asked for, so one of them waiting is enough
    bool is_only_read;
    bool is_rollback;
    char *why;        // rollback: the reason, NULL = none given
    uint64_t dropped; // not a load: this version goes
    uint64_t serving; // when it began
    int64_t asked_at; // monotonic
    // What came of it.
    uint64_t version;
    struct script_files files;
    struct script *script, *for_looker; // NULL: it serves already
    struct versions heads;              // as they are to be stored
    bool has_failed, has_mark;
    struct err err;
    struct mark mark;
};

// load->heads as they will be: the new one promoted (or only stored), the one before it not
// (release_heads.c).
void release_prepare_heads(struct load *load);

// To every browser. `state` as in struct version_news.
void release_tell(const struct load *load, const char *state, const char *why);
// A refusal for the author at the terminal: sentence, line and caret.
void release_write_block(const struct load *load);

// {"promoted":, "versions": [...]}, newest first.
void release_list(void *reload, struct buffer *out);
// {"version":, "serving":, "changed": [{"path":, "change":}], "models": N ...
void release_write_answer(const struct load *load, struct buffer *out);
// ... "state":, "ms": }
void release_close_answer(const struct load *load, struct buffer *out);
// {"version":, "files": {PATH: TEXT}}
void release_write_files(const struct load *load, struct buffer *out);

#endif
