// A model: what a kind of asset has, as declared in models/NAME.lua, without any Lua in it.
//
// Every value a twin holds is one `struct field` here and one slot at the same index there:
// parameters first, then telemetry, reported, desired, derived and plain script state. Alarms,
// estimators, predictions, relationships and events are lists of their own, also at the same index
// in the twin. A model is immutable once finished, owned by the world (world_adopt_model), never
// freed before it, and known by `layout`, the hash of its encoding: two loads of an unchanged file
// give the same model.

#ifndef TWIN_MODEL_H
#define TWIN_MODEL_H

#include "predict/estimator.h"
#include "predict/sensor.h"
#include "twin/name.h"
#include "twin/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_kind {
    FIELD_PARAMETER,
    FIELD_TELEMETRY,
    FIELD_REPORTED,
    FIELD_DESIRED,
    FIELD_DERIVED,
    FIELD_STATE,
};

enum level { LEVEL_COMPONENT, LEVEL_ASSET, LEVEL_SYSTEM, LEVEL_PROCESS };

// Who writes a derived field.
enum field_source {
    SOURCE_SCRIPT,    // the behaviour
    SOURCE_COUNTER,   // the total of a counter that wraps or begins anew
    SOURCE_RUN_TIME,  // how long a signal was above a limit
    SOURCE_AGGREGATE, // of related twins, see aggregate_spec
    SOURCE_PROCESS,   // of the stages of a process, see stage_spec
};

#define NONE (-1) // "no such index", in every int below

struct field {
    char *name;
    enum field_kind kind;
    enum value_type type; // VALUE_NUMBER unless declared otherwise with type = "boolean" | ...
    char *unit;           // "" when it has none
    char *title;          // "" when it has none
    bool has_range;
    double low, high; // a telemetry or reported sample outside is kept with quality bad; a desired
                      // or parameter value outside is refused
    bool is_writable; // reported: has a desired field of the same name
    int pair;         // reported <-> desired, else NONE
    int64_t keep_us;  // how long its history is kept, 0 = as long as there is room
    int window; // index into model->windows when a prediction needs its recent past, else NONE
    int sensor; // index into model->sensors when more than its range is looked at, else NONE
    double gain, offset; // telemetry, reported: value = raw * gain + offset (calibrate), default 1,
                         // 0; of a total gain is how many of its unit one of what it counts makes
    enum field_source source;   // derived
    int of;                     // counter, run time: the field it follows, else NONE
    double wrap;                // counter: goes on at 0 after this value; 0: it only begins anew
    double above;               // run time: it runs while the signal is above
    struct value default_value; // parameters; text owned
};

struct alarm_spec {
    char *name;
    enum severity { SEVERITY_INFO = 1, SEVERITY_WARNING, SEVERITY_CRITICAL } severity;
    int field;       // watched field, NONE when only scripts raise it
    bool is_above;   // true: value > limit raises; false: value < limit
    int limit_field; // a parameter, or NONE and `limit` holds
    double limit;
    double deadband;   // clears at limit - deadband (above) or limit + deadband (below)
    int64_t delay_us;  // the condition must hold this long
    char *predicted;   // the prediction of a crossing that it watches instead, "" when none
    int prediction;    // its index; made by model_finish
    int64_t within_us; // the crossing is that near
    char *text;        // "{temperature} Cel", "" when none
    char *advice;      // "" when none
};

struct estimator_spec { // declared in `state`
    char *name;
    struct estimator as;
    int fields[ESTIMATOR_INPUTS]; // that it follows, as many as it has inputs
    int field_count;              // 0: fed by scripts only
    size_t offset;                // into the twin's estimator memory
};

struct window_spec { // the recent past of a field, kept because a prediction needs it
    int field;
    int64_t span_us;
};

struct sensor_place { // what is remembered of a field's samples to judge the next one
    int field;
    struct sensor_spec spec;
    size_t offset; // into the twin's sensors
};

struct argument_spec { // of an event or a command
    char *name;
    enum value_type type;
    char *unit;
    bool has_range;
    double low, high;
};
struct event_spec {
    char *name;
    struct argument_spec *arguments;
    int argument_count;
};

struct command_spec {
    char *name;
    char *title; // "" when it has none
    struct argument_spec *arguments;
    int argument_count;
    int64_t timeout_us; // queued or sent so long, it has timed out
};

enum aggregate_kind {
    AGGREGATE_COUNT,
    AGGREGATE_SUM,
    AGGREGATE_MIN,
    AGGREGATE_MAX,
    AGGREGATE_MEAN,
    AGGREGATE_WORST, // severity of the worst active alarm, 0 to 3
};

struct aggregate_spec { // sum = "part_of.power"
    int field;          // the derived field that has it
    enum aggregate_kind kind;
    char *relationship; // of this model to the members, or else of the members to this twin
    bool is_outgoing;
    char *of; // the members' field, "" when only the members themselves matter
};

struct process_spec { // stages in the order of flow, a buffer between each two
    struct stage_spec {
        char *relationship;
        int blocked, starved;             // derived fields, % of the window; NONE without buffers
        int held_blocked, held_starved;   // rings of one: what it is since when, 0 or 1
        int share_blocked, share_starved; // ewmas
    } * stages;
    int stage_count;
    char **buffers; // relationships, one between two stages, or none at all
    int buffer_count;
    char *rate;  // of the stages' twins
    char *level; // of the buffers' twins, %
    double full, empty;
    int64_t window_us;
    int throughput, bottleneck; // derived fields; the latter NONE without buffers
};

struct autonomy_spec {                  // what its set-points may be moved for, by themselves
    int64_t every_us, over_us, step_us; // step 0: as is usual
    struct autonomy_part {
        enum autonomy_role { AUTONOMY_VARY, AUTONOMY_MINIMISE, AUTONOMY_KEEP } role;
        char *relationship; // whose twins', "" = its own
        char *field;
        double low, high; // of what is varied or kept; -INFINITY, INFINITY: no limit
        double rate;      // of what is varied: at once at most, INFINITY when none is given
        double weight;    // of what is minimised
    } * parts;
    int part_count;
};

struct relationship_spec {
    char *name;
    char *target; // model name, "" = any
};

struct part_spec {
    char *name; // the part's twin is "{id}:{name}"
    char *model;
};

struct prediction_spec {
    char *name;
    char *unit;
    double unit_us; // of a crossing: microseconds of the unit; made by model_finish
    int64_t every_us;
    double band;    // 0.9
    int field;      // `of`: what is forecast
    bool has_limit; // of a crossing: `above` or `below`; else of a value at `horizon_us`
    bool is_above;
    int limit_field; // a parameter, or NONE and `limit` holds
    double limit;
    int64_t horizon_us;
    int *needs; // windows
    int need_count;
};

struct model {
    char *name;
    char *title;
    char *extends; // the model it was made from, "" when none
    enum level level;
    char *match; // glob on twin ids, "" = never created by itself
    bool auto_create;
    uint64_t layout;

    struct field *fields;
    int field_count;
    struct alarm_spec *alarms;
    int alarm_count;
    struct estimator_spec *estimators;
    int estimator_count;
    size_t estimator_bytes;
    struct window_spec *windows;
    int window_count;
    struct sensor_place *sensors;
    int sensor_count;
    size_t sensor_bytes;
    struct event_spec *events;
    int event_count;
    struct command_spec *commands;
    int command_count;
    struct aggregate_spec *aggregates;
    int aggregate_count;
    struct process_spec *process;   // NULL: it is none
    struct autonomy_spec *autonomy; // NULL: nothing is moved by itself
    struct relationship_spec *relationships;
    int relationship_count;
    struct part_spec *parts;
    int part_count;
    struct prediction_spec *predictions;
    int prediction_count;

    // Made by model_finish.
    struct name_index *index; // (kind, name) -> field
    struct field_watchers {
        const int *alarms; // alarm indexes that watch the field or whose limit it is
        int alarm_count;
        const int *estimators; // estimators that an own sample of it feeds
        int estimator_count;
        const int *totals; // derived counters and run times that follow it
        int total_count;
    } * watchers; // one a field
    int *watcher_pool;
    struct model *next; // in the world's list
};

// Whether it has a history.
static inline bool field_has_series(const struct field *field) {
    return field->kind == FIELD_TELEMETRY || field->kind == FIELD_REPORTED ||
           field->kind == FIELD_DERIVED;
}

// Whether a sample can be true: a range is what the measured thing or its sensor can have.
static inline bool field_is_in_range(const struct field *field, double number) {
    return !field->has_range || (number >= field->low && number <= field->high);
}

struct model *model_new(const char *name);
void model_free(struct model *model);

// Adders grow the lists; the returned struct is zeroed but for name (copied) and the NONEs, and
// stays valid until the next add. Used by script/lua_model.c and by tests.
struct field *model_add_field(struct model *model, enum field_kind kind, const char *name);
struct alarm_spec *model_add_alarm(struct model *model, const char *name);
// Of one input, with the kind's own settings, fed by scripts.
struct estimator_spec *model_add_estimator(struct model *model, const char *name,
                                           const struct estimator_kind *kind);
struct event_spec *model_add_event(struct model *model, const char *name);
struct command_spec *model_add_command(struct model *model, const char *name);
struct argument_spec *model_add_argument(struct argument_spec **list, int *count, const char *name);
struct aggregate_spec *model_add_aggregate(struct model *model, int field);
struct sensor_place *model_add_sensor(struct model *model, int field);
struct relationship_spec *model_add_relationship(struct model *model, const char *name);
struct part_spec *model_add_part(struct model *model, const char *name);
struct prediction_spec *model_add_prediction(struct model *model, const char *name);
int model_need_window(struct model *model, int field, int64_t span_us); // widest span wins

// Sorts fields by kind, fixes offsets and pairs, builds the indexes, computes `layout`. Call once,
// after all adds; field indexes held before it are remapped wherever the model has them.
void model_finish(struct model *model);

// Indexes, or NONE. `length` as names come from packs without a NUL.
int model_field(const struct model *model, enum field_kind kind, const char *name, size_t length);
// What a device may send under this name: telemetry first, then reported.
int model_sample_field(const struct model *model, const char *name, size_t length);
int model_alarm(const struct model *model, const char *name, size_t length);
int model_event(const struct model *model, const char *name, size_t length);
int model_command(const struct model *model, const char *name, size_t length);
int model_relationship(const struct model *model, const char *name, size_t length);
int model_prediction(const struct model *model, const char *name, size_t length);
int model_estimator(const struct model *model, const char *name, size_t length);

// The nearest name a device may send, for "did you mean"; NULL when nothing is near.
const char *model_suggest_sample(const struct model *model, const char *name, size_t length);

const char *level_name(enum level level);
const char *severity_name(enum severity severity); // "none" for 0
const char *field_kind_name(enum field_kind kind); // "parameter", "telemetry", "reported", ...

#endif
