// An error is a code and one sentence that names the thing, the value and the limit.
//
// What can fail for a reason outside the program returns bool and takes `struct err *` last.
// The sentence is written where the failure is known; borders (CoAP, HTTP, command line) map the
// code and show the sentence unchanged. What cannot happen is an assert.

#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

enum err_code {
    ERR_NONE,
    ERR_INVALID,      // malformed, wrong type, out of limit          4.00  400
    ERR_FORBIDDEN,    // known but not allowed                        4.03  403
    ERR_NOT_FOUND,    // no such twin, field, model                   4.04  404
    ERR_METHOD,       // the resource has no such method              4.05  405
    ERR_CONFLICT,     // contradicts what is so already                4.09  409
    ERR_PRECONDITION, // changed since the revision that was named    4.12  412
    ERR_TOO_LARGE,    //                                              4.13  413
    ERR_FORMAT,       // unknown content format                       4.15  415
    ERR_TOO_FAST,     //                                              4.29  429
    ERR_UNAVAILABLE,  // cannot store now, try later                  5.03  503
    ERR_INTERNAL,     // our fault                                    5.00  500
};

struct err {
    enum err_code code;
    char text[420];
};

// Fills `err` (may be NULL) and returns false, so that callers can write `return err_set(...)`.
bool err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Puts `format` in front of the sentence, once, at the border that knows the context. Returns
// false.
bool err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
