// Whether a version's stored files are those that its name, their hash, stands for.

#ifndef DOCTOR_VERSION_H
#define DOCTOR_VERSION_H

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct err;

bool doctor_is_version(uint64_t version, const struct buffer *files, struct err *why);

#endif
