#include "push/http_explain.h"

#include "base/memory.h"
#include "fork/explain.h"
#include "push/archive.h"
#include "push/http_twin.h"
#include "push/service.h"
#include "store/log.h"
#include "twin/snapshot.h"
#include "twin/world.h"

#include <stdlib.h>

struct explaining {
    struct reading reading; // first
    struct explain_request request;
    char *field;
    struct buffer json; // made on the worker
};

static bool read_explanation(struct reading *reading, struct log *log, struct err *err) {
    struct explaining *explaining = (struct explaining *)reading;
    (void)log; // the source has it
    return explain_run(&explaining->request, &explaining->json, err);
}

static void write_explanation(struct reading *reading, const struct world *live,
                              struct buffer *json) {
    const struct explaining *explaining = (const struct explaining *)reading;
    (void)live;
    buffer_add(json, explaining->json.bytes, explaining->json.length);
}

static void free_explaining(struct reading *reading) {
    struct explaining *explaining = (struct explaining *)reading;
    snapshot_close(explaining->request.snapshot);
    buffer_fini(&explaining->json);
    free(explaining->field);
    free(explaining);
}

// 0 when it is not asked for.
static bool read_rev(const struct service *service, const struct http_request *request,
                     uint64_t *rev, struct err *err) {
    const char *text = http_query(request, "rev");
    char *end;
    *rev = 0;
    if (!text) return true;
    *rev = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    if (*rev == 0 || *end != 0)
        return err_set(err, ERR_INVALID, "rev must be a revision's number, 1 or more, not '%.40s'",
                       text);
    return *rev <= service->world->rev ||
           err_set(err, ERR_NOT_FOUND, "there is no rev %llu yet; the newest is %llu",
                   (unsigned long long)*rev, (unsigned long long)service->world->rev);
}

bool http_explain_get(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    const struct twin *twin = http_twin_find(service, match, err);
    const struct push_options *options = &service->options;
    const char *field = http_query(request, "field");
    uint64_t rev;
    if (!twin || !read_rev(service, request, &rev, err)) return false;
    if (!service->archive || !options->state)
        return err_set(err, ERR_UNAVAILABLE, "the past is not kept by this program");
    struct explaining *explaining = xcalloc(1, sizeof *explaining);
    explaining->reading = (struct reading){
        .read = read_explanation, .write = write_explanation, .free = free_explaining};
    explaining->field = field ? xstrdup(field) : NULL;
    explaining->request =
        (struct explain_request){.source = {options->log, options->state, options->call_us},
                                 .snapshot = snapshot_open(service->world),
                                 .number = twin->number,
                                 .newest = twin->rev,
                                 .rev = rev,
                                 .field = explaining->field};
    response->cache = "no-store";
    response->later = archive_ask(service->archive, twin, &explaining->reading);
    // The turn may look at other twins, so all that the snapshot has must be on disk.
    explaining->reading.newest = log_newest(options->log);
    return true;
}
