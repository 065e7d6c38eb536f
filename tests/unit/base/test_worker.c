// Jobs run in order on the worker and come back to the thread that collects.

#include "base/err.h"
#include "base/worker.h"
#include "test.h"

#include <pthread.h>
#include <semaphore.h>

struct numbered {
    struct job job;
    int number;
    pthread_t ran_on;
    int *log;
    int *done;
};

static void run(struct job *job) {
    ((struct numbered *)job)->ran_on = pthread_self();
}

static void done(struct job *job) {
    struct numbered *numbered = (struct numbered *)job;
    numbered->log[(*numbered->done)++] = numbered->number;
}

static void post(void *context) {
    sem_post(context);
}

static void jobs_come_back_in_order_from_another_thread(void **state) {
    (void)state;
    sem_t woken;
    sem_init(&woken, 0, 0);
    struct worker *worker = worker_new("test", post, &woken, NULL);
    struct numbered jobs[50];
    int log[50], count = 0;
    for (int i = 0; i < 50; i++) {
        jobs[i] = (struct numbered){{run, done, NULL}, i, pthread_self(), log, &count};
        worker_submit(worker, &jobs[i].job);
    }
    assert_int_equal(worker_backlog(worker), 50);
    while (count < 50) {
        sem_wait(&woken);
        worker_collect(worker);
    }
    for (int i = 0; i < 50; i++) {
        assert_int_equal(log[i], i);
        assert_false(pthread_equal(jobs[i].ran_on, pthread_self()));
    }
    assert_int_equal(worker_backlog(worker), 0);
    worker_free(worker);
}

static void what_was_submitted_comes_back_even_when_it_is_freed(void **state) {
    (void)state;
    sem_t woken;
    sem_init(&woken, 0, 0);
    struct worker *worker = worker_new("test", post, &woken, NULL);
    struct numbered jobs[20];
    int log[20], count = 0;
    for (int i = 0; i < 20; i++) {
        jobs[i] = (struct numbered){{run, done, NULL}, i, pthread_self(), log, &count};
        worker_submit(worker, &jobs[i].job);
    }
    worker_free(worker);
    assert_int_equal(count, 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_come_back_in_order_from_another_thread),
        cmocka_unit_test(what_was_submitted_comes_back_even_when_it_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
