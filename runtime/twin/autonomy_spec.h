// What a model lets the runtime do by itself: which set-points it may move, within which limits and
// how fast, what for, and what is to be kept. The declaration is struct autonomy_spec of
// twin/model.h.

#ifndef TWIN_AUTONOMY_SPEC_H
#define TWIN_AUTONOMY_SPEC_H

struct autonomy_part;
struct autonomy_spec;
struct buffer;
struct model;
struct reader;

struct autonomy_spec *autonomy_spec_add(struct model *model);
// `name` is "speed" of its own, or "part_of.speed" of those that the relationship leads to.
struct autonomy_part *autonomy_spec_add_part(struct autonomy_spec *autonomy, const char *name);
void autonomy_spec_free(struct autonomy_spec *autonomy);

// The last of a model: NULL is nothing, so that the layouts of models without it are what they
// were.
void autonomy_spec_encode(const struct autonomy_spec *autonomy, struct buffer *out);
void autonomy_spec_decode(struct model *model, struct reader *in);

#endif
