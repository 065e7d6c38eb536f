// A pilot for each twin that has one, looked after once a second; a fleet without such a model is
// not looked at. What a promise came to is what the world showed each second, so one that a restart
// fell into is not judged.

#include "push/autonomy.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "push/autonomy_parts.h"
#include "push/configuration.h"
#include "push/http_optimise.h"
#include "push/later.h"
#include "push/service.h"
#include "twin/world.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_US 1000000
#define FIND_EVERY 10 // ticks between two looks for twins that are new
#define MISSES_MOST 2
#define SHARE_SEEN 0.8 // of the promise's time: less is not judged

struct pilot {
    struct autonomy *autonomy;
    uint32_t number; // the twin
    int64_t due;
    struct later *asked; // NULL: nothing is
    struct promise {     // from 0: none
        int64_t from, to;
        double untouched, gain, high;
        double sum, seconds; // of the cost that came
    } promise;
    struct pilot *next;
};

struct autonomy {
    struct service *service;
    struct loop_timer timer;
    struct pilot *pilots;
    unsigned ticks;
    uint64_t *accepted, *left, *stopped;
};

static const struct actor own_actor = {.kind = ACTOR_RUNTIME, .length = 10, .bytes = "autonomous"};

static void on_tick(void *context);

struct autonomy *autonomy_new(struct service *service) {
    struct autonomy *autonomy = xcalloc(1, sizeof *autonomy);
    struct metrics *metrics = service->options.metrics;
    static const char *const name = "twind_autonomous_decisions_total";
    static const char *const help = "Decisions of autonomous mode";
    autonomy->service = service;
    autonomy->accepted = metrics_counter(metrics, name, "decision=\"accepted\"", help);
    autonomy->left = metrics_counter(metrics, name, "decision=\"left\"", help);
    autonomy->stopped = metrics_counter(metrics, name, "decision=\"stopped\"", help);
    loop_timer_set(service->options.loop, &autonomy->timer, TICK_US, on_tick, autonomy);
    return autonomy;
}

static void pilot_drop(struct pilot **place) {
    struct pilot *pilot = *place;
    if (pilot->asked) pilot->asked->context = NULL;
    *place = pilot->next;
    free(pilot);
}

void autonomy_free(struct autonomy *autonomy) {
    if (!autonomy) return;
    loop_timer_clear(autonomy->service->options.loop, &autonomy->timer);
    while (autonomy->pilots)
        pilot_drop(&autonomy->pilots);
    free(autonomy);
}

// ---- what is said of it

// Keeps the decision, `set` and `promise`, which become its own; NULL leaves what was.
static void tell(struct pilot *pilot, const struct twin *twin, bool is_on, int misses, cJSON *set,
                 cJSON *promise, const char *format, ...) __attribute__((format(printf, 7, 8)));
static void tell(struct pilot *pilot, const struct twin *twin, bool is_on, int misses, cJSON *set,
                 cJSON *promise, const char *format, ...) {
    const struct service *service = pilot->autonomy->service;
    const struct door *door = service->options.door;
    struct configuration configuration = {0};
    struct err err;
    char text[400];
    bool is_new;
    uint64_t rev;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    cJSON *patch = cJSON_CreateObject(), *own = cJSON_AddObjectToObject(patch, "autonomous");
    cJSON_AddStringToObject(own, "state", is_on ? "on" : "stopped");
    cJSON_AddNumberToObject(own, "at", floor((double)door->now(door->context) / 1e3) / 1e3);
    cJSON_AddStringToObject(own, "decision", text);
    cJSON_AddNumberToObject(own, "misses", misses);
    if (set) cJSON_AddItemToObject(own, "set", set);
    if (promise) cJSON_AddItemToObject(patch, "optimised", promise);
    bool is_kept =
        configuration_merge_attributes(&configuration, service->world, twin, patch, &err);
    configuration.input.actor = own_actor;
    is_kept = is_kept && door->configure(door->context, &configuration.input, &is_new, &rev, &err);
    logger_line(service->options.logger, is_on ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "autonomous",
                "twin=%s state=%s decision=\"%s\"%s%s%s", twin->id, is_on ? "on" : "stopped", text,
                is_kept ? "" : " not_kept=\"", is_kept ? "" : err.text, is_kept ? "" : "\"");
    configuration_fini(&configuration);
    cJSON_Delete(patch);
}

static double number_in(const cJSON *object, const char *name) {
    const cJSON *item = document_member(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

// ---- what comes of it

static struct twin *find_named(const struct pilot *pilot, const char *name, const char **field) {
    const struct world *world = pilot->autonomy->service->world;
    const char *slash = strrchr(name, '/');
    *field = slash ? slash + 1 : name;
    return slash ? world_find(world, name, (size_t)(slash - name))
                 : world_twin(world, pilot->number);
}

// All that is set of one twin is one revision.
static bool desire_of(const struct pilot *pilot, struct twin *twin, const cJSON *sets, uint64_t rev,
                      struct err *err) {
    const struct door *door = pilot->autonomy->service->options.door;
    const struct model *model = world_model_of(door->world, twin);
    struct setting settings[32];
    int count = 0;
    const cJSON *set;
    cJSON_ArrayForEach(set, sets) {
        const char *name;
        if (find_named(pilot, document_member(set, "name")->valuestring, &name) != twin) continue;
        int field = model_field(model, FIELD_DESIRED, name, strlen(name));
        if (field == NONE || count == (int)ARRAY_LEN(settings))
            return err_set(err, ERR_NOT_FOUND, "%s has no property '%s' that can be desired",
                           twin->id, name);
        settings[count++] = (struct setting){field, value_number(number_in(set, "value"))};
    }
    return door->desired(door->context, twin, settings, count, rev, &own_actor, &rev, err);
}

static bool desire(const struct pilot *pilot, const cJSON *answer, struct err *err) {
    const cJSON *sets = document_member(answer, "set");
    uint64_t rev = (uint64_t)number_in(answer, "rev");
    for (const cJSON *set = sets->child, *before; set; set = set->next) {
        const char *name;
        struct twin *twin = find_named(pilot, document_member(set, "name")->valuestring, &name);
        if (!twin) return err_set(err, ERR_NOT_FOUND, "a twin of it is gone");
        for (before = sets->child; before != set; before = before->next)
            if (find_named(pilot, document_member(before, "name")->valuestring, &name) == twin)
                break;
        if (before == set && !desire_of(pilot, twin, sets, rev, err)) return false;
    }
    return true;
}

static cJSON *sets_of(const cJSON *answer) {
    cJSON *sets = cJSON_CreateObject();
    const cJSON *set;
    cJSON_ArrayForEach(set, document_member(answer, "set")) cJSON_AddNumberToObject(
        sets, document_member(set, "name")->valuestring, number_in(set, "value"));
    return sets;
}

// As twinctl keeps it (ctl/promise.h), which tells of it later.
static cJSON *promise_of(const struct pilot *pilot, const cJSON *answer, const cJSON *minimise) {
    static const char *const figures[] = {"untouched", "optimum", "gain", "low", "high"};
    const cJSON *cost = document_member(answer, "cost");
    cJSON *promise = cJSON_CreateObject();
    cJSON_AddNumberToObject(promise, "from", (double)(pilot->promise.from / 1000) / 1e3);
    cJSON_AddNumberToObject(promise, "to", (double)(pilot->promise.to / 1000) / 1e3);
    cJSON_AddItemToObject(promise, "set", sets_of(answer));
    cJSON_AddItemToObject(promise, "minimise", cJSON_Duplicate(minimise, true));
    for (size_t i = 0; i < ARRAY_LEN(figures); i++)
        if (!isnan(number_in(cost, figures[i])))
            cJSON_AddNumberToObject(promise, figures[i], number_in(cost, figures[i]));
    return promise;
}

static int misses_of(const struct twin *twin) {
    cJSON *attributes = cJSON_Parse(twin->attributes);
    double misses = number_in(document_member(attributes, "autonomous"), "misses");
    cJSON_Delete(attributes);
    return misses > 0 ? (int)misses : 0;
}

static void stop(struct pilot *pilot, const struct twin *twin, const char *why) {
    ++*pilot->autonomy->stopped;
    pilot->promise = (struct promise){0};
    tell(pilot, twin, false, misses_of(twin), NULL, NULL,
         "stopped: %s; it goes on when its attribute 'autonomous' is taken away", why);
}

static void accept(struct pilot *pilot, const struct twin *twin, const cJSON *answer,
                   const struct autonomy_spec *spec) {
    const struct service *service = pilot->autonomy->service;
    const cJSON *cost = document_member(answer, "cost");
    struct err err;
    if (!desire(pilot, answer, &err)) {
        if (err.code == ERR_PRECONDITION) err_prefix(&err, "somebody desires otherwise: ");
        stop(pilot, twin, err.text);
        return;
    }
    ++*pilot->autonomy->accepted;
    int64_t now = service->options.door->now(service->options.door->context);
    pilot->promise = (struct promise){.from = now,
                                      .to = now + spec->over_us,
                                      .untouched = number_in(cost, "untouched"),
                                      .gain = number_in(cost, "gain"),
                                      .high = number_in(cost, "high")};
    cJSON *asked = autonomy_question(service->world, twin, spec);
    tell(pilot, twin, true, misses_of(twin), sets_of(answer),
         promise_of(pilot, answer, document_member(asked, "minimise")),
         "accepted: %.6g less of %.6g, surely %.6g", pilot->promise.gain, pilot->promise.untouched,
         number_in(cost, "gain_low"));
    cJSON_Delete(asked);
}

static void decide(struct pilot *pilot, const struct twin *twin, const cJSON *answer,
                   const struct autonomy_spec *spec) {
    const cJSON *cost = document_member(answer, "cost");
    if (number_in(cost, "gain_low") > 0) {
        accept(pilot, twin, answer, spec);
        return;
    }
    ++*pilot->autonomy->left;
    tell(pilot, twin, true, misses_of(twin), NULL, NULL,
         "left: it does not surely gain; %.6g less of %.6g, from %.6g to %.6g",
         number_in(cost, "gain"), number_in(cost, "untouched"), number_in(cost, "gain_low"),
         number_in(cost, "gain_high"));
}

static const struct autonomy_spec *spec_of(const struct world *world, const struct twin *twin) {
    return twin ? world_model_of(world, twin)->autonomy : NULL;
}

static void on_answer(struct later *later, const struct err *why, const struct buffer *json) {
    struct pilot *pilot = later->context;
    const struct world *world = pilot->autonomy->service->world;
    const struct twin *twin = world_twin(world, pilot->number);
    const struct autonomy_spec *spec = spec_of(world, twin);
    pilot->asked = NULL;
    if (!spec || pilot->autonomy->service->is_ending) return;
    if (why) {
        ++*pilot->autonomy->left;
        tell(pilot, twin, true, misses_of(twin), NULL, NULL, "left: %s", why->text);
        return;
    }
    cJSON *answer = cJSON_ParseWithLength((const char *)json->bytes, json->length);
    if (answer) decide(pilot, twin, answer, spec);
    cJSON_Delete(answer);
}

// ---- each second

// What stands is what it has set itself.
static bool is_own(const struct pilot *pilot, const cJSON *sets, char *why, int size) {
    const cJSON *set;
    cJSON_ArrayForEach(set, sets) {
        const char *field;
        const struct twin *twin = find_named(pilot, set->string, &field);
        double now = twin ? autonomy_set_point(twin, field) : NAN;
        if (isnan(now) || fabs(now - set->valuedouble) <= 1e-9 * fabs(now)) continue;
        snprintf(why, (size_t)size,
                 "somebody desires otherwise: %s is %.6g and not the %.6g that "
                 "it had set",
                 set->string, now, set->valuedouble);
        return false;
    }
    return true;
}

static void ask(struct pilot *pilot, const struct twin *twin, const struct autonomy_spec *spec) {
    struct service *service = pilot->autonomy->service;
    struct err err;
    cJSON *body = autonomy_question(service->world, twin, spec);
    struct later *later = http_optimise_ask(service, twin, body, &own_actor, &err);
    cJSON_Delete(body);
    if (!later) {
        ++*pilot->autonomy->left;
        tell(pilot, twin, true, misses_of(twin), NULL, NULL, "left: %s", err.text);
        return;
    }
    later->on_done = on_answer;
    later->context = pilot;
    pilot->asked = later;
    later->start(later);
}

// A promise whose time is over. False when that was one too many.
static bool judge(struct pilot *pilot, const struct twin *twin) {
    struct promise promise = pilot->promise;
    pilot->promise = (struct promise){0};
    double time = (double)(promise.to - promise.from) / 1e6;
    if (promise.from == 0 || promise.seconds < SHARE_SEEN * time) return true;
    double cost = promise.sum / promise.seconds;
    bool has_come = isnan(promise.high) || cost <= promise.high;
    int misses = has_come ? 0 : misses_of(twin) + 1;
    char text[160];
    snprintf(text, sizeof text, "promised %.6g less of %.6g, came %.6g less", promise.gain,
             promise.untouched, promise.untouched - cost);
    if (misses < MISSES_MOST) {
        tell(pilot, twin, true, misses, NULL, NULL, "%s: %s", has_come ? "came" : "did not come",
             text);
        return true;
    }
    char why[240];
    snprintf(why, sizeof why, "%d promises in a row did not come; the last: %s", misses, text);
    stop(pilot, twin, why);
    return false;
}

static void begin_round(struct pilot *pilot, const struct twin *twin,
                        const struct autonomy_spec *spec, int64_t now) {
    cJSON *attributes = cJSON_Parse(twin->attributes);
    const cJSON *own = document_member(attributes, "autonomous");
    const cJSON *state = document_member(own, "state");
    char why[240];
    pilot->due = now + spec->every_us;
    if (cJSON_IsString(state) && strcmp(state->valuestring, "stopped") == 0)
        pilot->promise = (struct promise){0};
    else if (!is_own(pilot, document_member(own, "set"), why, sizeof why))
        stop(pilot, twin, why);
    else if (judge(pilot, twin))
        ask(pilot, twin, spec);
    cJSON_Delete(attributes);
}

static void watch_promise(struct pilot *pilot, const struct twin *twin,
                          const struct autonomy_spec *spec, int64_t now) {
    struct promise *promise = &pilot->promise;
    if (promise->from == 0 || now > promise->to) return;
    double cost = autonomy_cost(pilot->autonomy->service->world, twin, spec);
    if (isnan(cost)) return;
    promise->sum += cost;
    promise->seconds += 1;
}

static bool has_pilot(const struct autonomy *autonomy, uint32_t number) {
    for (const struct pilot *pilot = autonomy->pilots; pilot; pilot = pilot->next)
        if (pilot->number == number) return true;
    return false;
}

static void find_pilots(struct autonomy *autonomy, int64_t now) {
    const struct world *world = autonomy->service->world;
    bool is_any = false;
    for (int i = 0; i < world->current_count; i++)
        is_any |= world->current[i]->autonomy != NULL;
    for (uint32_t i = 0; is_any && i < world->next_number; i++) {
        const struct twin *twin = world_twin(world, i);
        const struct autonomy_spec *spec = spec_of(world, twin);
        if (!spec || has_pilot(autonomy, i)) continue;
        struct pilot *pilot = xcalloc(1, sizeof *pilot);
        *pilot = (struct pilot){.autonomy = autonomy,
                                .number = i,
                                .due = now + spec->every_us,
                                .next = autonomy->pilots};
        autonomy->pilots = pilot;
    }
}

static void on_tick(void *context) {
    struct autonomy *autonomy = context;
    struct service *service = autonomy->service;
    const struct door *door = service->options.door;
    int64_t now = door->now(door->context);
    loop_timer_set(service->options.loop, &autonomy->timer, TICK_US, on_tick, autonomy);
    if (autonomy->ticks++ % FIND_EVERY == 0) find_pilots(autonomy, now);
    for (struct pilot **place = &autonomy->pilots; *place;) {
        struct pilot *pilot = *place;
        const struct twin *twin = world_twin(service->world, pilot->number);
        const struct autonomy_spec *spec = spec_of(service->world, twin);
        if (!spec) {
            pilot_drop(place);
            continue;
        }
        watch_promise(pilot, twin, spec, now);
        bool is_over = pilot->promise.from == 0 || now > pilot->promise.to;
        if (!pilot->asked && pilot->due <= now && is_over) begin_round(pilot, twin, spec, now);
        place = &pilot->next;
    }
}
