// twinctl new model NAME: a model, its behaviour, its test and a fixture to begin with.

#ifndef CTL_NEW_H
#define CTL_NEW_H

extern const struct verb new_verb;

#endif
