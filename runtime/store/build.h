// Which program and C library this is: two runs of one build compute bit-equal numbers, others may
// not.

#ifndef STORE_BUILD_H
#define STORE_BUILD_H

#define BUILD_TEXT_MAX 96

// The linker's build id in hexadecimal, and the C library's version.
void build_text(char text[BUILD_TEXT_MAX]);

#endif
