#include "fork/study.h"

#include "base/json.h"
#include "base/memory.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const char *state_name(enum study_state state) {
    static const char *const names[] = {"running", "done", "stopped", "failed"};
    return names[state];
}

static void *work(void *context) {
    struct study *study = context;
    struct err err = {0};
    bool is_good = study->kind->run(study, &err);
    bool is_stopped = !study_wait(study, 0);
    study_lock(study);
    study->state = !is_good ? STUDY_FAILED : is_stopped ? STUDY_STOPPED : STUDY_DONE;
    study->why = err;
    study_unlock(study);
    return NULL;
}

static void end(struct study *study) {
    pthread_join(study->thread, NULL);
    pthread_mutex_destroy(&study->mutex);
    close(study->stop_fd);
    study->kind->free(study);
}

static bool is_running(struct study *study) {
    study_lock(study);
    bool is = study->state == STUDY_RUNNING;
    study_unlock(study);
    return is;
}

// Ended ones beyond those that are kept, the oldest of them.
static void trim(struct studies *studies) {
    int ended = 0;
    for (struct study **place = &studies->first; *place;) {
        struct study *study = *place;
        if (is_running(study) || ++ended <= STUDIES_KEPT) {
            place = &study->next;
            continue;
        }
        *place = study->next;
        end(study);
    }
}

static int count_running(const struct studies *studies) {
    int count = 0;
    for (struct study *study = studies->first; study; study = study->next)
        count += is_running(study);
    return count;
}

bool studies_start(struct studies *studies, struct study *owned, struct err *err) {
    trim(studies);
    if (count_running(studies) >= STUDIES_RUNNING_MAX) {
        owned->kind->free(owned);
        return err_set(err, ERR_UNAVAILABLE,
                       "%d studies run already: wait for one to end, or stop one",
                       STUDIES_RUNNING_MAX);
    }
    owned->id = ++studies->last_id;
    owned->state = STUDY_RUNNING;
    owned->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&owned->mutex, NULL);
    if (owned->stop_fd < 0 || pthread_create(&owned->thread, NULL, work, owned) != 0) {
        if (owned->stop_fd >= 0) close(owned->stop_fd);
        pthread_mutex_destroy(&owned->mutex);
        owned->kind->free(owned);
        return err_set(err, ERR_UNAVAILABLE, "no thread can be started for a study now");
    }
    owned->next = studies->first;
    studies->first = owned;
    return true;
}

struct study *studies_find(const struct studies *studies, uint64_t id) {
    struct study *study = studies->first;
    while (study && study->id != id)
        study = study->next;
    return study;
}

void studies_close(struct studies *studies) {
    for (struct study *study = studies->first; study; study = study->next)
        study_stop(study);
    while (studies->first) {
        struct study *study = studies->first;
        studies->first = study->next;
        end(study);
    }
}

void study_stop(struct study *study) {
    uint64_t one = 1;
    if (write(study->stop_fd, &one, sizeof one) != sizeof one) return; // it is asked to already
}

void study_lock(struct study *study) {
    pthread_mutex_lock(&study->mutex);
}

void study_unlock(struct study *study) {
    pthread_mutex_unlock(&study->mutex);
}

void study_write(struct study *study, struct buffer *json) {
    study_lock(study);
    json_open(json, '{');
    json_key(json, "id");
    json_unsigned(json, study->id);
    json_member(json, "kind", study->kind->name);
    json_member(json, "state", state_name(study->state));
    if (study->state == STUDY_FAILED) json_member(json, "why", study->why.text);
    study->kind->write(study, json);
    json_close(json, '}');
    study_unlock(study);
}

bool study_wait(struct study *study, int64_t us) {
    struct pollfd stop = {.fd = study->stop_fd, .events = POLLIN};
    // A tick of the deadline of scripts ends the wait early, which is no reason to stop.
    return poll(&stop, 1, (int)((us + 999) / 1000)) <= 0;
}
