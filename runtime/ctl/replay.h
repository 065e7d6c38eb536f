// twinctl replay: the recorded inputs run again, and what they come to.

#ifndef CTL_REPLAY_H
#define CTL_REPLAY_H

struct verb;

extern const struct verb replay_verb;

#endif
