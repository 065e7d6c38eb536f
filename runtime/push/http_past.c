// What is asked for is read by the archive; here is only what the query says.

#include "push/http_past.h"

#include "base/memory.h"
#include "push/archive.h"
#include "push/http_time.h"
#include "push/http_twin.h"
#include "push/revision_json.h"
#include "push/service.h"
#include "push/twin_json.h"
#include "twin/world.h"

#include <stdlib.h>

#define LIMIT_USUAL 20
#define LIMIT_MOST 100 // they are written on the loop's thread, some microseconds each

struct moment { // one of both, the other is 0; both 0: now
    uint64_t rev;
    int64_t at; // microseconds UTC
};

// ?NAME=N or ?at=TIME, none of them later than now; all zero: neither is given.
static bool read_moment(const struct service *service, const struct http_request *request,
                        const char *name, struct moment *moment, struct err *err) {
    const char *rev = http_query(request, name), *at = http_query(request, "at");
    const struct door *door = service->options.door;
    char *end;
    *moment = (struct moment){0};
    if (rev && at) return err_set(err, ERR_INVALID, "give %s or at, not both", name);
    if (at) {
        if (!http_time(request, "at", 0, &moment->at, err)) return false;
        moment->at += 999 - moment->at % 1000; // times are told in whole milliseconds: all of it
        return (moment->at > 999 && moment->at <= door->now(door->context) + 999) ||
               err_set(err, ERR_INVALID, "at must be in the past, after 1970; '%.40s' is not", at);
    }
    if (!rev) return true;
    moment->rev = rev[0] >= '0' && rev[0] <= '9' ? strtoull(rev, &end, 10) : 0;
    if (moment->rev == 0 || *end != 0)
        return err_set(err, ERR_INVALID, "rev must be a revision's number, 1 or more, not '%.40s'",
                       rev);
    return moment->rev <= service->world->rev ||
           err_set(err, ERR_NOT_FOUND, "there is no rev %llu yet; the newest is %llu",
                   (unsigned long long)moment->rev, (unsigned long long)service->world->rev);
}

struct look { // at the twin as it was, or at what made it so
    struct reading reading;
    struct moment moment;
    char *fields; // NULL = all
    int limit;    // of revisions
};

static bool rev_of(const struct look *look, struct log *log, uint64_t *rev, struct err *err) {
    *rev = look->moment.rev != 0 ? look->moment.rev : look->reading.newest;
    return look->moment.at == 0 || past_rev_at(log, look->moment.at, rev, err);
}

static bool read_twin(struct reading *reading, struct log *log, struct err *err) {
    uint64_t rev;
    return rev_of((struct look *)reading, log, &rev, err) &&
           past_open(&reading->past, log, reading->number, reading->newest, rev, err);
}

static void write_twin(struct reading *reading, const struct world *live, struct buffer *json) {
    twin_json_write(live, reading->past.twin, ((struct look *)reading)->fields, json);
}

static bool read_revisions(struct reading *reading, struct log *log, struct err *err) {
    const struct look *look = (struct look *)reading;
    uint64_t rev;
    return rev_of(look, log, &rev, err) &&
           past_open_page(&reading->past, log, reading->number, reading->newest, rev, INT64_MIN,
                          look->limit, err);
}

static void write_revisions(struct reading *reading, const struct world *live,
                            struct buffer *json) {
    revision_json_write(&reading->past, live, json);
}

static void free_look(struct reading *reading) {
    free(((struct look *)reading)->fields);
    free(reading);
}

static bool is_before(const struct world *world, const struct twin *twin,
                      const struct moment *moment) {
    return (moment->rev != 0 && moment->rev < twin->rev) ||
           (moment->at != 0 && moment->at < world->clock);
}

static bool has_archive(const struct service *service, struct err *err) {
    return service->archive ||
           err_set(err, ERR_UNAVAILABLE, "the past is not kept by this program");
}

bool http_past_ask(struct service *service, const struct http_request *request,
                   const struct twin *twin, struct http_response *response, bool *is_past,
                   struct err *err) {
    struct moment moment;
    if (!read_moment(service, request, "rev", &moment, err)) return false;
    *is_past = is_before(service->world, twin, &moment);
    if (!*is_past) return true;
    if (!has_archive(service, err)) return false;
    const char *fields = http_query(request, "fields");
    struct look *look = xcalloc(1, sizeof *look);
    look->reading = (struct reading){.read = read_twin, .write = write_twin, .free = free_look};
    look->moment = moment;
    look->fields = fields ? xstrdup(fields) : NULL;
    response->later = archive_ask(service->archive, twin, &look->reading);
    return true;
}

bool http_past_revisions(struct service *service, const struct http_request *request,
                         const struct route_match *match, struct http_response *response,
                         struct err *err) {
    const struct twin *twin = http_twin_find(service, match, err);
    struct moment moment;
    uint32_t limit;
    if (!twin || !read_moment(service, request, "from", &moment, err) ||
        !http_limit(request, LIMIT_USUAL, LIMIT_MOST, &limit, err) || !has_archive(service, err))
        return false;
    response->cache = "no-store";
    struct look *look = xcalloc(1, sizeof *look);
    look->reading =
        (struct reading){.read = read_revisions, .write = write_revisions, .free = free_look};
    look->moment = moment;
    look->limit = (int)limit;
    response->later = archive_ask(service->archive, twin, &look->reading);
    return true;
}
