// Writes JSON text at the end of a buffer, without a tree in between.
//
// Commas come by themselves: every writer but json_close puts one first unless the byte before
// opens an object or array, follows a key, or is nothing or NUL (the head room of a frame). Text
// that is not UTF-8 is mended with U+FFFD, because one bad byte makes a browser close a WebSocket.

#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;

void json_open(struct buffer *out, char bracket);  // '{' or '['
void json_close(struct buffer *out, char bracket); // '}' or ']'
void json_key(struct buffer *out, const char *key);
void json_text(struct buffer *out, const char *text, size_t length);
void json_string(struct buffer *out, const char *text); // to its NUL
void json_number(struct buffer *out, double number);    // NaN and infinity are null
void json_integer(struct buffer *out, int64_t number);
void json_unsigned(struct buffer *out, uint64_t number);
void json_boolean(struct buffer *out, bool boolean);
void json_null(struct buffer *out);
void json_raw(struct buffer *out, const char *text); // JSON already

// Microseconds UTC as ISO 8601 text with milliseconds, "2026-11-22T18:00:00.123Z".
void json_time(struct buffer *out, int64_t us);
// A key and its text, or its time.
void json_member(struct buffer *out, const char *key, const char *text);
void json_member_time(struct buffer *out, const char *key, int64_t us);
// Microseconds as a number of seconds, exact, at most six decimals.
void json_seconds(struct buffer *out, int64_t us);

#define JSON_NUMBER_SIZE 32

// Writes a finite number as ECMAScript does (ECMA-262 Number::toString): the fewest digits that
// read back the same, no exponent from 1e-6 up to 1e21; minus zero is 0. `text` has room for
// JSON_NUMBER_SIZE bytes and gets a NUL. Returns the length.
int json_format_number(double number, char *text);

#endif
