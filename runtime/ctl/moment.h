// A moment as people write it on a command line.

#ifndef CTL_MOMENT_H
#define CTL_MOMENT_H

struct buffer;

// "10m" is so long ago; anything else twind reads, and says what is wrong with it. For a query; the
// caller frees it.
char *moment_text(const char *word);

// Both ends of a span behind a path that has a query, each a revision's number or a moment; NULL is
// not given. As twind's span of the log has them: from, to, from_time, to_time.
void moment_add_span(struct buffer *path, const char *from, const char *to);

#endif
