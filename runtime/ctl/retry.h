// twinctl retry: runs the input again whose behaviour failed.

#ifndef CTL_RETRY_H
#define CTL_RETRY_H

struct verb;

extern const struct verb retry_verb;

#endif
