// A gap ends a course: where the states are after it is not known, so what follows begins anew.

#include "ctl/courses.h"

#include "base/memory.h"
#include "ctl/cast.h"
#include "ctl/playback.h"
#include "script/script.h"
#include "twin/model.h"
#include "twin/twin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GAP 60       // times the usual distance of rows
#define GAP_LEAST 60 // s

static struct course *find_course(const struct courses *courses, const char *id, const char *path) {
    for (int i = courses->count; i-- > 0;)
        if (strcmp(courses->list[i].id, id) == 0 && courses->list[i].path == path)
            return &courses->list[i];
    return NULL;
}

static bool is_gap(const struct course *course, double t) {
    double last = course->times[course->count - 1];
    double usual = (last - course->times[0]) / fmax(course->count - 1, 1);
    return t - last > fmax(GAP_LEAST, GAP * usual);
}

static struct course *begin_course(struct courses *courses, const char *id, const char *path,
                                   const struct physics_look *look) {
    for (int i = 0; i < courses->physics->state_count; i++)
        if (isnan(look->initial[i])) return NULL; // it is not known where it begins
    for (int i = 0; i < courses->physics->input_count; i++)
        if (isnan(look->u[i])) return NULL;
    courses->list = xrealloc(courses->list, sizeof *courses->list * (size_t)(courses->count + 1));
    struct course *course = &courses->list[courses->count++];
    *course = (struct course){.id = xstrdup(id), .path = path};
    memcpy(course->x0, look->initial, sizeof course->x0);
    return course;
}

static void add_row(const struct courses *courses, struct course *course, double t,
                    const struct physics_look *look) {
    int inputs = courses->physics->input_count, states = courses->physics->state_count;
    if (course->count == course->capacity) {
        size_t capacity = (size_t)(course->capacity = course->capacity * 2 + 256);
        course->times = xrealloc(course->times, sizeof *course->times * capacity);
        course->inputs =
            xrealloc(course->inputs, sizeof *course->inputs * capacity * (size_t)inputs + 1);
        course->readings =
            xrealloc(course->readings, sizeof *course->readings * capacity * (size_t)states);
    }
    double *u = course->inputs + course->count * inputs;
    for (int i = 0; i < inputs; i++)
        u[i] = isnan(look->u[i]) ? u[i - inputs] : look->u[i];
    memcpy(course->readings + course->count * states, look->reading,
           sizeof *course->readings * (size_t)states);
    memcpy(course->p, look->p, sizeof course->p);
    course->times[course->count++] = t;
}

bool courses_take(struct courses *courses, struct cast *cast, struct playback *playback,
                  struct err *err) {
    int64_t at;
    courses->script = cast->script;
    do {
        const struct twin *twin = playback_row(playback, &at);
        if (!twin || !at) continue;
        struct physics_look look;
        double t = (double)at / 1e6;
        if (!physics_look(cast->script, playback->door.world, twin, &look, err)) return false;
        struct course *course = find_course(courses, twin->id, playback->path);
        if (course && t <= course->times[course->count - 1]) continue; // late, or the same again
        if (!course || is_gap(course, t))
            course = begin_course(courses, twin->id, playback->path, &look);
        if (!course) continue;
        course->twin = twin;
        add_row(courses, course, t, &look);
    } while (playback_next(playback));
    return true;
}

void courses_free(struct courses *courses) {
    for (int i = 0; i < courses->count; i++) {
        free(courses->list[i].id);
        free(courses->list[i].times);
        free(courses->list[i].inputs);
        free(courses->list[i].readings);
    }
    free(courses->list);
}
