// A body that is made while it is sent: its maker may be slower than the socket, or quicker.
//
// A handler puts one into its response. It belongs to its maker, who may free it after `leave`.

#ifndef PUSH_STREAM_H
#define PUSH_STREAM_H

#include <stddef.h>

struct err;

enum stream_state { STREAM_GOES_ON, STREAM_ENDS, STREAM_FAILED };

struct stream {
    // Loop thread, never waits: up to `most` bytes. None while it goes on means that `on_more` will
    // be called. STREAM_FAILED comes before the first byte or not at all.
    enum stream_state (*take)(struct stream *stream, void *out, size_t most, size_t *length,
                              struct err *err);
    void (*leave)(struct stream *stream);   // once: it is over, or nobody takes it any more
    void (*on_more)(struct stream *stream); // the taker's
    void *context;
};

#endif
