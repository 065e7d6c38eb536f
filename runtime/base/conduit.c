// A ring under one mutex.

#include "base/conduit.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct conduit {
    pthread_mutex_t mutex;
    pthread_cond_t has_room;
    uint8_t *bytes;
    size_t room, start, length;
    bool is_ended, is_closed;
    void (*wake)(void *context);
    void *context;
};

struct conduit *conduit_new(size_t room, void (*wake)(void *context), void *context) {
    struct conduit *conduit = xcalloc(1, sizeof *conduit);
    pthread_mutex_init(&conduit->mutex, NULL);
    pthread_cond_init(&conduit->has_room, NULL);
    conduit->bytes = xmalloc(room);
    conduit->room = room;
    conduit->wake = wake;
    conduit->context = context;
    return conduit;
}

void conduit_free(struct conduit *conduit) {
    if (!conduit) return;
    pthread_cond_destroy(&conduit->has_room);
    pthread_mutex_destroy(&conduit->mutex);
    free(conduit->bytes);
    free(conduit);
}

// What of `length` fits without wrapping, at the ring's end.
static size_t fill(struct conduit *conduit, const uint8_t *bytes, size_t length) {
    size_t end = (conduit->start + conduit->length) % conduit->room;
    size_t part = conduit->room - conduit->length;
    if (part > conduit->room - end) part = conduit->room - end;
    if (part > length) part = length;
    memcpy(conduit->bytes + end, bytes, part);
    conduit->length += part;
    return part;
}

bool conduit_write(struct conduit *conduit, const void *bytes, size_t length) {
    const uint8_t *at = bytes;
    pthread_mutex_lock(&conduit->mutex);
    while (length > 0 && !conduit->is_closed) {
        if (conduit->length == conduit->room) {
            pthread_cond_wait(&conduit->has_room, &conduit->mutex);
            continue;
        }
        bool was_empty = conduit->length == 0;
        size_t part = fill(conduit, at, length);
        at += part;
        length -= part;
        if (was_empty) conduit->wake(conduit->context);
    }
    bool is_read = !conduit->is_closed;
    pthread_mutex_unlock(&conduit->mutex);
    return is_read;
}

void conduit_end(struct conduit *conduit) {
    pthread_mutex_lock(&conduit->mutex);
    conduit->is_ended = true;
    conduit->wake(conduit->context);
    pthread_mutex_unlock(&conduit->mutex);
}

size_t conduit_read(struct conduit *conduit, void *out, size_t most, bool *is_ended) {
    size_t done = 0;
    pthread_mutex_lock(&conduit->mutex);
    while (done < most && conduit->length > 0) {
        size_t part = conduit->room - conduit->start;
        if (part > conduit->length) part = conduit->length;
        if (part > most - done) part = most - done;
        memcpy((uint8_t *)out + done, conduit->bytes + conduit->start, part);
        conduit->start = (conduit->start + part) % conduit->room;
        conduit->length -= part;
        done += part;
    }
    *is_ended = conduit->is_ended && conduit->length == 0;
    pthread_cond_signal(&conduit->has_room);
    pthread_mutex_unlock(&conduit->mutex);
    return done;
}

void conduit_close(struct conduit *conduit) {
    pthread_mutex_lock(&conduit->mutex);
    conduit->is_closed = true;
    pthread_cond_signal(&conduit->has_room);
    pthread_mutex_unlock(&conduit->mutex);
}

bool conduit_is_ready(struct conduit *conduit) {
    pthread_mutex_lock(&conduit->mutex);
    bool is_ready = conduit->length > 0 || conduit->is_ended;
    pthread_mutex_unlock(&conduit->mutex);
    return is_ready;
}
