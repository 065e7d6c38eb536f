// Where a mistake is: the file, the line and the place in it that a sentence is about.
//
// Loading says "FILE:LINE: sentence" of what Lua finds and "FILE: path.of.keys: sentence" of what a
// declaration has wrong. The second is looked up in the file's text, so that every sentence that an
// author reads has a line.

#ifndef SCRIPT_MARK_H
#define SCRIPT_MARK_H

#include <stdbool.h>
#include <stddef.h>

struct buffer;
struct err;
struct script_files;

struct mark {
    char file[160];
    int line;       // from 1, 0 = not known
    int column;     // from 1, 0 = not known
    char text[160]; // of the line, without its end
};

// False when the sentence names no file of the set. Puts the line into the sentence where it is
// missing.
bool mark_find(const struct script_files *files, struct err *err, struct mark *mark);

// The line and a caret under the place, for a terminal.
void mark_write(const struct mark *mark, struct buffer *out);

// The line and the caret of a load that failed, on standard error; the sentence gets its line and
// is left to the caller. For programs of a terminal.
void mark_show(const struct script_files *files, struct err *err);

#endif
