// twinctl api: the author's API for editors and luacheck.

#ifndef CTL_API_H
#define CTL_API_H

extern const struct verb api_verb;

#endif
