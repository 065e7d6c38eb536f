// Versions as JSON, for the WebSocket as news, and for the terminal.

#include "base/json.h"
#include "base/loop.h"
#include "base/memory.h"
#include "config.h"
#include "push/push.h"
#include "release.h"
#include "reload.h"
#include "turn/engine.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void write_version(struct buffer *out, const char *key, uint64_t version) {
    char text[17];
    snprintf(text, sizeof text, "%08x", (unsigned)(version >> 32));
    json_key(out, key);
    if (version)
        json_string(out, text);
    else
        json_null(out);
}

static void write_text(struct buffer *out, const char *key, const char *text) {
    json_key(out, key);
    json_string(out, text ? text : "");
}

void release_tell(const struct load *load, const char *state, const char *why) {
    const struct reload *reload = load->reload;
    const struct version_head *head = versions_find(&reload->versions, reload->world->version);
    struct version_news news = {.version = reload->world->version,
                                .state = state,
                                .author = head ? head->author : "",
                                .reason = head ? head->reason : "",
                                .why = why,
                                .file = load->has_mark ? load->mark.file : "",
                                .text = load->has_mark ? load->mark.text : "",
                                .line = load->has_mark ? load->mark.line : 0,
                                .column = load->has_mark ? load->mark.column : 0,
                                .at = loop_now(reload->loop)};
    if (reload->push) push_on_version(reload->push, &news);
}

void release_write_block(const struct load *load) {
    struct buffer out = {0};
    buffer_printf(&out, "\n%s\n", load->err.text);
    mark_write(&load->mark, &out);
    buffer_printf(&out, "\n");
    ssize_t written = write(STDERR_FILENO, out.bytes, out.length);
    (void)written; // nowhere left to say it
    buffer_fini(&out);
}

static void write_head(const struct reload *reload, const struct version_head *head,
                       struct buffer *out) {
    bool is_serving = head->version == reload->world->version;
    bool is_canary = head->version == reload->world->canary.version;
    const struct tally *tally =
        is_canary ? engine_canary_tally(reload->engine) : engine_tally(reload->engine);
    bool is_counted = is_serving || is_canary;
    json_open(out, '{');
    write_version(out, "version", head->version);
    write_text(out, "state", is_canary ? "canary" : version_state_name(head->state));
    if (is_canary) {
        json_key(out, "share");
        json_unsigned(out, reload->world->canary.share);
    }
    json_key(out, "at");
    json_time(out, head->at);
    json_key(out, "promoted_at");
    if (head->promoted_at)
        json_time(out, head->promoted_at);
    else
        json_null(out);
    write_text(out, "author", head->author);
    write_text(out, "reason", head->reason);
    json_key(out, "turns");
    json_unsigned(out, head->turns + (is_counted ? tally->turns : 0));
    json_key(out, "failures");
    json_unsigned(out, head->failures + (is_counted ? tally->failures : 0));
    write_text(out, "why", is_counted && tally->failures ? tally->first : head->why);
    write_version(out, "before", head->before);
    json_close(out, '}');
}

void release_list(void *context, struct buffer *out) {
    const struct reload *reload = context;
    json_open(out, '{');
    write_version(out, "promoted", reload->versions.promoted);
    json_key(out, "versions");
    json_open(out, '[');
    for (int i = reload->versions.count; i-- > 0;)
        write_head(reload, &reload->versions.heads[i], out);
    json_close(out, ']');
    json_close(out, '}');
}

static void write_change(struct buffer *out, const char *path, const char *change) {
    json_open(out, '{');
    write_text(out, "path", path);
    write_text(out, "change", change);
    json_close(out, '}');
}

// Both are sorted by path.
static void write_changes(const struct script_files *old, const struct script_files *new,
                          struct buffer *out) {
    int i = 0, j = 0;
    while (i < old->count || j < new->count) {
        int order = i == old->count   ? 1
                    : j == new->count ? -1
                                      : strcmp(old->files[i].path, new->files[j].path);
        if (order == 0) {
            const struct script_file *a = &old->files[i], *b = &new->files[j];
            if (a->length != b->length || memcmp(a->text, b->text, a->length) != 0)
                write_change(out, a->path, "changed");
        } else {
            write_change(out, order < 0 ? old->files[i].path : new->files[j].path,
                         order < 0 ? "removed" : "added");
        }
        i += order <= 0;
        j += order >= 0;
    }
}

void release_write_answer(const struct load *load, struct buffer *out) {
    json_open(out, '{');
    write_version(out, "version", load->version);
    write_version(out, "from", load->serving);
    json_key(out, "changed");
    json_open(out, '[');
    write_changes(&load->reload->files, &load->files, out);
    json_close(out, ']');
}

void release_close_answer(const struct load *load, struct buffer *out) {
    const struct reload *reload = load->reload;
    bool is_serving = load->version == reload->world->version;
    bool is_canary = load->version == reload->world->canary.version;
    write_text(out, "state", is_serving ? "promoted" : is_canary ? "canary" : "stored");
    json_key(out, "ms");
    json_number(out, (double)(loop_monotonic(reload->loop) - load->asked_at) / 1000);
    json_close(out, '}');
}

void release_write_files(const struct load *load, struct buffer *out) {
    json_open(out, '{');
    write_version(out, "version", load->version);
    json_key(out, "files");
    json_open(out, '{');
    for (int i = 0; i < load->files.count; i++) {
        json_key(out, load->files.files[i].path);
        json_text(out, load->files.files[i].text, load->files.files[i].length);
    }
    json_close(out, '}');
    json_close(out, '}');
}
