// The pages of an LMDB data file, read from the file itself and not through LMDB, which trusts
// them.
//
// Every page that a tree leads to must say that it is that page, hold what it holds within its
// bounds, and belong to one tree alone; the list of free pages may name none of them, for what is
// free is overwritten next. Only of a file that nobody writes.

#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include <stdbool.h>
#include <stdint.h>

struct err;

struct pages { // what was counted
    uint64_t all, used, free_listed;
};

// Of the newer of its two meta pages, as LMDB opens it. False with a sentence that names the first
// page that is wrong.
bool pages_check(const char *path, struct pages *pages, struct err *err);

#endif
