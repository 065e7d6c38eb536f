// What a request asks for and is answered later: what may take long is done off the loop's thread.
//
// A handler makes one and puts it into its response; the exchange starts it and waits. It lives in
// its owner's struct, which frees it after on_done.

#ifndef PUSH_LATER_H
#define PUSH_LATER_H

struct buffer;
struct err;

struct later {
    void (*start)(struct later *later);
    // Once, on the loop's thread: `why` is NULL when it is done, and `json` the answer.
    void (*on_done)(struct later *later, const struct err *why, const struct buffer *json);
    void *context; // NULL: nobody waits any more
};

#endif
