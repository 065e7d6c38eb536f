// twinctl repl: a Lua prompt on a copy of a twin.

#ifndef CTL_REPL_H
#define CTL_REPL_H

extern const struct verb repl_verb;

#endif
