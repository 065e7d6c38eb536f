// Every setting of twind: one table of name, default, range and meaning serves the command line,
// the environment (TWIND_NAME), the configuration file (a Lua table) and --help.

#ifndef CONFIG_H
#define CONFIG_H

#include "base/logger.h"

#include <stdbool.h>
#include <stdint.h>

struct err;

struct config {
    char *data_dir;
    char *models_dir;
    char *scripts_dir;
    char *web_dir;
    char *coap_address;
    char *http_address;
    char *restore_file; // "" = none: fill the data folder from it and leave; "-" standard input
    enum log_level log_level;
    bool is_dev;      // watch the script folders and reload on change
    bool auto_create; // false: no sample creates a twin, whatever its model says
    bool is_verify;   // check the store and leave
    bool is_doctor;   // examine the store and leave
    bool is_help;
    bool is_version;
    bool is_library_only; // every CoAP datagram through libcoap, for tests
    double rate;          // CoAP messages a second and peer, 0 = no limit
    int64_t log_quota;    // bytes
    int64_t call_us;      // CPU time of one behaviour call
    int64_t probation;    // seconds that a promoted version is watched, 0 = not
    int64_t probation_us;
};

// Flags over environment over file over defaults. Errors name the flag, the value and what is
// allowed.
bool config_read(struct config *config, int argc, char **argv, struct err *err);
void config_fini(struct config *config);
void config_print_help(void);

#endif
