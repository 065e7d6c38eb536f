// twinctl link, unlink: relationships between twins.

#ifndef CTL_LINK_H
#define CTL_LINK_H

extern const struct verb link_verb, unlink_verb;

#endif
