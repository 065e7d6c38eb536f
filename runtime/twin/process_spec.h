// What makes a model a process: its stages and buffers, and the places of what is derived of them.
//
// The declaration itself is struct process_spec of twin/model.h. A process remembers of each stage
// what it is and since when (a ring of one) and its shares of the window (ewmas), in estimators of
// the model whose names no script can write.

#ifndef TWIN_PROCESS_SPEC_H
#define TWIN_PROCESS_SPEC_H

struct buffer;
struct model;
struct process_spec;
struct reader;
struct stage_spec;

// Makes the model a process without stages yet; the adders as those of model.h.
struct process_spec *process_add(struct model *model);
struct stage_spec *process_add_stage(struct process_spec *process, const char *relationship);
void process_add_buffer(struct process_spec *process, const char *relationship);
// After all stages: the estimators. Only a process with buffers has them.
void process_add_memory(struct model *model);
void process_free(struct process_spec *process);

void process_renumber(struct process_spec *process, const int *places); // its fields have moved

void process_encode(const struct process_spec *process, struct buffer *out); // NULL is one byte
// After the fields and estimators; a foreign index makes the reader bad.
void process_decode(struct model *model, struct reader *in);

#endif
