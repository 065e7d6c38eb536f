// The live world: one engine fed by CoAP, HTTP, WebSocket and timers, whose revisions go to the
// log, to devices that observe and to browsers. The one file that wires every room to every other.

#ifndef LIVE_H
#define LIVE_H

#include <stdbool.h>
#include <stdint.h>

struct config;
struct err;
struct live;
struct logger;

// Opens the store, recovers, loads the scripts (or the last good version), opens the sockets. On
// failure the error's code is ERR_INVALID for a bad setting, model or script.
struct live *live_open(const struct config *config, const struct logger *logger, struct err *err);

// Prints the ready line and serves until SIGTERM or SIGINT; then everything answered is on disk.
// Returns the process's exit code.
int live_run(struct live *live);
void live_close(struct live *live);

#endif
