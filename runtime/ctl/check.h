// twinctl check: models and scripts loaded as twind would, without one running.

#ifndef CTL_CHECK_H
#define CTL_CHECK_H

extern const struct verb check_verb;

#endif
