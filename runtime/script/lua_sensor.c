// A field none of whose keys is there gets no sensor: it costs its twins no memory and its samples
// no time.

#include "script/lua_sensor.h"

#include "twin/model.h"

#include <math.h>

#define DEFAULT_WINDOW 5
#define SMALLEST_WINDOW 3          // of less there is no middle
#define SHORTEST_SILENCE_US 100000 // each twin wakes so often to see whether it has come

// A positive number, as all of them are.
static bool read_size(struct check *check, const char *key, double *size) {
    if (!check_number(check, key, size)) return false;
    if (*size > 0) return true;
    check_enter(check, key);
    check_fail(check, "%.15g is not above 0; leave it out to look at nothing", *size);
}

static void check_is_number(const struct check *check, const struct field *field) {
    if (field->type != VALUE_NUMBER)
        check_fail(check, "a %s is no number; of it only stale_after can be looked at",
                   value_type_name(field->type));
}

// spike = 10, or spike = { by = 10, window = 7 }
static void read_spike(struct check *check, struct sensor_spec *spec) {
    static const char *const keys[] = {"by", "window"};
    double window = DEFAULT_WINDOW;
    size_t mark;
    lua_getfield(check->lua, -1, "spike");
    int type = lua_type(check->lua, -1);
    lua_pop(check->lua, 1);
    if (type == LUA_TTABLE && check_begin(check, "spike", &mark)) {
        check_keys(check, keys, 2, 2);
        if (!read_size(check, "by", &spec->spike))
            check_fail(check, "needs by: how far from the running median a value may be");
        if (check_number(check, "window", &window) &&
            (fmod(window, 2) != 1 || window < SMALLEST_WINDOW || window > SENSOR_WINDOW_MAX)) {
            check_enter(check, "window");
            check_fail(check, "%.15g is not an odd number of samples from %d to %d", window,
                       SMALLEST_WINDOW, SENSOR_WINDOW_MAX);
        }
        check_end(check, mark);
    } else if (!read_size(check, "spike", &spec->spike)) {
        return;
    }
    spec->window = (int)window;
}

void lua_sensor_read(struct check *check, struct model *model, int field) {
    struct sensor_spec spec = {0};
    read_size(check, "max_rate", &spec.max_rate);
    check_duration(check, "stuck_after", &spec.stuck_us);
    read_spike(check, &spec);
    if (spec.max_rate > 0 || spec.stuck_us > 0 || spec.window > 0)
        check_is_number(check, &model->fields[field]);
    if (check_duration(check, "stale_after", &spec.stale_us) &&
        spec.stale_us < SHORTEST_SILENCE_US) {
        check_enter(check, "stale_after");
        check_fail(check, "shorter than 100ms, the shortest silence that is looked for");
    }
    if (spec.max_rate > 0 || spec.stuck_us > 0 || spec.stale_us > 0 || spec.window > 0)
        model_add_sensor(model, field)->spec = spec;
}
