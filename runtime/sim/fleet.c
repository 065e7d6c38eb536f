// Devices tick in turn, spread over the period. Each has one request in flight (RFC 7252 4.7,
// NSTART 1): a sample that comes due while it waits is not sent, as the next one tells more.

#include "sim/fleet.h"

#include "base/err.h"
#include "base/memory.h"
#include "sim/fault.h"
#include "sim/observe.h"
#include "sim/order.h"
#include "sim/plant.h"
#include "sim/wire.h"

#include <stdlib.h>
#include <string.h>

#define TICK_DEVICES 512 // then answers are looked at
#define BEHIND_US 1000000

struct device {
    struct fault fault;
    struct observe observe;
    struct order order;
    bool is_answering;         // what became of the order is in flight
    struct exchange *watching; // the request for Observe that is in flight
    bool is_waiting;           // a request is in flight
    struct reading sent[PLANT_READINGS];
    int sent_count;
};

struct fleet {
    struct plant *plant;
    struct device *devices;
    uint32_t count;
    uint64_t ticks;     // of all devices together
    int64_t origin;     // when the first was due
    double interval_us; // between ticks of two devices
};

static void device_tick(struct run *run, uint32_t index, int64_t now);
static void device_watch(struct run *run, uint32_t index, int64_t now);
static uint32_t device_set(struct fleet *fleet, uint32_t index, const struct message *message);
static bool device_report(struct run *run, uint32_t index, int64_t now);

static bool fleet_open(struct run *run, struct err *err) {
    const struct options *options = run->options;
    struct plant_options assets = {
        .kind = options->plant,
        .model = options->model,
        .prefix = options->prefix,
        .count = options->count,
        .seed = options->seed,
        .wear = options->wear,
        .failing = options->failing,
    };
    struct fleet *fleet = run->mode_state = xcalloc(1, sizeof *fleet);
    fleet->plant = plant_new(&assets, err);
    if (!fleet->plant) return false;
    if (options->http && !wire_plant(options->http, fleet->plant, err)) return false;
    fleet->count = plant_count(fleet->plant);
    fleet->devices = xcalloc(fleet->count, sizeof *fleet->devices);
    for (uint32_t i = 0; i < fleet->count; i++)
        chance_init(&fleet->devices[i].fault.chance, options->seed, (uint64_t)1 << 32 | i);
    fleet->interval_us = 1e6 / options->rate / fleet->count;
    fleet->origin = transport_now();
    return true;
}

static void fleet_close(struct run *run) {
    struct fleet *fleet = run->mode_state;
    plant_free(fleet->plant);
    free(fleet->devices);
    free(fleet);
}

static int64_t fleet_tick(struct run *run, int64_t now) {
    struct fleet *fleet = run->mode_state;
    for (int i = 0; i < TICK_DEVICES; i++) {
        int64_t due = fleet->origin + (int64_t)((double)fleet->ticks * fleet->interval_us);
        if (due > now) return due;
        // A process that was stopped does not make up for what it missed.
        if (now - due > BEHIND_US) fleet->origin += now - due;
        device_tick(run, (uint32_t)(fleet->ticks++ % fleet->count), now);
    }
    return now;
}

static void fleet_on_answer(struct run *run, const struct exchange *exchange,
                            const struct message *answer, int64_t now) {
    struct fleet *fleet = run->mode_state;
    uint32_t index = (uint32_t)exchange->user;
    struct device *device = &fleet->devices[index];
    device->is_waiting = false;
    if (device->watching) { // it got no answer: with one it would have come as a notification
        device->watching = NULL;
        observe_fail(&device->observe, now);
        return;
    }
    if (device->is_answering) {
        device->is_answering = false;
        if (answer) order_acknowledged(&device->order);
        // What was told while it was busy is told again to a new registration.
        if (answer) observe_forget(&device->observe);
        return;
    }
    bool is_accepted = answer && answer->code >> 5 == 2;
    if (run->acked && is_accepted)
        acked_add(run->acked, plant_id(fleet->plant, index), device->sent, device->sent_count);
    // A server that did not answer at once may have been started anew and know no observer.
    if (!answer || exchange->tries > 0) observe_forget(&device->observe);
    if (is_accepted && !run->is_draining && !device_report(run, index, now))
        device_watch(run, index, now);
}

static bool fleet_on_notification(struct run *run, const struct message *message, int64_t now) {
    struct fleet *fleet = run->mode_state;
    uint32_t index = observe_token_read(message->token, run->options->seed);
    if (index >= fleet->count) return false;
    struct device *device = &fleet->devices[index];
    if (device->watching) {
        transport_end(run->transport, device->watching);
        device->watching = NULL;
        device->is_waiting = false;
    }
    if (!observe_read(&device->observe, message, now)) return true;
    run->tally.desired += device_set(fleet, index, message);
    order_read(&device->order, message, &run->options->order_faults, &device->fault.chance);
    return true;
}

static uint32_t fleet_slots(const struct options *options) {
    // One a device, were there not an end to slots; devices beyond it wait for others' answers.
    uint64_t devices = options->count;
    if (options->plant) devices *= plant_site_assets(options->plant);
    if (devices == 0) return 1; // of a kind that is refused when it is made
    return devices < TRANSPORT_SLOTS ? (uint32_t)devices : TRANSPORT_SLOTS;
}

static size_t fleet_datagram(const struct options *options) {
    (void)options;
    return 1024; // PLANT_READINGS of long names with their units take 800
}

const struct mode fleet_mode = {
    .name = "fleet",
    .open = fleet_open,
    .close = fleet_close,
    .tick = fleet_tick,
    .on_answer = fleet_on_answer,
    .on_notification = fleet_on_notification,
    .slots = fleet_slots,
    .datagram = fleet_datagram,
};

static void device_tick(struct run *run, uint32_t index, int64_t now) {
    struct fleet *fleet = run->mode_state;
    const struct options *options = run->options;
    struct device *device = &fleet->devices[index];
    struct reading readings[PLANT_READINGS];
    double dt_s = 1 / options->rate;
    int properties;
    int count = plant_step(fleet->plant, index, dt_s, readings, &properties);
    if (device->order.state == ORDER_RUNNING) plant_order(fleet->plant, index, &device->order);
    if (!fault_step(&device->fault, options->faults, dt_s, readings, count - properties)) {
        run->tally.silent++;
        return;
    }
    struct exchange *exchange =
        device->is_waiting ? NULL : transport_begin(run->transport, index % options->peers);
    if (!exchange) {
        run->tally.held++;
        return;
    }
    uint8_t *at = run_post(run, exchange, plant_id(fleet->plant, index));
    at = senml_begin(at, options->format, count);
    at = senml_group(at, options->format, NULL, readings, count, true);
    at = senml_end(at, options->format);
    exchange->user = index;
    exchange->started = now;
    exchange->records = (uint32_t)count;
    transport_send(run->transport, exchange, at, now);
    memcpy(device->sent, readings, sizeof readings);
    device->sent_count = count;
    device->is_waiting = true;
    run->tally.sent++;
}

// Asks to be told what is desired, when it is time to (again) and the asset obeys anything.
static void device_watch(struct run *run, uint32_t index, int64_t now) {
    struct fleet *fleet = run->mode_state;
    struct device *device = &fleet->devices[index];
    if (!plant_obeys(fleet->plant, index) || !observe_is_due(&device->observe, now)) return;
    struct exchange *exchange = transport_begin(run->transport, index % run->options->peers);
    if (!exchange) return;
    uint8_t token[8];
    observe_token_write(token, run->options->seed, index);
    uint8_t *at = transport_header_as(run->transport, exchange, COAP_CODE(0, 1), token);
    at = observe_request_write(at, plant_id(fleet->plant, index));
    exchange->user = index;
    exchange->records = 0;
    transport_send(run->transport, exchange, at, now);
    device->watching = exchange;
    device->is_waiting = true;
}

// Takes over each of its properties that the message desires something of; how many.
static uint32_t device_set(struct fleet *fleet, uint32_t index, const struct message *message) {
    uint32_t count = 0;
    double value;
    for (const char *const *name = plant_properties(fleet->plant, index); name && *name; name++) {
        if (!observe_value(message, *name, &value)) continue;
        plant_set(fleet->plant, index, *name, value);
        count++;
    }
    return count;
}

// Says what became of its command, once that has ended.
static bool device_report(struct run *run, uint32_t index, int64_t now) {
    struct fleet *fleet = run->mode_state;
    struct device *device = &fleet->devices[index];
    struct order *order = &device->order;
    if (order->state != ORDER_OVER) return false;
    struct exchange *exchange = transport_begin(run->transport, index % run->options->peers);
    if (!exchange) return false;
    uint8_t *at = transport_header(run->transport, exchange, COAP_CODE(0, 2));
    at = order_answer_write(at, order, plant_id(fleet->plant, index));
    exchange->user = index;
    exchange->records = 0;
    transport_send(run->transport, exchange, at, now);
    device->is_waiting = device->is_answering = true;
    return true;
}
