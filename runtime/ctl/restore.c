// The folder is named always: a restore into the one that happens to be the default is no accident
// to have.

#include "ctl/restore.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/offline.h"
#include "ctl/session.h"

static int restore_run(const struct session *session, int argc, char **argv);

const struct verb restore_verb = {
    .name = "restore",
    .words = "FILE --data DIR",
    .summary = "fill an empty data folder from a backup and check it; - is standard input",
    .options = "--data DIR        the folder; made when it is not there, refused when not empty\n",
    .run = restore_run,
};

static int restore_run(const struct session *session, int argc, char **argv) {
    struct err err;
    const char *data = NULL;
    const struct argument arguments[] = {{.name = "--data", .value = &data}};
    (void)session;
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 1, 1, &err))
        return session_misused(&restore_verb, &err);
    if (!data) {
        err_set(&err, ERR_INVALID, "--data DIR is missing: the folder that is to be filled");
        return session_misused(&restore_verb, &err);
    }
    return offline_become((const char *[]){"--restore", argv[0], "--data", data, NULL});
}
