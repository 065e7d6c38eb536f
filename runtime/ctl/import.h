// twinctl import: creates and changes a fleet's twins from a file.

#ifndef CTL_IMPORT_H
#define CTL_IMPORT_H

extern const struct verb import_verb;

#endif
