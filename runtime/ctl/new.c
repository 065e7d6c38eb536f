// What it writes passes `twinctl check` and `twinctl test` at once, so that an author begins with
// something that works and changes one thing at a time.

#include "ctl/new.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/session.h"
#include "twin/name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MARK '@' // in the templates; it stands for the model's name

static int new_run(const struct session *session, int argc, char **argv);

const struct verb new_verb = {
    .name = "new",
    .words = "model NAME",
    .summary = "a model with behaviour, test and fixture to begin with",
    .options = "--dir DIR         where models/ and scripts/ are, here: .\n",
    .run = new_run,
};

static const struct template {
    const char *path, *text;
}
templates[] = {
    {"models/@.lua",
     "-- A @: what it has, what it reports, what can go wrong.\n"
     "return {\n"
     "  model = \"@\", level = \"asset\", match = \"@-*\",\n"
     "  parameters = {\n"
     "    hot = { title = \"Too hot above\", unit = \"Cel\", default = 80, range = { 0, 200 } },\n"
     "  },\n"
     "  telemetry = {\n"
     "    temperature = { title = \"Temperature\", unit = \"Cel\", range = { -40, 200 } },\n"
     "  },\n"
     "  properties = { -- reported by the device, desired by us\n"
     "    power = { title = \"Power\", unit = \"%\", range = { 0, 100 }, writable = true },\n"
     "  },\n"
     "  derived = { margin = { title = \"Left until too hot\", unit = \"Cel\" } },\n"
     "  alarms = {\n"
     "    overheating = { severity = \"critical\", field = \"temperature\", above = \"hot\", "
     "deadband = 5, delay = \"10s\",\n"
     "                    text = \"{temperature} Cel\", advice = \"Look what keeps it from "
     "cooling\" },\n"
     "  },\n"
     "}\n"},
    {"scripts/behavior/@.lua",
     "-- One that is too hot is turned down, and stays so until somebody turns it up.\n"
     "local LOW = 50 -- % of its power that a hot one keeps\n"
     "\n"
     "local function on_temperature(twin, temperature)\n"
     "  twin.derived.margin = twin.parameters.hot - temperature\n"
     "end\n"
     "\n"
     "local function on_overheating(twin, alarm)\n"
     "  if alarm.active then twin.desired.power = LOW end\n"
     "end\n"
     "\n"
     "return { on = { temperature = on_temperature, [\"alarm.overheating\"] = on_overheating } "
     "}\n"},
    {"scripts/behavior/@_test.lua",
     "-- What a @ does, shown on a clock of its own: t:advance moves it.\n"
     "return {\n"
     "  a_hot_one_is_turned_down = function(t)\n"
     "    local twin = t:twin(\"@-1\", { reported = { power = 100 } })\n"
     "    t:sample(twin, { temperature = 85 })\n"
     "    t:equal(twin.derived.margin, -5)\n"
     "    t:advance(\"11s\")\n"
     "    t:raised(twin, \"overheating\")\n"
     "    t:equal(twin.desired.power, 50)\n"
     "  end,\n"
     "\n"
     "  one_that_warms_up_and_cools_in_time_is_not = function(t)\n"
     "    local twin = t:twin(\"@-1\")\n"
     "    t:play(\"@.ndjson\", twin) -- recorded with: twinctl record ID --for 10m\n"
     "    t:clear(twin, \"overheating\")\n"
     "    t:equal(twin.desired.power, nil)\n"
     "  end,\n"
     "}\n"},
    {"scripts/behavior/@.ndjson",
     "{\"twin\":\"@-1\",\"at\":0,\"values\":{\"temperature\":60,\"power\":100}}\n"
     "{\"twin\":\"@-1\",\"at\":10,\"values\":{\"temperature\":78}}\n"
     "{\"twin\":\"@-1\",\"at\":20,\"values\":{\"temperature\":82}}\n"
     "{\"twin\":\"@-1\",\"at\":28,\"values\":{\"temperature\":74}}\n"
     "{\"twin\":\"@-1\",\"at\":60,\"values\":{\"temperature\":70}}\n"},
};

// The template with the name in the place of each mark, and a NUL.
static void fill(struct buffer *out, const char *text, const char *name) {
    for (; *text; text++)
        if (*text == NAME_MARK)
            buffer_add(out, name, strlen(name));
        else
            buffer_byte(out, (uint8_t)*text);
    buffer_byte(out, 0);
}

static char *path_of(const char *folder, const struct template *template, const char *name) {
    struct buffer path = {0};
    buffer_printf(&path, "%s/", folder);
    fill(&path, template->path, name);
    return (char *)path.bytes;
}

// Makes the folders that lead to a file.
static bool make_folders(char *path, struct err *err) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        bool is_there = mkdir(path, 0777) == 0 || errno == EEXIST;
        if (!is_there)
            err_set(err, ERR_INVALID, "cannot make the folder %.200s: %s", path, strerror(errno));
        *slash = '/';
        if (!is_there) return false;
    }
    return true;
}

static bool write_file(char *path, const char *text, struct err *err) {
    if (!make_folders(path, err)) return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    size_t length = strlen(text);
    bool is_good = fd >= 0 && write(fd, text, length) == (ssize_t)length;
    if (!is_good) err_set(err, ERR_INVALID, "cannot write %.200s: %s", path, strerror(errno));
    if (fd >= 0) close(fd);
    return is_good;
}

// Nothing is written when one of the files is there already.
static bool check_free(const char *folder, const char *name, struct err *err) {
    for (size_t i = 0; i < ARRAY_LEN(templates); i++) {
        char *path = path_of(folder, &templates[i], name);
        bool is_there = access(path, F_OK) == 0;
        if (is_there) err_set(err, ERR_INVALID, "%.200s is there already and stays as it is", path);
        free(path);
        if (is_there) return false;
    }
    return true;
}

static bool write_all(const char *folder, const char *name, struct err *err) {
    bool is_good = check_free(folder, name, err);
    for (size_t i = 0; i < ARRAY_LEN(templates) && is_good; i++) {
        char *path = path_of(folder, &templates[i], name);
        struct buffer text = {0};
        fill(&text, templates[i].text, name);
        is_good = write_file(path, (const char *)text.bytes, err);
        if (is_good) printf("wrote %s\n", path);
        buffer_fini(&text);
        free(path);
    }
    return is_good;
}

static void write_next_step(const char *folder, const char *name) {
    printf(
        "\nIt is sound already:   twinctl check %s && twinctl test %s\n"
        "See it move, with twind --dev --models %s/models --scripts %s/scripts running:\n"
        "  coap-client-notls -m post -t 110 -e '[{\"n\":\"temperature\",\"u\":\"Cel\",\"v\":85}]' "
        "coap://127.0.0.1:5683/t/%s-1\n"
        "  twinctl get %s-1\n",
        folder, folder, folder, folder, name, name);
}

static int new_run(const struct session *session, int argc, char **argv) {
    (void)session;
    struct err err;
    const char *folder = ".";
    const struct argument arguments[] = {{.name = "--dir", .value = &folder}};
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 2, 2, &err))
        return session_misused(&new_verb, &err);
    const char *name = argv[1];
    if (strcmp(argv[0], "model") != 0) {
        err_set(&err, ERR_INVALID, "there is nothing new of the kind '%.40s'; write model",
                argv[0]);
        return session_misused(&new_verb, &err);
    }
    size_t length = strlen(name);
    if (!field_name_is_valid(name, length) ||
        strcmp(name + (length > 5 ? length - 5 : 0), "_test") == 0) {
        err_set(
            &err, ERR_INVALID,
            "'%.80s' names no model: a name is letters, digits and _, at most 64, begins with a "
            "letter and does not end with _test",
            name);
        return session_misused(&new_verb, &err);
    }
    if (!write_all(folder, name, &err))
        return session_failed(&err, "another name: twinctl new model NAME");
    write_next_step(folder, name);
    return EXIT_GOOD;
}
