// twinctl backup: all that a running twind keeps, as one file.

#ifndef CTL_BACKUP_H
#define CTL_BACKUP_H

extern const struct verb backup_verb;

#endif
