// The sources of a version: every models/*.lua, scripts/behavior/*.lua, scripts/prediction/*.lua
// and scripts/lib/*.lua and scripts/learned/*.lua but *_test.lua.
//
// A path is what the author sees in every message ("models/pump.lua"), whatever folder it was read
// from. A set can be written to one run of bytes and read back, so that the store can keep the last
// good version.

#ifndef SCRIPT_SCRIPT_FILES_H
#define SCRIPT_SCRIPT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;
struct err;

#define SCRIPT_FILE_MAX (1024 * 1024) // bytes; the parser runs to its end, so this bounds its time

struct script_files {
    struct script_file {
        char *path; // "models/pump.lua"
        char *text; // `length` bytes and a NUL
        size_t length;
    } * files; // sorted by path
    int count;
    uint64_t version; // content hash; never 0
};

// Zeroes `files` first. A missing scripts folder is empty; a missing models folder is an error.
bool script_files_read(const char *models_dir, const char *scripts_dir, struct script_files *files,
                       struct err *err);
// The *_test.lua beside them, which are no part of a version.
bool script_files_read_tests(const char *models_dir, const char *scripts_dir,
                             struct script_files *files, struct err *err);
void script_files_encode(const struct script_files *files, struct buffer *out);
bool script_files_decode(const void *bytes, size_t length, struct script_files *files,
                         struct err *err);
// Whether they are the files that `version` is the hash of; `why` says what they are when not.
bool script_files_are(const void *bytes, size_t length, uint64_t version, struct err *why);
// Adds one file, in its place; for tests and uploads. script_files_seal computes the version.
void script_files_add(struct script_files *files, const char *path, const char *text,
                      size_t length);
void script_files_seal(struct script_files *files);
void script_files_fini(struct script_files *files);

#endif
