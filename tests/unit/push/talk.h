// A WebSocket client on a real socket, byte by byte (RFC 6455).

#ifndef TESTS_UNIT_PUSH_TALK_H
#define TESTS_UNIT_PUSH_TALK_H

#include "wire.h"

struct talk {
    int fd;
    struct buffer in;
};

#define UPGRADE                                                                                    \
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"       \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

// Sends one frame; `opcode` 1 is text, 0 goes on with the one before. The mask is zeros: it hides
// nothing.
static inline void talk_send(struct talk *talk, int opcode, bool is_final, const char *text,
                             size_t length) {
    uint8_t head[14] = {(uint8_t)((is_final ? 0x80 : 0) | opcode)};
    size_t size = 2;
    if (length < 126) {
        head[1] = (uint8_t)length;
    } else {
        head[1] = 126, head[2] = (uint8_t)(length >> 8), head[3] = (uint8_t)length;
        size = 4;
    }
    head[1] |= 0x80;
    send_all(talk->fd, head, size + 4);
    send_all(talk->fd, text, length);
}

static inline void talk_say(struct talk *talk, const char *text) {
    talk_send(talk, 1, true, text, strlen(text));
}

// Where the payload of the frame at the front starts, 0 while its head is not all there.
static inline size_t talk_head(const struct buffer *in, size_t *length) {
    if (in->length < 2) return 0;
    size_t code = in->bytes[1], size = code < 126 ? 2 : code == 126 ? 4 : 10;
    if (in->length < size) return 0;
    *length = code < 126 ? code : 0;
    for (size_t i = 2; i < size; i++)
        *length = *length << 8 | in->bytes[i];
    return size;
}

// The next text message, with a NUL behind; free it. NULL when the connection ended.
static inline char *talk_hear(struct talk *talk) {
    size_t size, length = 0;
    while ((size = talk_head(&talk->in, &length)) == 0 || talk->in.length < size + length)
        if (!read_some(talk->fd, &talk->in)) return NULL;
    if (talk->in.bytes[0] != 0x81) return NULL; // not one whole text: a close
    assert_true(length <= 65536);
    char *text = xstrndup((char *)talk->in.bytes + size, length);
    drop_front(&talk->in, size + length);
    return text;
}

static inline void talk_expect(struct talk *talk, const char *expected) {
    char *text = talk_hear(talk);
    says(text ? text : "(closed)", expected);
    free(text);
}

static inline struct talk talk_begin(struct wire *wire) {
    struct talk talk = {.fd = dial(wire)};
    send_text(talk.fd, UPGRADE "Sec-WebSocket-Protocol: twin.v1\r\n\r\n");
    char *response = read_response(talk.fd, &talk.in, false);
    says(response, "HTTP/1.1 101 ");
    free(response);
    talk_expect(&talk, "{\"op\":\"hello\",\"v\":1,\"epoch\":\"abcdef0123456789\",");
    return talk;
}

static inline void talk_end(struct talk *talk) {
    close(talk->fd);
    buffer_fini(&talk->in);
}

#endif
