// twinctl audit: who changed what.

#ifndef CTL_AUDIT_H
#define CTL_AUDIT_H

extern const struct verb audit_verb;

#endif
