// twinctl knows no LMDB: a folder is read and written by the one program that also has to start on
// it.

#include "ctl/offline.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ARGUMENTS_MAX 16
#define PATH_BYTES 4096

int offline_become(const char *const *arguments) {
    char path[PATH_BYTES] = "";
    char *words[ARGUMENTS_MAX + 2];
    int count = 0;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 16);
    char *slash = length > 0 ? strrchr(path, '/') : NULL;
    snprintf(slash ? slash + 1 : path, 16, "twind");
    words[count++] = path;
    while (*arguments && count <= ARGUMENTS_MAX)
        words[count++] = (char *)(size_t)*arguments++;
    words[count] = NULL;
    execv(path, words);
    if (errno == ENOENT) execvp("twind", words);
    struct err err;
    err_set(&err, ERR_NOT_FOUND, "twind, which does it, cannot be run as %.200s: %s", path,
            strerror(errno));
    return session_failed(&err, "install twind beside twinctl, or put it into PATH");
}
