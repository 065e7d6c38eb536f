// Source that the compiler of Lua 5.4.0 to 5.4.4 (Debian 12 has 5.4.4) may turn into wrong code.
//
// In a function with more than 255 constants, `1 & (a or b)` computes with another register than
// that of the 1: a wrong number, or an error about nil. So it is for & | ~ with a whole number on
// the left (also a folded `3 - 2` or a <const>) and on the right, in parentheses, and, or, not or a
// comparison; other operators, the number on the right, and functions with fewer constants are not
// affected (measured: tests/unit/script/test_wrong_code.c).

#ifndef SCRIPT_WRONG_CODE_H
#define SCRIPT_WRONG_CODE_H

#include <stddef.h>

// The line of the first such place, 0 when there is none. `text` compiles and has a NUL behind.
// Whoever is told may have a function just below the limit, for what is counted is the whole file;
// on every Lua, so that a version that loads on one machine loads on the next.
int wrong_code_find(const char *text, size_t length);

#endif
