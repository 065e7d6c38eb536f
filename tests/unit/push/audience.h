// A plant with subscriptions but without clients: a test asks for each message.

#ifndef TESTS_UNIT_PUSH_AUDIENCE_H
#define TESTS_UNIT_PUSH_AUDIENCE_H

#include "base/json.h"
#include "base/loop.h"
#include "plant.h"
#include "push/frame.h"
#include "push/pace.h"
#include "push/watch.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

struct fixture {
    struct plant plant;
    struct watch watch;
    struct pace pace;
    struct buffer out;
};

static inline void on_ready(struct subscription *subscription) {
    (void)subscription; // a test asks by itself
}

static inline void on_change(void *context, const struct twin *twin, const struct change *changes,
                             int count) {
    watch_on_change(context, twin, changes, count);
}

static inline int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    plant_init(&fixture->plant);
    watch_init(&fixture->watch, fixture->plant.world);
    fixture->plant.on_change = on_change;
    fixture->plant.context = &fixture->watch;
    fixture->pace = (struct pace){.loop = loop_new(NULL), .on_ready = on_ready};
    *state = fixture;
    return 0;
}

static inline int teardown(void **state) {
    struct fixture *fixture = *state;
    watch_fini(&fixture->watch);
    plant_fini(&fixture->plant);
    buffer_fini(&fixture->out);
    pace_fini(&fixture->pace);
    loop_free(fixture->pace.loop);
    free(fixture);
    return 0;
}

static inline struct subscription *subscribe(struct fixture *fixture, const char *sel,
                                             uint64_t since) {
    struct selection selection;
    struct err err = {0};
    cJSON *json = cJSON_Parse(sel);
    if (!selection_parse(json, fixture->plant.world, &selection, &err)) fail_msg("%s", err.text);
    cJSON_Delete(json);
    struct subscription *subscription =
        subscription_new(7, &selection, since, fixture->plant.world);
    subscription->pace = &fixture->pace;
    watch_add(&fixture->watch, subscription);
    pace_set(subscription, 1000);
    return subscription;
}

static inline void unsubscribe(struct fixture *fixture, struct subscription *subscription) {
    pace_forget(subscription);
    watch_remove(&fixture->watch, subscription);
    subscription_free(subscription);
}

static inline const char *dictionary(struct fixture *fixture, struct subscription *subscription) {
    fixture->out.length = 0;
    json_open(&fixture->out, '{');
    frame_write_dictionary(subscription, fixture->plant.world, FRAME_MAX, &fixture->out);
    json_close(&fixture->out, '}');
    buffer_byte(&fixture->out, 0);
    return (const char *)fixture->out.bytes;
}

// The next message, "" when the pass is over.
static inline const char *next(struct fixture *fixture, struct subscription *subscription) {
    uint64_t rows = 0;
    fixture->out.length = 0;
    bool is_more = frame_next(subscription, fixture->plant.world, &fixture->out, &rows);
    assert_true(is_more || fixture->out.length == 0);
    assert_true(fixture->out.length <= FRAME_MAX);
    buffer_byte(&fixture->out, 0);
    return (const char *)fixture->out.bytes;
}

// Everything up to the end of the pass, thrown away.
static inline void settle(struct fixture *fixture, struct subscription *subscription) {
    while (*next(fixture, subscription)) {
    }
}

#endif
