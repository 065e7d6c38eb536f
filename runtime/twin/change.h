// Changes: everything one turn does to twins, in order. What the log, push and Observe consume.
//
// A change is applied as it is added, by the same change_apply that recovery uses, so a handler
// reads what it wrote. The input's own changes come first; after changes_mark the behaviour's
// follow, which changes_drop takes back whole.

#ifndef TWIN_CHANGE_H
#define TWIN_CHANGE_H

#include "twin/twin.h"
#include "twin/value.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct region;
struct world;

enum change_kind {     // numbers are on disk: append only
    CHANGE_CREATE = 1, // text: id; layout: model
    CHANGE_LAYOUT = 2, // moved to the model `layout`
    CHANGE_RETIRE = 3, // the twin is deleted
    CHANGE_SAMPLE = 4, // index: field; value, at, quality, raw, received: of telemetry or reported
    CHANGE_SET =
        5, // index: field; value (VALUE_NONE clears), at: parameter, desired, derived, state
    CHANGE_ESTIMATE = 6,    // index: estimator; value, at: one update
    CHANGE_ALARM = 7,       // index: alarm; state, is_acked, at: since, value
    CHANGE_FORECAST = 8,    // index: prediction; value, low, high, of_rev, at; VALUE_NONE clears
    CHANGE_TIMER = 9,       // text: name; at: due, 0 cancels
    CHANGE_EVENT = 10,      // sent: other: target twin, index: event of its model, arguments
    CHANGE_LINK = 11,       // index: relationship; other: twin; state: 1 add, 0 remove
    CHANGE_ATTRIBUTES = 12, // text: JSON object
    // the behaviour's part was dropped; state: enum outcome, version, text: why; index 1: it was
    // the
    // input of the failure before, run again
    CHANGE_FAILED = 13,
    CHANGE_QUALITY =
        14, // index: field; quality: of what it shows, by the clock and not by a sample
    // index: command; other: its id; state: enum command_state; at; queued: arguments, else text:
    // what the device said
    CHANGE_COMMAND = 15,
    CHANGE_LIFECYCLE = 16, // state: enum lifecycle
    CHANGE_RESET = 17,     // it was replaced by a new one: what wears begins anew
    // other: failures so far, at: no behaviour runs until then; both 0: all is well again
    CHANGE_QUARANTINE = 18,
    CHANGE_HELD = 19,   // version: the twin could not migrate to it and stays on its own
    CHANGE_AMEND = 20,  // index: field; state: enum amend_part; at; value, quality, amend
    CHANGE_MEMORY = 21, // text: sensors, estimators and windows, as twin_encode_memory has them
    CHANGE_NOTE = 22,   // text: why, in somebody's words
};

// What a CHANGE_AMEND is of. VALUE_NONE as a value is none at that time.
enum amend_part {      // numbers are on disk
    AMEND_GIVEN = 1,   // the sample that somebody corrected, as its device should have sent it
    AMEND_SERIES = 2,  // a value of the field's history that is another one now
    AMEND_CURRENT = 3, // what the twin shows from now on
};

#define EVENT_ARGUMENTS_MAX 8

struct change {
    uint8_t kind;    // enum change_kind
    uint8_t state;   // see the kinds
    uint8_t quality; // sample, quality
    bool is_acked;   // alarm
    bool is_edge; // alarm: became active, or stopped being it; sample: ends a silence; not on disk
    bool is_late; // sample: older than the current one, so it is in the log and nowhere else
    uint16_t index;
    uint32_t other; // twin number; command: its id
    int64_t at;
    struct value value;
    union {
        uint64_t layout;  // create, layout
        uint64_t version; // failed, held
    };
    union {
        struct {              // sample
            double raw;       // before calibration
            int64_t received; // `at` when nobody waits for the next one
        };
        struct {
            double low, high;
            uint64_t of_rev;
        } forecast;
        struct {
            const struct value *arguments; // in the model's order
            uint32_t argument_count;
        } event; // and a queued command
        struct {
            const char *text;
            uint32_t length;
        } text;
        struct {
            struct value was;
            uint64_t of_rev; // the revision that said so
        } amend;
    };
};

struct undo;

struct changes { // of one turn
    struct world *world;
    struct twin *twin; // the one twin; NULL before CREATE
    uint64_t rev;      // the revision they will become
    int64_t now;       // received
    int64_t measured;  // the time of the samples whose turn it is, else now
    struct region *region;
    struct change *list;
    int count, capacity;
    int input_count;   // the first so many are the input's own
    struct undo *undo; // of what came after changes_mark
    int undo_count, undo_capacity;
    bool is_marked;
};

void changes_init(struct changes *changes, struct world *world, struct region *region);
void changes_fini(struct changes *changes);
void changes_begin(struct changes *changes, struct twin *twin, uint64_t rev, int64_t now);

// Applies and keeps `change`. Borrowed text and arguments must live in the turn's region. A
// CHANGE_SET of a slot already set in the behaviour's part replaces that one.
void changes_add(struct changes *changes, const struct change *change);
void changes_mark(struct changes *changes); // the behaviour starts here
void changes_drop(struct changes *changes); // back to the mark

// What an author, operator or parameter file sets: checks type, range and that the kind may be set;
// a value equal to the present one leaves no change. VALUE_NONE clears.
bool changes_set(struct changes *changes, int field, struct value value, struct err *err);

// Whether changes_set would take the value.
bool changes_check(const struct field *field, struct value value, struct err *err);
// Whether it is of the field's type and in its limits, whoever says it.
bool changes_fit(const struct field *field, struct value value, struct err *err);

// One sample: calibrated, judged (out of range or a spike: bad; too fast or stuck: uncertain) and
// applied; then the totals that follow it. `at` is the sample's time; one older than the current is
// late: it changes no current value, and only its range is looked at. True when handlers,
// estimators and alarms should see it (neither late nor bad).
bool changes_sample(struct changes *changes, int field, struct value value, int64_t at,
                    enum quality *quality);

// Feeds the declared estimators that follow `field` with the values of all their fields now; where
// one is no number, nothing happens.
void changes_estimate(struct changes *changes, int field, int64_t at);

// Totals (twin/total.c) that follow `field`, which was `before` and now has another value or the
// same one again; then what follows the totals.
void totals_add(struct changes *changes, int field, const struct slot *before);

// Alarms (twin/alarm.c): by a field's new value, by time passed, by a script, by an operator.
void alarms_check(struct changes *changes, int field);
// Those that watch a prediction, which has a new forecast: raised when the crossing is near enough,
// cleared when it is a fifth further away than that, or in sight no more.
void alarms_foresee(struct changes *changes, int prediction);
void alarms_expire(struct changes *changes,
                   int64_t until); // pending ones whose delay was over then
void alarm_raise(struct changes *changes, int alarm);
void alarm_clear(struct changes *changes, int alarm);

// Does it to the twin. Recovery's door, and the last step of changes_add.
void change_apply(struct world *world, struct twin **twin, const struct change *change,
                  uint64_t rev);

#endif
