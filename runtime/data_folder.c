// A lock on the folder itself, which the kernel drops with the process.

#include "data_folder.h"

#include "base/err.h"
#include "store/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int data_folder_hold(const char *path, struct err *err) {
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        err_set(err, ERR_INVALID, "data folder %s cannot be made: %s", path, strerror(errno));
        return -1;
    }
    int held = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (held < 0) {
        err_set(err, ERR_INVALID, "data folder %s cannot be opened: %s", path, strerror(errno));
        return -1;
    }
    if (flock(held, LOCK_EX | LOCK_NB) != 0)
        err_set(err, ERR_INVALID,
                "data folder %s is in use by another twind: stop it or choose another --data",
                path);
    else if (faccessat(held, RESTORE_FOLDER, F_OK, 0) == 0)
        err_set(err, ERR_INVALID,
                "data folder %s holds a restore that did not end: remove %s/" RESTORE_FOLDER
                " and what lies beside it, then restore again",
                path, path);
    else
        return held;
    close(held);
    return -1;
}

void data_folder_release(int held) {
    if (held >= 0) close(held);
}
