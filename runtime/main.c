// Entry: settings, then the live world. Exit codes: 0 stopped cleanly, 1 failed, 2 bad setting,
// model or script, 3 refused (a restore into a folder that holds something).

#include "base/err.h"
#include "base/logger.h"
#include "config.h"
#include "doctor.h"
#include "live.h"
#include "restoring.h"
#include "verify.h"

#include <stdio.h>

#define VERSION "0.1.0"

static int complain(const struct err *err) {
    if (err->text[0]) fprintf(stderr, "twind: %s\n", err->text);
    if (err->code == ERR_CONFLICT) return 3;
    return err->code == ERR_INVALID || err->code == ERR_NOT_FOUND ? 2 : 1;
}

static int run(const struct config *config, struct err *err) {
    struct logger logger = {config->log_level};
    if (config->restore_file[0]) return restoring_run(config, &logger, err) ? 0 : complain(err);
    if (config->is_doctor) return doctor_run(config, &logger, err) ? 0 : complain(err);
    if (config->is_verify) return verify_run(config, &logger, err) ? 0 : complain(err);
    struct live *live = live_open(config, &logger, err);
    if (!live) return complain(err);
    int code = live_run(live);
    live_close(live);
    return code;
}

int main(int argc, char **argv) {
    struct config config;
    struct err err = {0};
    int code = 0;
    if (!config_read(&config, argc, argv, &err))
        code = complain(&err);
    else if (config.is_help)
        config_print_help();
    else if (config.is_version)
        puts("twind " VERSION);
    else
        code = run(&config, &err);
    config_fini(&config);
    return code;
}
