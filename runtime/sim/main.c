// twinsim: simulated devices that speak real CoAP. See options.c for what it can be asked.

#include "base/err.h"
#include "sim/fleet.h"
#include "sim/load.h"
#include "sim/options.h"
#include "sim/play.h"
#include "sim/report.h"
#include "sim/run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>

static int stop_open(void);

int main(int argc, char **argv) {
    static const struct mode *const modes[] = {
        [MODE_FLEET] = &fleet_mode,
        [MODE_LOAD] = &load_mode,
        [MODE_PLAY] = &play_mode,
    };
    struct err err = {0};
    struct options options;
    bool is_help = false;
    if (!options_parse(&options, argc, argv, &is_help, &err)) {
        fprintf(stderr, "twinsim: %s\n", err.text);
        return 2;
    }
    if (is_help) {
        fputs(options_help(), stdout);
        return 0;
    }
    struct run run = {.options = &options, .mode = modes[options.mode]};
    bool is_good = run_mode(&run, stop_open(), &err);
    if (is_good && options.report) is_good = report_write(&run, options.report, &err);
    if (is_good && !options.is_quiet) report_print(&run);
    transport_close(run.transport);
    if (is_good) return 0;
    fprintf(stderr, "twinsim: %s\n", err.text);
    return err.code == ERR_INVALID ? 2 : 1;
}

// Readable when SIGINT or SIGTERM came, so that no signal handler is needed.
static int stop_open(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}
