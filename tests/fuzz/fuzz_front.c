// Datagrams from three peers into the front, past libcoap and through it, with a world behind.
//
// Input: for each datagram one byte (low two bits: the peer, 0x80: everything is durable now, 0x40:
// a tenth of a second passes), two bytes of length, little-endian, and its bytes. What must hold:
// nothing crashes, and answers are well-formed and no longer than a datagram.

#include "ingest/exchange.h"
#include "ingest/front.h"
#include "ingest/library.h"
#include "ingest/observe.h"
#include "ingest/plant.h"
#include "ingest/wire.h"

#define DATAGRAMS_MAX 16

struct fuzzed {
    struct plant plant;
    struct exchange exchange;
    struct front front;
    struct wire wire;
    struct outbox outbox, waiting;
    struct library *library;
    int64_t now;
};

static void check_answers(const struct outbox *outbox) {
    for (int i = 0; i < outbox->count; i++) {
        struct message message;
        const struct letter *letter = &outbox->letters[i];
        if (!message_parse(outbox->bytes.bytes + letter->offset, letter->length, &message)) abort();
        if (letter->length > DATAGRAM_MAX) abort();
    }
}

static void empty(struct outbox *outbox) {
    check_answers(outbox);
    outbox->count = 0;
    outbox->bytes.length = 0;
}

static void pass(struct fuzzed *fuzzed, int64_t us) {
    fuzzed->now += us;
    fuzzed->exchange.now = fuzzed->now;
    observers_on_wait(library_observers(fuzzed->library), fuzzed->now);
    library_tick(fuzzed->library);
}

static void make_durable(struct fuzzed *fuzzed) {
    fuzzed->plant.durable = fuzzed->plant.world->rev;
    library_on_durable(fuzzed->library, fuzzed->plant.durable);
    observers_on_durable(library_observers(fuzzed->library), fuzzed->plant.durable, fuzzed->now);
    empty(&fuzzed->waiting);
}

static void open_all(struct fuzzed *fuzzed) {
    struct sockaddr_storage address;
    struct err err;
    plant_begin(&fuzzed->plant);
    exchange_init(&fuzzed->exchange, &fuzzed->plant.door, fuzzed->plant.metrics);
    front_init(&fuzzed->front, fuzzed->plant.metrics);
    wire_parse("127.0.0.1:0", &address, &err);
    fuzzed->outbox.wire = fuzzed->waiting.wire = &fuzzed->wire;
    fuzzed->library =
        library_open(&address, &fuzzed->wire, &fuzzed->exchange, &fuzzed->outbox, &err);
    if (!fuzzed->library) abort();
    fuzzed->front.exchange = &fuzzed->exchange;
    fuzzed->front.library = fuzzed->library;
    fuzzed->front.outbox = &fuzzed->outbox;
    fuzzed->front.waiting = &fuzzed->waiting;
    fuzzed->plant.listener = library_observers(fuzzed->library);
    fuzzed->plant.on_change =
        (void (*)(void *, const struct twin *, const struct change *, int))observers_on_change;
    fuzzed->now = fuzzed->exchange.now = (int64_t)1 << 40;
}

static void close_all(struct fuzzed *fuzzed) {
    library_close(fuzzed->library);
    front_fini(&fuzzed->front);
    exchange_fini(&fuzzed->exchange);
    outbox_fini(&fuzzed->outbox);
    outbox_fini(&fuzzed->waiting);
    plant_end(&fuzzed->plant);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static struct fuzzed *fuzzed;
    static int uses;
    if (!fuzzed || ++uses % 2000 == 0) { // a fresh world now and then
        if (fuzzed) close_all(fuzzed);
        free(fuzzed);
        fuzzed = xcalloc(1, sizeof *fuzzed);
        open_all(fuzzed);
    }
    for (int i = 0; i < DATAGRAMS_MAX && size >= 3; i++) {
        struct peer peer = {0};
        peer.address.v4.sin_family = AF_INET;
        peer.address.v4.sin_addr.s_addr = htonl(0x7f000010 + (bytes[0] & 3));
        peer.address.v4.sin_port = htons(40000);
        uint8_t flags = bytes[0];
        size_t length = (size_t)(bytes[1] | bytes[2] << 8);
        if (length > size - 3) length = size - 3;
        bool is_cut = length > DATAGRAM_MAX;
        uint8_t *copy = xmalloc(length ? length : 1); // so that a read beyond the end is seen
        memcpy(copy, bytes + 3, length);
        struct datagram datagram = {copy, is_cut ? DATAGRAM_MAX : length, is_cut, &peer};
        front_take(&fuzzed->front, &datagram, 1, NOW, fuzzed->now);
        free(copy);
        pass(fuzzed, flags & 0x40 ? 100000 : 10);
        if (flags & 0x80) make_durable(fuzzed);
        empty(&fuzzed->outbox);
        bytes += 3 + length;
        size -= 3 + length;
    }
    make_durable(fuzzed);
    pass(fuzzed, 100000);
    empty(&fuzzed->outbox);
    return 0;
}
