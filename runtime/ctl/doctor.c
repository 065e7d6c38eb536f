// A folder that no twind has open is looked at by twind itself, which finds more than beside a
// running one.

#include "ctl/doctor.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/offline.h"
#include "ctl/session.h"

static int doctor_run(const struct session *session, int argc, char **argv);

const struct verb doctor_verb = {
    .name = "doctor",
    .words = "--data DIR",
    .summary = "whether all that is stored is whole; one line a finding",
    .options = "--data DIR        a data folder that no twind has open\n"
               "Exit: 0 whole, 1 findings.\n",
    .run = doctor_run,
};

static int doctor_run(const struct session *session, int argc, char **argv) {
    struct err err;
    const char *data = NULL;
    const struct argument arguments[] = {{.name = "--data", .value = &data}};
    (void)session;
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 0, 0, &err))
        return session_misused(&doctor_verb, &err);
    if (!data) {
        err_set(&err, ERR_INVALID, "--data DIR is missing: the folder that is to be looked at");
        return session_misused(&doctor_verb, &err);
    }
    return offline_become((const char *[]){"--doctor", "--data", data, NULL});
}
