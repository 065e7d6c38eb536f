#include "push/span.h"

#include "base/err.h"
#include "push/http.h"
#include "push/http_time.h"
#include "store/past.h"

#include <stdlib.h>

// A revision, `usual` when it is not given.
static bool read_rev(const struct http_request *request, const char *name, uint64_t usual,
                     uint64_t newest, uint64_t *rev, struct err *err) {
    const char *text = http_query(request, name);
    char *end;
    *rev = usual;
    if (!text) return true;
    *rev = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    if (*rev == 0 || *end)
        return err_set(err, ERR_INVALID, "'%s' must be a revision's number, 1 or more, not '%.40s'",
                       name, text);
    return *rev <= newest ||
           err_set(err, ERR_NOT_FOUND, "there is no rev %llu yet; the newest is %llu",
                   (unsigned long long)*rev, (unsigned long long)newest);
}

bool span_read(const struct http_request *request, uint64_t newest, struct span *span,
               struct err *err) {
    if (!read_rev(request, "from", 1, newest, &span->from, err) ||
        !read_rev(request, "to", newest, newest, &span->to, err) ||
        !http_time(request, "from_time", 0, &span->from_time, err) ||
        !http_time(request, "to_time", 0, &span->to_time, err))
        return false;
    bool is_reversed = span->to < span->from && newest > 0;
    if (is_reversed)
        return err_set(err, ERR_INVALID,
                       "'to' is rev %llu, before 'from', rev %llu: turn them round",
                       (unsigned long long)span->to, (unsigned long long)span->from);
    return !span->to_time || span->from_time <= span->to_time ||
           err_set(err, ERR_INVALID, "'to' is earlier than 'from': turn them round");
}

bool span_find(struct span *span, struct log *log, struct err *err) {
    uint64_t rev;
    if (span->from_time) {
        if (past_rev_at(log, span->from_time - 1, &rev, err))
            span->from = rev + 1;
        else if (err->code != ERR_NOT_FOUND)
            return false;
    }
    if (span->to_time) {
        if (!past_rev_at(log, span->to_time, &rev, err)) return false;
        if (rev < span->to) span->to = rev;
    }
    return span->from <= span->to || span->to == 0 ||
           err_set(err, ERR_INVALID,
                   "nothing was recorded there: it would begin at rev %llu and end "
                   "at rev %llu",
                   (unsigned long long)span->from, (unsigned long long)span->to);
}
