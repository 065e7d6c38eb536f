// One thread: send what is due, take what has come, repeat what is late, sleep when there is
// nothing.

#include "sim/run.h"

#include "base/err.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#define SWEEP_US 100000
#define DRAIN_US 5000000 // long enough for one repetition of what is in flight at the end
#define RECEIVE_BATCHES 8
#define PROGRESS_US 10000000

static void on_answer(void *context, const struct exchange *exchange, const struct message *answer,
                      int64_t now);
static bool on_notification(void *context, const struct message *message, int64_t now);
static bool transport_begin_run(struct run *run, struct err *err);
static bool loop(struct run *run, int stop_fd, struct err *err);
static int receive_all(struct transport *transport);
static void counting_begin(struct run *run, int64_t now);
static void drain_begin(struct run *run, int64_t now);
static void progress_print(const struct run *run, int64_t now);

uint8_t *run_post(struct run *run, struct exchange *exchange, const char *twin) {
    uint16_t last = 0;
    uint8_t *at = transport_header(run->transport, exchange, COAP_CODE(0, 2));
    at = option_write(at, &last, OPTION_URI_PATH, twin ? "t" : "senml", twin ? 1 : 5);
    if (twin) at = option_write(at, &last, OPTION_URI_PATH, twin, (uint16_t)strlen(twin));
    at = option_write_uint(at, &last, OPTION_CONTENT_FORMAT, run->options->format);
    *at++ = 0xff;
    return at;
}

bool run_mode(struct run *run, int stop_fd, struct err *err) {
    bool is_good = false;
    const char *path = run->options->acked;
    if (path && !(run->acked = acked_open(path, err))) goto done;
    if (!transport_begin_run(run, err)) goto done;
    if (!run->mode->open(run, err)) goto done;
    is_good = loop(run, stop_fd, err);
done:
    if (run->mode_state) run->mode->close(run);
    acked_close(run->acked);
    return is_good;
}

static bool transport_begin_run(struct run *run, struct err *err) {
    const struct options *options = run->options;
    struct transport_options transport = {
        .server = (const struct sockaddr *)&options->server,
        .server_length = options->server_length,
        .peers = options->peers,
        .slots = run->mode->slots(options),
        .datagram = run->mode->datagram(options),
        .is_confirmable = !options->is_non,
        .seed = options->seed,
        .context = run,
        .on_answer = on_answer,
        .on_notification = on_notification,
    };
    run->transport = transport_open(&transport, err);
    return run->transport != NULL;
}

static bool loop(struct run *run, int stop_fd, struct err *err) {
    const struct options *options = run->options;
    int64_t now = transport_now();
    run->began = now;
    int64_t counting = now + (int64_t)(options->warmup * 1e6);
    int64_t end = options->seconds > 0 ? now + (int64_t)(options->seconds * 1e6) : INT64_MAX;
    int64_t sweep = now + SWEEP_US, progress = now + PROGRESS_US;
    counting_begin(run, now);
    while (!run->is_draining || (transport_in_flight(run->transport) > 0 && now < end)) {
        now = transport_now();
        if (counting && now >= counting) {
            counting_begin(run, now);
            counting = 0;
        }
        int64_t next = run->is_draining ? INT64_MAX : run->mode->tick(run, now);
        if (!run->is_draining && (next == 0 || now >= end)) {
            drain_begin(run, now);
            end = now + DRAIN_US;
        }
        int received = receive_all(run->transport);
        if (run->acked && !acked_flush(run->acked, err)) return false;
        if (now >= sweep) {
            transport_sweep(run->transport, now);
            sweep = now + SWEEP_US;
            struct pollfd stop = {.fd = stop_fd, .events = POLLIN};
            if (poll(&stop, 1, 0) > 0) {
                if (run->is_draining) return true; // asked twice: at once
                end = now;
            }
        }
        if (!options->is_quiet && now >= progress) {
            progress_print(run, now);
            progress += PROGRESS_US;
        }
        if (received > 0) continue;
        int64_t until = next < sweep ? next : sweep;
        transport_wait(run->transport, until < end ? until : end, stop_fd);
    }
    return true;
}

// More may come in one turn than goes out, or answers would be lost where nobody sees it. Gives how
// many came.
static int receive_all(struct transport *transport) {
    int received = 0;
    for (int i = 0; i < RECEIVE_BATCHES; i++) {
        int more = transport_receive(transport);
        if (more == 0) break;
        received += more;
    }
    return received;
}

static void on_answer(void *context, const struct exchange *exchange, const struct message *answer,
                      int64_t now) {
    struct run *run = context;
    if (exchange->records > 0) {
        if (answer)
            tally_answer(&run->tally, answer, exchange->records, now - exchange->started);
        else
            run->tally.given_up++;
    }
    run->mode->on_answer(run, exchange, answer, now);
}

static bool on_notification(void *context, const struct message *message, int64_t now) {
    struct run *run = context;
    return run->mode->on_notification && run->mode->on_notification(run, message, now);
}

static void counting_begin(struct run *run, int64_t now) {
    memset(&run->tally, 0, sizeof run->tally);
    memset(transport_counts(run->transport), 0, sizeof *transport_counts(run->transport));
    run->tally.started = now;
}

static void drain_begin(struct run *run, int64_t now) {
    run->is_draining = true;
    run->tally.ended = now;
    run->tally.answered_in_time = run->tally.answered;
    run->tally.records_in_time = run->tally.records;
}

static void progress_print(const struct run *run, int64_t now) {
    const struct tally *tally = &run->tally;
    fprintf(stderr, "%5.0f s: %llu sent, %llu answered, %u waiting, p99 %.2f ms\n",
            (double)(now - run->began) / 1e6, (unsigned long long)tally->sent,
            (unsigned long long)tally->answered, transport_in_flight(run->transport),
            (double)tally_quantile(tally, 0.99) / 1e3);
}
