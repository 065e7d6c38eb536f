// Two lists, each newest first, are put together by time: acts on twins, whose revisions the
// archive reads with what the twin was before, and acts on versions.

#include "push/http_audit.h"

#include "base/json.h"
#include "base/memory.h"
#include "push/archive.h"
#include "push/http_time.h"
#include "push/revision_json.h"
#include "push/service.h"
#include "store/acts.h"
#include "store/log.h"
#include "store/version_acts.h"

#include <stdlib.h>
#include <string.h>

#define LIMIT_USUAL 50
#define LIMIT_MOST 200
#define LOOKED_MAX 200000 // acts that one request looks through: about 0.1 s of the worker
#define ACTOR_MAX 128

struct entry {
    struct act act;
    struct past past; // of the revision, with the twin before it
    bool has_past;
    struct err why; // else
};

struct audit {
    struct reading reading;
    int64_t from, to;                 // microseconds UTC, both in it
    char *twin;                       // NULL = any
    char *actor;                      // what its name or kind begins with, NULL = any
    uint64_t before, sequence_before; // the cursor
    uint32_t limit;
    struct state_file *state;
    // What was found.
    struct entry *entries;
    uint32_t count;
    struct version_act *versions;
    uint32_t version_count;
    struct region region; // texts of those
    uint64_t looked, last_rev;
    bool is_cut; // looked through enough
    uint64_t damaged;
};

// ---- on the worker ----

static bool begins(const char *text, size_t length, const char *with) {
    return strlen(with) <= length && memcmp(text, with, strlen(with)) == 0;
}

static bool is_wanted(const struct audit *audit, const struct act *act) {
    const char *kind = revision_json_actor(act->actor.kind);
    if (audit->twin && strcmp(audit->twin, act->id) != 0) return false;
    return !audit->actor ||
           begins((const char *)act->actor.bytes, act->actor.length, audit->actor) ||
           strcmp(kind, audit->actor) == 0;
}

static bool on_act(void *context, const struct act *act) {
    struct audit *audit = context;
    audit->is_cut = ++audit->looked > LOOKED_MAX;
    if (act->received < audit->from || audit->is_cut) return false;
    audit->last_rev = act->rev;
    if (act->received > audit->to || !is_wanted(audit, act)) return true;
    audit->entries[audit->count++] = (struct entry){.act = *act};
    return audit->count <= audit->limit; // one more than is told: whether there is more
}

static bool on_version_act(void *context, const struct version_act *act) {
    struct audit *audit = context;
    if (act->at < audit->from) return false;
    if (act->at > audit->to) return true;
    if (audit->actor && !begins(act->author, strlen(act->author), audit->actor)) return true;
    struct version_act *kept = &audit->versions[audit->version_count++];
    *kept = *act;
    kept->author = region_copy(&audit->region, act->author, strlen(act->author));
    kept->reason = region_copy(&audit->region, act->reason, strlen(act->reason));
    return audit->version_count <= audit->limit;
}

static bool read_audit(struct reading *reading, struct log *log, struct err *err) {
    struct audit *audit = (struct audit *)reading;
    audit->entries = xcalloc(audit->limit + 1, sizeof *audit->entries);
    audit->versions = xcalloc(audit->limit + 1, sizeof *audit->versions);
    if (!acts_read(log_journal(log), audit->before, on_act, audit, &audit->damaged, err))
        return false;
    if (!audit->twin && audit->state &&
        !version_acts_read(audit->state, audit->sequence_before, on_version_act, audit, err))
        return false;
    for (uint32_t i = 0; i < audit->count && i < audit->limit; i++) {
        struct entry *entry = &audit->entries[i];
        uint64_t rev = entry->act.rev;
        entry->has_past =
            past_open_page(&entry->past, log, entry->act.twin, rev, rev, INT64_MIN, 1, &entry->why);
    }
    return true;
}

// ---- on the loop ----

static void write_entry(struct entry *entry, const struct world *live, struct buffer *json) {
    if (entry->has_past) {
        revision_json_write_act(&entry->past, live, entry->act.id, json);
        return;
    }
    json_open(json, '{');
    json_member(json, "twin", entry->act.id);
    revision_json_write_cause(entry->act.rev, entry->act.received, (int)entry->act.kind,
                              &entry->act.actor, json);
    json_member(json, "unreadable", entry->why.text);
    json_close(json, '}');
}

static void write_version(const struct version_act *act, struct buffer *json) {
    json_open(json, '{');
    json_key(json, "version");
    buffer_printf(json, "\"%08llx\"", (unsigned long long)(act->version >> 32));
    json_member_time(json, "received", act->at);
    json_key(json, "input");
    buffer_printf(json, "\"version_%s\"", version_state_name(act->state));
    json_key(json, "actor");
    json_open(json, '{');
    json_member(json, "kind", "author");
    json_member(json, "name", act->author);
    json_close(json, '}');
    json_member(json, "reason", act->reason);
    json_close(json, '}');
}

static void write_audit(struct reading *reading, const struct world *live, struct buffer *json) {
    struct audit *audit = (struct audit *)reading;
    uint32_t next = 0, next_version = 0;
    json_open(json, '{');
    json_key(json, "entries");
    json_open(json, '[');
    for (uint32_t told = 0; told < audit->limit; told++) {
        bool has_act = next < audit->count, has_version = next_version < audit->version_count;
        const struct version_act *version = &audit->versions[next_version];
        // Where the acts were cut, what is older than them comes with a later page.
        if (!has_act && (!has_version || audit->is_cut)) break;
        if (has_act && (!has_version || audit->entries[next].act.received >= version->at)) {
            audit->before = audit->entries[next].act.rev;
            write_entry(&audit->entries[next++], live, json);
        } else {
            audit->sequence_before = version->sequence;
            write_version(version, json);
            next_version++;
        }
    }
    json_close(json, ']');
    if (audit->is_cut && next == audit->count) audit->before = audit->last_rev;
    if (next < audit->count || next_version < audit->version_count || audit->is_cut) {
        json_key(json, "cursor");
        buffer_printf(json, "\"%llu.%llu\"", (unsigned long long)audit->before,
                      (unsigned long long)audit->sequence_before);
    }
    if (audit->damaged > 0) {
        json_key(json, "unreadable");
        json_unsigned(json, audit->damaged);
    }
    json_close(json, '}');
}

static void free_audit(struct reading *reading) {
    struct audit *audit = (struct audit *)reading;
    for (uint32_t i = 0; i < audit->count; i++)
        past_close(&audit->entries[i].past);
    free(audit->entries);
    free(audit->versions);
    free(audit->twin);
    free(audit->actor);
    region_fini(&audit->region);
    free(audit);
}

// ---- what is asked for ----

static bool read_cursor(const struct http_request *request, struct audit *audit, struct err *err) {
    const char *text = http_query(request, "cursor");
    char *end = NULL;
    audit->before = audit->sequence_before = UINT64_MAX;
    if (!text || !text[0]) return true;
    if (text[0] >= '0' && text[0] <= '9') audit->before = strtoull(text, &end, 10);
    if (end && end[0] == '.' && end[1] >= '0' && end[1] <= '9')
        audit->sequence_before = strtoull(end + 1, &end, 10);
    else
        end = NULL;
    return (end && *end == 0) ||
           err_set(err, ERR_INVALID,
                   "cursor '%.40s' is not one that an earlier page of this list gave", text);
}

static bool read_wanted(const struct http_request *request, struct audit *audit, struct err *err) {
    const char *twin = http_query(request, "twin"), *actor = http_query(request, "actor");
    if (!http_time(request, "from", INT64_MIN, &audit->from, err) ||
        !http_time(request, "to", INT64_MAX, &audit->to, err) ||
        !http_limit(request, LIMIT_USUAL, LIMIT_MOST, &audit->limit, err) ||
        !read_cursor(request, audit, err))
        return false;
    if (audit->from > audit->to)
        return err_set(err, ERR_INVALID,
                       "from is later than to: an audit goes from the earlier "
                       "time to the later");
    if (twin && (strlen(twin) > TWIN_ID_MAX || !twin[0]))
        return err_set(err, ERR_INVALID, "twin must be an id of 1 to %d bytes, not '%.70s'",
                       TWIN_ID_MAX, twin);
    if (actor && (strlen(actor) > ACTOR_MAX || !actor[0]))
        return err_set(err, ERR_INVALID,
                       "actor must be 1 to %d bytes that a name begins with, like 10.0.0.7",
                       ACTOR_MAX);
    if (twin) audit->twin = xstrdup(twin);
    if (actor) audit->actor = xstrdup(actor);
    return true;
}

bool http_audit_get(struct service *service, const struct http_request *request,
                    const struct route_match *match, struct http_response *response,
                    struct err *err) {
    (void)match;
    response->cache = "no-store";
    if (!service->archive)
        return err_set(err, ERR_UNAVAILABLE, "the past is not kept by this program");
    struct audit *audit = xcalloc(1, sizeof *audit);
    audit->reading = (struct reading){.read = read_audit, .write = write_audit, .free = free_audit};
    audit->state = service->options.state;
    if (!read_wanted(request, audit, err)) {
        free_audit(&audit->reading);
        return false;
    }
    response->later = archive_ask(service->archive, NULL, &audit->reading);
    return true;
}
