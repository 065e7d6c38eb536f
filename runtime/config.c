// The table is the documentation; each source of settings ends in the same set_text.

#include "config.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/lua_config.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum setting_kind { SETTING_TEXT, SETTING_SWITCH, SETTING_NUMBER, SETTING_INTEGER, SETTING_LEVEL };

struct setting_spec {
    const char *name; // "log-quota": flag --log-quota, key log_quota, TWIND_LOG_QUOTA
    const char *value_name;
    const char *initial;
    enum setting_kind kind;
    size_t place;
    double low, high; // numbers
    const char *help;
};

#define PLACE(member) offsetof(struct config, member)

static const struct setting_spec specs[] = {
    {"data", "DIR", "./data", SETTING_TEXT, PLACE(data_dir), 0, 0, "where the log and state live"},
    {"models", "DIR", "", SETTING_TEXT, PLACE(models_dir), 0, 0,
     "what each kind of asset is (./models, or the installed ones)"},
    {"scripts", "DIR", "", SETTING_TEXT, PLACE(scripts_dir), 0, 0,
     "behaviours and predictions (./scripts, or the installed ones)"},
    {"web", "DIR", "", SETTING_TEXT, PLACE(web_dir), 0, 0,
     "the built dashboard (./web/dist, or the installed one)"},
    {"coap", "ADDR", "127.0.0.1:5683", SETTING_TEXT, PLACE(coap_address), 0, 0,
     "where devices send, e.g. [::1]:5683; port 0 takes a free one"},
    {"http", "ADDR", "127.0.0.1:8080", SETTING_TEXT, PLACE(http_address), 0, 0,
     "dashboard, HTTP API and WebSocket"},
    {"rate", "HZ", "0", SETTING_NUMBER, PLACE(rate), 0, 1e6,
     "CoAP messages a second from one peer, 0 = no limit"},
    // Less than a few batches would leave nothing to recover from between two checkpoints.
    {"log-quota", "BYTES", "10000000000", SETTING_INTEGER, PLACE(log_quota), 16e6, 1e15,
     "size of the log beyond which the oldest revisions go"},
    // Below 0.5 ms a page fault can look like a runaway script; above 1 s devices retransmit.
    {"call-us", "MICROSECONDS", "2000", SETTING_INTEGER, PLACE(call_us), 500, 1e6,
     "CPU time one behaviour call may take"},
    {"auto-create", NULL, "true", SETTING_SWITCH, PLACE(auto_create), 0, 0,
     "=false: no sample creates a twin, whatever its model says"},
    {"probation", "SECONDS", "60", SETTING_INTEGER, PLACE(probation), 0, 86400,
     "watch a promoted version, and roll back when its failures rise; 0 = never"},
    {"log", "LEVEL", "info", SETTING_LEVEL, PLACE(log_level), 0, 0, "error, warn, info or debug"},
    {"dev", NULL, "", SETTING_SWITCH, PLACE(is_dev), 0, 0,
     "reload models and scripts when their files change"},
    {"verify", NULL, "", SETTING_SWITCH, PLACE(is_verify), 0, 0,
     "check the data folder: state from checkpoints against state from the log alone"},
    {"doctor", NULL, "", SETTING_SWITCH, PLACE(is_doctor), 0, 0,
     "look whether the data folder is whole, finding by finding, and leave"},
    {"restore", "FILE", "", SETTING_TEXT, PLACE(restore_file), 0, 0,
     "fill the empty data folder from this backup, check it and leave; - is standard input"},
    {"coap-library-only", NULL, "", SETTING_SWITCH, PLACE(is_library_only), 0, 0,
     "hand every CoAP datagram to libcoap, to compare the two ways"},
    {"version", NULL, "", SETTING_SWITCH, PLACE(is_version), 0, 0, "print the version and leave"},
    {"help", NULL, "", SETTING_SWITCH, PLACE(is_help), 0, 0, "print this and leave"},
};

static bool set_text(struct config *config, const struct setting_spec *spec, const char *text,
                     const char *source, struct err *err);
static void find_folders(struct config *config);

static const struct setting_spec *find_spec(const char *name, size_t length) {
    for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
        size_t at = 0;
        while (at < length && specs[i].name[at] &&
               (specs[i].name[at] == name[at] || (specs[i].name[at] == '-' && name[at] == '_')))
            at++;
        if (at == length && !specs[i].name[at]) return &specs[i];
    }
    return NULL;
}

struct file_source {
    struct config *config;
    const char *path;
};

static bool on_file_setting(void *context, const char *key, const char *text, struct err *err) {
    const struct file_source *source = context;
    const struct setting_spec *spec = find_spec(key, strlen(key));
    if (!spec)
        return err_set(err, ERR_INVALID, "%s: there is no setting '%s'; twind --help lists them",
                       source->path, key);
    return set_text(source->config, spec, text, source->path, err);
}

static bool read_environment(struct config *config, struct err *err) {
    for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
        char name[64] = "TWIND_";
        for (size_t at = 0; specs[i].name[at]; at++)
            name[6 + at] = specs[i].name[at] == '-' ? '_' : (char)toupper(specs[i].name[at]);
        const char *text = getenv(name);
        if (text && !set_text(config, &specs[i], text, name, err)) return false;
    }
    return true;
}

static bool read_flags(struct config *config, int argc, char **argv, struct err *err) {
    for (int i = 1; i < argc; i++) {
        const char *flag = argv[i], *equals = strchr(flag, '=');
        if (strncmp(flag, "--", 2) != 0)
            return err_set(err, ERR_INVALID, "'%s' is not a flag; twind --help lists them", flag);
        size_t length = equals ? (size_t)(equals - flag - 2) : strlen(flag + 2);
        if (length == 6 && strncmp(flag + 2, "config", 6) == 0) { // was read first
            i += !equals;
            continue;
        }
        const struct setting_spec *spec = find_spec(flag + 2, length);
        if (!spec)
            return err_set(err, ERR_INVALID, "there is no flag %s; twind --help lists them", flag);
        const char *text = equals ? equals + 1 : "true";
        if (!equals && spec->kind != SETTING_SWITCH) {
            if (i + 1 == argc)
                return err_set(err, ERR_INVALID, "%s needs a %s", flag, spec->value_name);
            text = argv[++i];
        }
        if (!set_text(config, spec, text, flag, err)) return false;
    }
    return true;
}

static const char *config_file(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--config=", 9) == 0) return argv[i] + 9;
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) return argv[i + 1];
    }
    return getenv("TWIND_CONFIG");
}

bool config_read(struct config *config, int argc, char **argv, struct err *err) {
    *config = (struct config){0};
    for (size_t i = 0; i < ARRAY_LEN(specs); i++)
        if (!set_text(config, &specs[i], specs[i].initial, "default", err)) return false;
    struct file_source source = {config, config_file(argc, argv)};
    if (source.path && !lua_config_read(source.path, on_file_setting, &source, err)) return false;
    if (!read_environment(config, err) || !read_flags(config, argc, argv, err)) return false;
    find_folders(config);
    config->probation_us = config->probation * 1000000;
    return true;
}

void config_fini(struct config *config) {
    for (size_t i = 0; i < ARRAY_LEN(specs); i++)
        if (specs[i].kind == SETTING_TEXT) free(*(char **)((char *)config + specs[i].place));
}

void config_print_help(void) {
    puts("twind: keeps a digital twin of every asset that sends it samples over CoAP.\n\n"
         "usage: twind [--config FILE] [flags]; each flag is also a key of the file, a Lua table,\n"
         "and an environment variable: --log-quota is log_quota and TWIND_LOG_QUOTA\n");
    for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
        char flag[40];
        snprintf(flag, sizeof flag, "--%s %s", specs[i].name,
                 specs[i].value_name ? specs[i].value_name : "");
        printf("  %-24s %s", flag, specs[i].help);
        if (specs[i].initial[0]) printf(" [%s]", specs[i].initial);
        putchar('\n');
    }
}

static bool set_number(struct config *config, const struct setting_spec *spec, const char *text,
                       const char *source, struct err *err) {
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end || !(number >= spec->low && number <= spec->high))
        return err_set(err, ERR_INVALID, "%s: %s must be a number from %.0f to %.0f, not '%s'",
                       source, spec->name, spec->low, spec->high, text);
    if (spec->kind == SETTING_NUMBER)
        *(double *)((char *)config + spec->place) = number;
    else
        *(int64_t *)((char *)config + spec->place) = (int64_t)number;
    return true;
}

static bool set_text(struct config *config, const struct setting_spec *spec, const char *text,
                     const char *source, struct err *err) {
    void *place = (char *)config + spec->place;
    switch (spec->kind) {
    case SETTING_TEXT:
        free(*(char **)place);
        *(char **)place = xstrdup(text);
        return true;
    case SETTING_SWITCH:
        *(bool *)place = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
        return true;
    case SETTING_LEVEL:
        if (logger_level_parse(text, place)) return true;
        return err_set(err, ERR_INVALID, "%s: %s must be error, warn, info or debug, not '%s'",
                       source, spec->name, text);
    case SETTING_NUMBER:
    case SETTING_INTEGER:
        return set_number(config, spec, text, source, err);
    }
    return false;
}

// A folder that was not named: the one of the checkout, else the one installed beside the program.
static void find_folder(char **place, const char *here, const char *installed) {
    if ((*place)[0]) return;
    char path[512] = "";
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 64);
    char *slash = length > 0 ? strrchr(path, '/') : NULL;
    if (access(here, R_OK) != 0 && slash) {
        snprintf(slash, sizeof path - (size_t)(slash - path), "/../share/twind/%s", installed);
        if (access(path, R_OK) == 0) here = path;
    }
    free(*place);
    *place = xstrdup(here);
}

static void find_folders(struct config *config) {
    find_folder(&config->models_dir, "models", "models");
    find_folder(&config->scripts_dir, "scripts", "scripts");
    find_folder(&config->web_dir, "web/dist", "web");
}
