// A twin: the live record of one asset, laid out by its model. Pure memory.
//
// Written by change_apply (twin/change.h) and nothing else; everybody else reads. Known outside by
// `id`, inside by `number`, which is never used twice in a store, so a number is also a safe
// handle.

#ifndef TWIN_TWIN_H
#define TWIN_TWIN_H

#include "predict/track.h"
#include "twin/model.h"
#include "twin/value.h"

#include <stdbool.h>
#include <stdint.h>

struct sensor;
struct window;

// Where it is in its life. Only in service its alarms call for somebody: twin_is_muted.
enum lifecycle { // numbers are on disk
    LIFECYCLE_IN_SERVICE,
    LIFECYCLE_COMMISSIONING,
    LIFECYCLE_MAINTENANCE,
    LIFECYCLE_OUT_OF_SERVICE,
};

enum alarm_state { ALARM_CLEAR, ALARM_PENDING, ALARM_ACTIVE };

struct alarm {
    uint8_t state; // enum alarm_state
    bool is_acked;
    int64_t since; // pending or active since, microseconds UTC
    double value;  // of the watched field when it was raised
    uint64_t rev;
};

struct forecast { // the newest result of a prediction
    bool is_present;
    double value, low, high;
    int64_t at;
    uint64_t rev;       // that stored it
    uint64_t of_rev;    // that it looked at
    struct track track; // how those before it did
};

struct link { // one end of a relationship; the other twin holds the mirrored one, which is not
              // encoded
    uint32_t other;
    uint16_t relationship; // index in the model of the twin it starts from
    bool is_incoming;
};

// Known until a link or the model of either end changes; asked anew then (aggregates.c).
enum added_up { ADDED_UP_UNKNOWN, ADDED_UP_NO, ADDED_UP_YES };

struct bad_sample { // the newest sample of a field, while it is bad
    int field;
    struct slot slot;
};

struct script_timer { // `after`: fires on.timer.NAME
    char *name;
    int64_t due;
};

enum command_state {    // numbers are on disk
    COMMAND_QUEUED = 1, // the device does not have it yet
    COMMAND_SENT,       // it was told
    COMMAND_DONE,
    COMMAND_FAILED,
    COMMAND_TIMED_OUT,
};

struct command {    // one that was given to the device, also some time after its end
    uint32_t id;    // of this twin: 1, 2, 3 ...
    uint16_t index; // in the model
    uint8_t state;  // enum command_state
    int64_t queued_at;
    int64_t at;              // of its state
    uint64_t rev;            // that set its state
    struct value *arguments; // in the model's order, VALUE_NONE = not given; bytes owned
    int argument_count;
    char *result; // what the device said of it, "" when nothing
};
#define COMMANDS_OPEN_MAX 16 // queued or sent at once
#define COMMANDS_KEPT 16     // that have ended: as many as can end in one turn, each with a handler
#define COMMAND_RESULT_MAX 240 // bytes of `result`; so all of a twin's fit into one message

// Why the twin's behaviour failed last, and until when it rests. The input is in the log at `rev`.
struct incident {
    uint64_t rev;
    uint64_t version;
    uint64_t layout; // of the twin then, which the input's indexes refer to
    int64_t at;
    uint32_t failures; // without a good turn between
    uint8_t outcome;   // enum outcome of script.h
    int64_t until;     // quarantined until then, 0 = not
    char *text;
};

struct twin {
    uint32_t number;
    char *id;
    const struct model *model;
    uint64_t rev;     // of its newest revision
    uint64_t version; // of the scripts that made it
    uint64_t held;    // the version that it could not migrate to, 0 = none
    int64_t created_at;
    char *attributes;    // JSON object text, "{}" when none
    uint8_t lifecycle;   // enum lifecycle
    uint32_t command_id; // the newest

    struct slot *slots;         // model->field_count
    struct alarm *alarms;       // model->alarm_count
    struct forecast *forecasts; // model->prediction_count
    struct window **windows;    // model->window_count, NULL until the first sample
    uint8_t *estimators;        // model->estimator_bytes
    uint8_t *sensors;           // model->sensor_bytes
    struct link *links;
    uint32_t link_count;
    struct bad_sample
        *bads; // of fields whose newest sample is bad; slots keep the newest that is not
    uint32_t bad_count;
    struct script_timer *timers;
    uint32_t timer_count;
    struct command *commands; // oldest first
    uint32_t command_count;
    struct incident *incident; // NULL when all is well

    // Not state: how the live world keeps track of it. Not encoded, not hashed.
    int64_t timers_run_at;     // `every` boundaries up to here have fired
    int64_t due;               // earliest timer, 0 = none
    int32_t heap_place;        // in the world's timer heap, NONE = not in it
    uint32_t revs_since_state; // revisions since its full state was last written to the log
    int64_t state_logged_at;
    uint32_t kept;         // for which snapshots it was written down (twin/snapshot.h)
    bool is_watched;       // somebody's WebSocket subscription has it
    bool is_observed;      // some CoAP observation has it
    bool is_dirty;         // changed since its last checkpoint
    uint8_t added_up;      // enum added_up: whether some related twin adds it up
    int64_t aggregate_due; // what it adds up has changed and is looked at then, 0 = nothing has
    uint64_t looked_rev;   // of the world when predictions were last started
    struct twin *next_dirty;
};

struct twin *twin_new(uint32_t number, const char *id, const struct model *model);
void twin_free(struct twin *twin);

// A copy that shares nothing but the model, for workers.
struct twin *twin_copy(const struct twin *twin);

// What scripts, alarms and estimators see: the newest value that is not bad, a parameter's default
// when it was never set, else VALUE_NONE.
struct value twin_value(const struct twin *twin, int field);

// What people and devices are shown: the newest sample even when it is bad (its quality says so).
// Its type is VALUE_NONE when there never was one. GET, Observe, WebSocket and HTTP read telemetry
// and reported values through this.
const struct slot *twin_shown(const struct twin *twin, int field);

void *twin_estimator(const struct twin *twin, int estimator); // its memory
struct sensor *twin_sensor(const struct twin *twin, int sensor);

struct command *twin_command(const struct twin *twin, uint32_t id); // NULL when it is not known
bool command_is_open(const struct command *command);                // queued or sent
const char *command_state_name(enum command_state state); // "queued", "sent", "done", "failed", ...
const char *lifecycle_name(enum lifecycle lifecycle);     // "in_service", "commissioning", ...

// Alarms of a twin that is not in service are shown and call for nobody.
bool twin_is_muted(const struct twin *twin);

// Takes one off the list and frees it.
void twin_forget_command(struct twin *twin, uint32_t place);

// The worst active alarm, 0 when none or when the twin is muted.
enum severity twin_severity(const struct twin *twin);
// The limit of an alarm or a prediction now: a number or the parameter's value. False when it has
// none.
bool twin_limit(const struct twin *twin, int limit_field, double limit, double *out);

// Heap bytes of this twin, all lists included.
size_t twin_bytes(const struct twin *twin);

#endif
