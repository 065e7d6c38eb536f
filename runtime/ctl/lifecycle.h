// twinctl lifecycle, replace, retire: where twins are in their lives.

#ifndef CTL_LIFECYCLE_H
#define CTL_LIFECYCLE_H

extern const struct verb lifecycle_verb, replace_verb, retire_verb;

#endif
