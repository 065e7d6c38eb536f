// Estimators as a model declares them, as bytes: kind and settings by name and number, fields.

#ifndef TWIN_ESTIMATOR_CODEC_H
#define TWIN_ESTIMATOR_CODEC_H

struct buffer;
struct model;
struct reader;

void estimators_encode(const struct model *model, struct buffer *out);
// After the fields. A kind that this build does not have, or what is out of its limits, makes the
// reader bad.
void estimators_decode(struct model *model, struct reader *in);

#endif
