// A field of a model as JSON, by the keys that its author wrote: unit, type and range, what is
// looked at in its samples, and what keeps it. Durations are seconds.

#ifndef PUSH_FIELD_JSON_H
#define PUSH_FIELD_JSON_H

struct buffer;
struct model;

// "NAME":{...} of model->fields[field], inside of an open object.
void field_json_write(const struct model *model, int field, struct buffer *out);

#endif
