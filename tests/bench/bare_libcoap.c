// What a user gets from libcoap as its manual shows it: a server with one handler that answers 2.04
// and does nothing else. No trick, no twin, nothing stored.
//
//   bare_libcoap PORT    prints `ready coap=127.0.0.1:PORT`, then serves until it is killed

#include <coap3/coap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define SOCKET_BYTES (4 << 20)

static void on_request(coap_resource_t *resource, coap_session_t *session,
                       const coap_pdu_t *request, const coap_string_t *query,
                       coap_pdu_t *response) {
    (void)resource, (void)session, (void)request, (void)query;
    coap_pdu_set_code(response, COAP_RESPONSE_CODE_CHANGED);
}

// libcoap does not tell its socket; it is the one datagram socket that this program has.
static void buffer_widen(void) {
    for (int fd = 3; fd < 64; fd++) {
        int type = 0, bytes = SOCKET_BYTES;
        socklen_t length = sizeof type;
        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_DGRAM)
            continue;
        if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
            setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
}

int main(int argc, char **argv) {
    int port = argc > 1 ? atoi(argv[1]) : COAP_DEFAULT_PORT;
    coap_startup();
    coap_set_log_level(LOG_ERR);
    coap_context_t *context = coap_new_context(NULL);
    coap_address_t address;
    coap_address_init(&address);
    address.addr.sin.sin_family = AF_INET;
    address.addr.sin.sin_port = htons((uint16_t)port);
    if (!context || !coap_new_endpoint(context, &address, COAP_PROTO_UDP)) {
        fprintf(stderr, "bare_libcoap: port %d cannot be opened\n", port);
        return 1;
    }
    buffer_widen();
    // Any path: as the manual says for a server whose resources are not known beforehand.
    coap_resource_t *any = coap_resource_unknown_init(on_request);
    coap_register_request_handler(any, COAP_REQUEST_POST, on_request);
    coap_add_resource(context, any);
    printf("ready coap=127.0.0.1:%d\n", port);
    fflush(stdout);
    while (coap_io_process(context, COAP_IO_WAIT) >= 0)
        ;
    return 1;
}
