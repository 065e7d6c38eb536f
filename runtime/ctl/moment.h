// A moment as people write it on a command line.

#ifndef CTL_MOMENT_H
#define CTL_MOMENT_H

// "10m" is so long ago; anything else twind reads, and says what is wrong with it. For a query; the
// caller frees it.
char *moment_text(const char *word);

#endif
