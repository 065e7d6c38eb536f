// Bytes come out as they went in, whoever is the slower one; and nobody waits for one who left.

#include "base/conduit.h"
#include "base/memory.h"
#include "test.h"

#include <pthread.h>
#include <sched.h>

#define BYTES 200000

static void wake(void *context) {
    (void)context;
}

static void *write_all(void *argument) {
    struct conduit *conduit = argument;
    uint8_t piece[777];
    size_t done = 0;
    bool is_read = true;
    while (is_read && done < BYTES) {
        size_t length = done % sizeof piece + 1;
        if (length > BYTES - done) length = BYTES - done;
        for (size_t i = 0; i < length; i++)
            piece[i] = (uint8_t)((done + i) * 7 / 3);
        is_read = conduit_write(conduit, piece, length);
        done += length;
    }
    conduit_end(conduit);
    return is_read ? argument : NULL;
}

static void bytes_come_out_as_they_went_in(void **state) {
    (void)state;
    struct conduit *conduit = conduit_new(1000, wake, NULL);
    pthread_t thread;
    pthread_create(&thread, NULL, write_all, conduit);
    uint8_t piece[333];
    size_t done = 0;
    bool is_ended = false;
    while (!is_ended) {
        size_t length = conduit_read(conduit, piece, 1 + done % sizeof piece, &is_ended);
        for (size_t i = 0; i < length; i++)
            assert_int_equal(piece[i], (uint8_t)((done + i) * 7 / 3));
        done += length;
        if (length == 0) sched_yield();
    }
    void *result;
    pthread_join(thread, &result);
    assert_non_null(result);
    assert_int_equal(done, BYTES);
    conduit_free(conduit);
}

static void a_writer_whose_reader_left_is_told(void **state) {
    (void)state;
    struct conduit *conduit = conduit_new(1000, wake, NULL);
    pthread_t thread;
    pthread_create(&thread, NULL, write_all, conduit);
    while (!conduit_is_ready(conduit))
        sched_yield();
    conduit_close(conduit);
    void *result;
    pthread_join(thread, &result);
    assert_null(result);
    conduit_free(conduit);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_out_as_they_went_in),
        cmocka_unit_test(a_writer_whose_reader_left_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
