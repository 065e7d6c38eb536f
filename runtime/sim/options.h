// What twinsim is asked to do, from its command line.

#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "sim/order.h"
#include "sim/senml.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct err;

enum sim_mode {
    MODE_FLEET, // simulated devices with physics
    MODE_LOAD,  // messages as fast as they are answered, or at a rate
    MODE_PLAY,  // a recorded asset from a file
};

enum load_values {
    VALUES_WALK,     // looks like a sensor
    VALUES_SEQUENCE, // 0, 1, 2 ... of the twin, one message in flight a twin: what is lost is seen
    VALUES_CLOCK, // the first field: seconds of the monotonic clock at sending, modulo LOAD_CLOCK_S
};

#define LOAD_CLOCK_S 50 // so that the values stay within what a sensor says

#define OPTIONS_FIELDS 16
#define OPTIONS_COLUMNS 32

struct options {
    enum sim_mode mode;
    const char *coap; // as it was given
    struct sockaddr_storage server;
    socklen_t server_length;
    uint32_t peers;
    uint32_t seed;
    double seconds; // 0: until stopped
    double warmup;  // not counted
    bool is_non;
    enum senml_format format;
    const char *report; // files, NULL: none
    const char *acked;
    bool is_quiet;

    const char *model;  // fleet: pump, motor, tank
    const char *prefix; // of twin ids
    uint32_t count;     // sites, devices or twins
    double rate;        // messages a second of each; 0: as fast as answered (load only)
    bool is_load;
    uint32_t messages; // load: then stop; 0: none
    uint32_t window;   // load: messages in flight
    uint32_t pack;     // load: records a message to /senml; 0: one twin a message to /t/{id}
    enum load_values values;
    struct load_field {
        char name[65];
        char unit[17]; // "" when none
    } fields[OPTIONS_FIELDS];
    int field_count;

    const char *plant; // fleet: kind of its sites, NULL: a fleet of one model
    const char *http;  // where relationships are put, NULL: nowhere
    double faults;     // a device and hour
    struct order_faults order_faults;
    double wear; // factor
    const char *failing;

    const char *play;
    const char *twin;
    const char *time_column; // NULL: rows are a second apart
    double speed;
    bool is_looped;
    struct play_column {
        char *column;
        const char *field;
    } columns[OPTIONS_COLUMNS];
    int column_count;
};

// Texts in `options` point into `argv`, some of which is cut in two. False with a sentence when it
// cannot be done. `is_help` when only help was asked for.
bool options_parse(struct options *options, int argc, char **argv, bool *is_help, struct err *err);

const char *options_help(void);

#endif
