// What the files of this room share: the options it was opened with, who watches what, who waits
// for the disk, and the figures that are counted.

#ifndef PUSH_SERVICE_H
#define PUSH_SERVICE_H

#include "base/memory.h"
#include "fork/study.h"
#include "push/durable.h"
#include "push/pace.h"
#include "push/push.h"
#include "push/watch.h"

#include <stdatomic.h>
#include <stdint.h>

struct archive;
struct autonomy;
struct clinic;
struct events;
struct vault;

struct service {
    struct push_options options;
    struct world *world;
    char address[64]; // the real one, with the real port
    struct watch watch;
    struct pace pace;
    struct durable durable;
    struct archive *archive;   // NULL without a log
    struct archive *foresight; // likewise, for what takes long
    int questions_waiting;
    struct events *events;
    struct autonomy *autonomy; // NULL without a log
    atomic_bool is_ending;     // what takes long is given up
    struct studies studies;
    struct clinic *clinic; // the same
    struct vault *vault;   // NULL without log and state
    uint32_t next_sid;
    uint32_t client_count;  // WebSocket sessions
    struct buffer scratch;  // for one write to a socket
    struct buffer standing; // news that a new session is told too; empty = none
    struct connection *connections;
    struct connection_limit *limits; // how many of each address
    uint64_t *frames, *rows, *messages, *refused;
};

#endif
