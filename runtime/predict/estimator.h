// An estimator: what a model declares in `state` to be remembered of its values, in memory of fixed
// size.
//
// A kind is a file of this room and a row in estimator.c; nothing else in the runtime knows it. A
// model writes the kind's name and settings, `wear = { ewma = "10m", of = "vibration" }`; scripts
// read its values, `pump.state.wear.mean`, and feed it where no field does. The memory holds no
// pointers: its bytes are its checkpoint. An update is deterministic, so the log keeps the numbers
// of the update and not the bytes.

#ifndef PREDICT_ESTIMATOR_H
#define PREDICT_ESTIMATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ESTIMATOR_SETTINGS 8 // most of a kind
#define ESTIMATOR_INPUTS 32  // most numbers of one update

struct estimator { // as a model declares one
    const struct estimator_kind *kind;
    int inputs;                          // numbers of one update
    double settings[ESTIMATOR_SETTINGS]; // in the kind's order; durations in seconds
};

struct estimator_setting {
    const char *name;
    enum { SETTING_NUMBER, SETTING_WHOLE, SETTING_DURATION } type;
    double low, high; // limits that are allowed themselves
    double otherwise; // when it is not written; NAN: it must be
};

// What a script reads: `.mean`, or a method, `:rank(3.5)`, that takes numbers.
enum { ESTIMATOR_PLAIN = -1, ESTIMATOR_OF_INPUTS = -2, ESTIMATOR_OF_KNOWN = -3 };
struct estimator_value {
    const char *name;
    int arguments; // of a method, or of the above: none, one for each input, for each but the last
    bool is_whole; // a count
};

struct estimator_kind {
    const char *name;
    const char *phrase; // "an ewma", for sentences
    int inputs_most;    // 1: of = FIELD, :add(x). More: of = { FIELD, ... }, :add(x, y, ...)
    bool has_target;    // of = { FIELD, ... }, target = FIELD: its last input, which alone makes an
                        // update
    bool is_list;       // #estimator is its value "count", estimator[i] its method "item"
    bool is_lasting;    // a new version with other settings keeps the memory
    const struct estimator_setting *settings; // the first is what is written for the kind's name
    int setting_count;
    const struct estimator_value *values;
    int value_count;
    size_t (*size)(const struct estimator *estimator);              // bytes
    void (*begin)(const struct estimator *estimator, void *memory); // of zeroed memory; may be NULL
    void (*add)(const struct estimator *estimator, void *memory, const double *inputs, int64_t at);
    double (*read)(const struct estimator *estimator, const void *memory, int value,
                   const double *arguments); // NAN: there is none yet
    // From another version's memory with other settings; NULL: see is_lasting.
    void (*carry)(const struct estimator *estimator, void *memory, const struct estimator *old,
                  const void *old_memory);
};

const struct estimator_kind *estimator_kind_find(const char *name); // NULL
const struct estimator_kind *estimator_kind_at(int index);          // in alphabetical order; NULL

size_t estimator_size(const struct estimator *estimator); // a multiple of 8
void estimator_begin(const struct estimator *estimator, void *memory);
// One number of an update; with the last of them it happens.
void estimator_add(const struct estimator *estimator, void *memory, double input, int64_t at);
double estimator_read(const struct estimator *estimator, const void *memory, int value,
                      const double *arguments);
// Whether a new version may go on with what an old one remembers, and then it does.
bool estimator_carry(const struct estimator *estimator, void *memory, const struct estimator *old,
                     const void *old_memory);

#endif
