// Pages of the twin's revisions, newest first, until the sample is found and what must be run again
// with it. A device's clock may be ahead of twind's, so a sample is looked for a day before its
// time.

#include "fork/amend_past.h"

#include "base/err.h"
#include "store/log.h"
#include "store/past.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 1000
#define AHEAD_US (86400LL * 1000000)

void amend_past_fini(struct amend_past *past) {
    region_fini(&past->region);
    free(past->revs);
    free(past->corrections);
}

struct value amend_value(struct region *region, struct value value) {
    if (value_has_bytes(value.type)) value.text = region_copy(region, value.text, value.length);
    return value;
}

// ---- one revision

static bool is_time(int64_t asked, int64_t at) {
    return asked == at || (asked % 1000 == 0 && at - asked >= 0 && at - asked < 1000);
}

static bool is_value(const struct value *was, const struct change *sample) {
    return was->type == VALUE_NONE || value_equal(*was, sample->value) ||
           (was->type == VALUE_NUMBER && was->number == sample->raw);
}

static struct correction *add_correction(struct amend_past *past) {
    AMEND_GROW(past->corrections, past->correction_count, past->correction_capacity);
    return &past->corrections[past->correction_count++];
}

static bool take_sample(struct amend_past *past, const struct revision *revision,
                        const struct change *sample, struct err *err) {
    if (past->rev != 0)
        return err_set(err, ERR_CONFLICT,
                       "two samples of %s have that time, of revs %llu and %llu: say by 'was' "
                       "which one is meant",
                       past->request->field, (unsigned long long)revision->rev,
                       (unsigned long long)past->rev);
    struct value raw =
        sample->value.type == VALUE_NUMBER ? value_number(sample->raw) : sample->value;
    past->rev = revision->rev;
    past->at = sample->at;
    past->was = amend_value(&past->region, raw);
    return true;
}

static bool look_for_sample(struct amend_past *past, const struct model *model,
                            const struct revision *revision, struct err *err) {
    const struct amend_request *request = past->request;
    int field = model_sample_field(model, request->field, strlen(request->field));
    for (int i = 0; i < revision->input_count; i++) {
        const struct change *change = &revision->changes[i];
        if (change->kind != CHANGE_SAMPLE || change->index != field) continue;
        if (!past->has_nearest ||
            llabs(change->at - request->at) < llabs(past->nearest_at - request->at))
            past->nearest_at = change->at;
        past->has_nearest = true;
        if (is_time(request->at, change->at) && is_value(&request->was, change) &&
            !take_sample(past, revision, change, err))
            return false;
    }
    return true;
}

static void note_correction(struct amend_past *past, const struct model *model,
                            const struct revision *revision, const struct change *change) {
    if (change->kind != CHANGE_AMEND || change->state == AMEND_CURRENT) return;
    struct correction *correction = add_correction(past);
    *correction = (struct correction){.of_rev = change->amend.of_rev,
                                      .rev = revision->rev,
                                      .part = change->state,
                                      .kind = model->fields[change->index].kind,
                                      .at = change->at,
                                      .was = amend_value(&past->region, change->amend.was),
                                      .value = amend_value(&past->region, change->value),
                                      .quality = change->quality};
    strcpy(correction->name, model->fields[change->index].name);
}

static bool look_at(struct amend_past *past, const struct past *page,
                    const struct revision *revision, struct err *err) {
    const struct model *model = page->twin ? page->twin->model : page->model;
    if (revision->change_count > 0 && revision->changes->kind == CHANGE_CREATE)
        model = world_layout(page->world, revision->changes->layout);
    for (int i = 0; i < revision->change_count; i++)
        note_correction(past, model, revision, &revision->changes[i]);
    return past->done != 0 || look_for_sample(past, model, revision, err);
}

// ---- all of them

static void keep_revs(struct amend_past *past, const uint64_t *oldest_first, int count) {
    while (count-- > 0) {
        AMEND_GROW(past->revs, past->rev_count, past->rev_capacity);
        past->revs[past->rev_count++] = oldest_first[count];
    }
}

// The page that ends with `*from`, which becomes where the next one ends; `*received` is when its
// oldest one came.
static bool read_page(struct amend_past *past, uint64_t *from, int64_t *received, struct err *err) {
    struct past page = {0};
    struct revision revision;
    uint64_t revs[PAGE];
    int count = 0;
    bool is_good = past_open_page(&page, past->request->source.log, past->request->number, *from,
                                  *from, INT64_MIN, PAGE, err);
    if (is_good && page.unreadable_from != 0)
        is_good = err_set(err, ERR_INTERNAL,
                          "revs %llu to %llu of the log are damaged, so what the sample came to "
                          "cannot be told",
                          (unsigned long long)page.unreadable_from,
                          (unsigned long long)page.unreadable_to);
    *received = INT64_MIN;
    while (is_good && past_step(&page, &revision)) {
        if (*received == INT64_MIN) *received = revision.received;
        if (revision.rev > past->done) {
            revs[count++] = revision.rev;
            is_good = look_at(past, &page, &revision, err);
        }
        past_apply(&page, &revision);
    }
    *from = page.before;
    past_close(&page);
    if (is_good) keep_revs(past, revs, count);
    return is_good;
}

// What was corrected before the log begins stays as it is.
uint64_t amend_past_begin(const struct amend_past *past) {
    uint64_t begin = past->rev ? past->rev : UINT64_MAX;
    uint64_t first = log_first_rev(past->request->source.log);
    for (int i = 0; i < past->correction_count; i++) {
        const struct correction *correction = &past->corrections[i];
        if (correction->part == AMEND_GIVEN && correction->of_rev >= first &&
            correction->of_rev < begin)
            begin = correction->of_rev;
    }
    return begin;
}

static bool say_missing(const struct amend_past *past, struct err *err) {
    const struct amend_request *request = past->request;
    if (!past->has_nearest)
        return err_set(err, ERR_NOT_FOUND,
                       "the log has no sample of %s; it goes back to rev %llu, and only what it "
                       "has can be amended",
                       request->field, (unsigned long long)log_first_rev(request->source.log));
    return err_set(err, ERR_NOT_FOUND,
                   "no sample of %s has that time%s; the nearest in the log is of %.6f",
                   request->field, request->was.type != VALUE_NONE ? " and value" : "",
                   (double)past->nearest_at / 1e6);
}

static int by_revs(const void *a, const void *b) {
    const struct correction *one = a, *other = b;
    if (one->of_rev != other->of_rev) return one->of_rev > other->of_rev ? 1 : -1;
    return (one->rev > other->rev) - (one->rev < other->rev);
}

static void add_asked_for(struct amend_past *past) {
    struct correction *correction = add_correction(past);
    *correction = (struct correction){.of_rev = past->rev,
                                      .rev = UINT64_MAX,
                                      .part = AMEND_GIVEN,
                                      .at = past->at,
                                      .value = past->request->value};
    strcpy(correction->name, past->request->field);
}

bool amend_past_read(struct amend_past *past, uint64_t newest, struct err *err) {
    uint64_t from = newest;
    int64_t received;
    bool is_over = false;
    past->rev_count = 0;
    while (!is_over && from > past->done) {
        if (!read_page(past, &from, &received, err)) return false;
        if (past->rev_count > AMEND_REVISIONS_MAX)
            return err_set(err, ERR_TOO_LARGE,
                           "%s more than %d revisions of this twin ago; so many can be run again "
                           "and no more",
                           past->rev ? "what has to be run again began" : "that time is",
                           AMEND_REVISIONS_MAX);
        int64_t earliest = past->request->at - (past->rev ? 0 : AHEAD_US);
        is_over = received < earliest && from < amend_past_begin(past);
    }
    if (past->rev == 0) return say_missing(past, err);
    if (past->done == 0) add_asked_for(past);
    past->done = newest;
    qsort(past->corrections, (size_t)past->correction_count, sizeof *past->corrections, by_revs);
    return true;
}

const struct correction *amend_past_corrections(const struct amend_past *past, uint64_t rev,
                                                int *count) {
    int low = 0, high = past->correction_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (past->corrections[middle].of_rev < rev)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < past->correction_count && past->corrections[low + *count].of_rev == rev)
        ++*count;
    return &past->corrections[low];
}
