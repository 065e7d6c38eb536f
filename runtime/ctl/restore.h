// twinctl restore: a backup becomes a data folder.

#ifndef CTL_RESTORE_H
#define CTL_RESTORE_H

extern const struct verb restore_verb;

#endif
