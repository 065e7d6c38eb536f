// A model as bytes, so that the store can lay out old twins without running any Lua.

#ifndef TWIN_MODEL_CODEC_H
#define TWIN_MODEL_CODEC_H

struct buffer;
struct err;
struct model;
struct reader;

void model_encode(const struct model *model, struct buffer *out);
struct model *model_decode(struct reader *in, struct err *err); // finished, or NULL

#endif
