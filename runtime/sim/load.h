// The load generator: one kind of message over and over, twins in turn, for measuring a server.
//
// Without a rate there are always `window` messages in flight; with one, messages are due at fixed
// times whatever the server does, and latency is counted from when they were due, not from when
// they could be sent. No two messages are the same bytes before their token comes round, which is
// after their message id has come round many times.

#ifndef SIM_LOAD_H
#define SIM_LOAD_H

#include "sim/run.h"

extern const struct mode load_mode;

#endif
