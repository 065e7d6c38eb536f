// The clinic: a worker that examines what is stored while twind runs (store/examine.h).
//
// Less than `twind --doctor` finds on a folder that nobody writes: full states and checkpoints are
// not compared with what revisions make, for that takes the memory of a second fleet.

#ifndef PUSH_CLINIC_H
#define PUSH_CLINIC_H

#include <stdbool.h>

struct buffer;
struct clinic;
struct err;
struct service;

struct clinic *clinic_new(struct service *service, struct err *err);
void clinic_free(struct clinic *clinic);

bool clinic_begin(struct clinic *clinic, struct err *err); // ERR_CONFLICT while one is under way
// {"state": "idle" | "running" | "done", "doing", "done", "of", "revisions", "batches", "states",
//  "records", "findings": N, "lines": [...]}
void clinic_write(struct clinic *clinic, struct buffer *json);

#endif
