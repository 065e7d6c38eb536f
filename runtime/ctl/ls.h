// twinctl ls: which twins there are.

#ifndef CTL_LS_H
#define CTL_LS_H

extern const struct verb ls_verb;

#endif
