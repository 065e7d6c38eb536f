// Watched are the folders themselves and those that hold them, in which only their names count:
// so one that goes and comes again is seen. Adding a watch that is there changes nothing, so all
// are added again after each change.

#include "folders.h"

#include "base/err.h"
#include "base/loop.h"
#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define QUIET_US 50000    // after the last change, so that a burst is one
#define LONGEST_US 150000 // after the first, for what never stops changing
#define IN_FOLDER                                                                                  \
    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_DELETE_SELF |       \
     IN_MOVE_SELF)
#define IN_PARENT (IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE)
#define PLACES 8

struct folders {
    struct loop *loop;
    void (*on_change)(void *context);
    void *context;
    int fd;
    struct place {
        char *path;
        char *only; // name that counts in it, NULL = any
        int watch;
    } places[PLACES];
    struct loop_timer timer;
    int64_t first; // change of the burst, monotonic; 0 = none
};

static char *join(const char *folder, const char *name) {
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s", folder, name);
    return (char *)path.bytes;
}

// The folder that holds `path`, and the name it has there.
static void set_parent(struct place *place, const char *path) {
    char *copy = xstrdup(path);
    size_t length = strlen(copy);
    while (length > 1 && copy[length - 1] == '/')
        copy[--length] = 0;
    char *slash = strrchr(copy, '/');
    place->only = xstrdup(slash ? slash + 1 : copy);
    if (slash == copy) slash++;
    if (slash) *slash = 0;
    place->path = xstrdup(slash ? copy : ".");
    free(copy);
}

static void add_watches(struct folders *folders) {
    for (int i = 0; i < PLACES; i++) {
        struct place *place = &folders->places[i];
        uint32_t mask = place->only ? IN_PARENT | IN_MASK_ADD : IN_FOLDER | IN_MASK_ADD;
        place->watch = inotify_add_watch(folders->fd, place->path, mask | IN_ONLYDIR);
    }
}

static bool counts(const struct folders *folders, const struct inotify_event *event) {
    for (int i = 0; i < PLACES; i++) {
        const struct place *place = &folders->places[i];
        if (place->watch != event->wd) continue;
        if (!place->only || (event->len > 0 && strcmp(event->name, place->only) == 0)) return true;
    }
    return (event->mask & IN_Q_OVERFLOW) != 0;
}

static void on_quiet(void *context) {
    struct folders *folders = context;
    folders->first = 0;
    add_watches(folders);
    folders->on_change(folders->context);
}

static void note_change(struct folders *folders) {
    int64_t now = loop_monotonic(folders->loop);
    if (folders->first == 0) folders->first = now;
    int64_t left = folders->first + LONGEST_US - now;
    int64_t delay = left < QUIET_US ? left : QUIET_US;
    loop_timer_set(folders->loop, &folders->timer, delay > 0 ? delay : 0, on_quiet, folders);
}

static void on_events(void *context) {
    struct folders *folders = context;
    _Alignas(struct inotify_event) char bytes[4096];
    bool is_any = false;
    for (ssize_t got; (got = read(folders->fd, bytes, sizeof bytes)) > 0;)
        for (char *at = bytes; at < bytes + got;) {
            const struct inotify_event *event = (const struct inotify_event *)(void *)at;
            is_any |= counts(folders, event);
            at += sizeof *event + event->len;
        }
    if (is_any) note_change(folders);
}

struct folders *folders_watch(struct loop *loop, const char *models_dir, const char *scripts_dir,
                              void (*on_change)(void *context), void *context, struct err *err) {
    struct folders *folders = xcalloc(1, sizeof *folders);
    *folders = (struct folders){.loop = loop, .on_change = on_change, .context = context};
    folders->places[0].path = xstrdup(models_dir);
    folders->places[1].path = xstrdup(scripts_dir);
    folders->places[2].path = join(scripts_dir, "behavior");
    folders->places[3].path = join(scripts_dir, "prediction");
    folders->places[4].path = join(scripts_dir, "lib");
    folders->places[5].path = join(scripts_dir, "learned");
    set_parent(&folders->places[6], models_dir);
    set_parent(&folders->places[7], scripts_dir);
    folders->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (folders->fd >= 0) add_watches(folders);
    if (folders->fd < 0 || folders->places[0].watch < 0)
        err_set(err, ERR_INTERNAL, "the folder %s cannot be watched: %s", models_dir,
                strerror(errno));
    else if (loop_watch(loop, folders->fd, on_events, folders, err))
        return folders;
    folders_free(folders);
    return NULL;
}

void folders_free(struct folders *folders) {
    if (!folders) return;
    for (int i = 0; i < PLACES; i++) {
        free(folders->places[i].path);
        free(folders->places[i].only);
    }
    if (folders->fd >= 0) close(folders->fd);
    free(folders);
}
