// Options by number; what is elective and unknown is ignored (RFC 7252 5.4.1).

#include "ingest/request.h"

#include "ingest/message.h"
#include "ingest/pack.h"

void request_init(struct request *request, uint8_t method) {
    request->method = method;
    request->path_count = request->query_count = 0;
    request->format = request->accept = FORMAT_NONE;
    request->observe = request->block1 = request->block2 = request->size1 = -1;
    request->no_response = 0;
    request->payload = (const uint8_t *)""; // never NULL
    request->length = 0;
}

static bool take(struct slice *list, int room, int *count, const uint8_t *value, uint16_t length) {
    if (*count < room) list[*count] = (struct slice){(const char *)value, length};
    ++*count;
    return true;
}

static int format_of(const struct option *option) { // at most two bytes, RFC 7252 5.10
    return option->length <= 2 ? (int)option_uint(option) : FORMAT_UNKNOWN;
}

bool request_option(struct request *request, uint16_t number, const uint8_t *value,
                    uint16_t length) {
    struct option option = {number, length, value};
    switch (number) {
    case OPTION_URI_PATH:
        return take(request->path, PATH_MAX_SEGMENTS, &request->path_count, value, length);
    case OPTION_URI_QUERY:
        if (request->query_count == QUERY_MAX) return true;
        return take(request->query, QUERY_MAX, &request->query_count, value, length);
    case OPTION_CONTENT_FORMAT:
        request->format = format_of(&option);
        return true;
    case OPTION_ACCEPT:
        request->accept = format_of(&option);
        return true;
    case OPTION_OBSERVE:
        request->observe = option_uint(&option);
        return true;
    case OPTION_BLOCK1:
        request->block1 = option_uint(&option);
        return true;
    case OPTION_BLOCK2:
        request->block2 = option_uint(&option);
        return true;
    case OPTION_SIZE1:
        request->size1 = option_uint(&option);
        return true;
    case OPTION_NO_RESPONSE:
        request->no_response = option_uint(&option);
        return true;
    case OPTION_URI_HOST: // this server is every host it is reached by
    case OPTION_URI_PORT:
        return true;
    }
    return (number & 1) == 0;
}

bool request_is_write(const struct request *request) {
    return request->method != METHOD_GET && request->method != METHOD_FETCH;
}
