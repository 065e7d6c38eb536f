// twinctl train MODEL FILE.csv ...: fits what a model declares learnable, and writes it as files of
// the version, scripts/learned/MODEL_NAME.lua.

#ifndef CTL_TRAIN_H
#define CTL_TRAIN_H

extern const struct verb train_verb;

#endif
