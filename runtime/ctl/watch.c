// One subscription over WebSocket (twin.v1). twind sends the newest value of what has changed, as
// fast as this end takes it, so a slow terminal sees fewer values and never old ones.

#include "ctl/watch.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/session.h"
#include "twin/value.h"

#include <libwebsockets.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX (1u << 20) // twind sends 64 KiB at most

struct watch {
    const struct session *session;
    const char *model, *fields, *hz, *count, *seconds;
    int word_count;
    char **words;   // ids and globs
    long rows_left; // LONG_MAX: no end
    struct rows *rows;
    struct buffer message; // of the parts that have come
    cJSON *dictionary;     // {"twins": [...], "fields": [...]}
    struct lws_context *lws;
    lws_sorted_usec_list_t timer;
    bool is_over;
    int code;
    struct err err; // text empty: ended as asked
};

static int watch_run(const struct session *session, int argc, char **argv);

const struct verb watch_verb = {
    .name = "watch",
    .words = "[ID|GLOB ...]",
    .summary = "values as they change; first what they are now",
    .options = "--model NAME      only of this model\n"
               "--fields A,B      only these fields\n"
               "--hz N            at most so many times a second, 20\n"
               "--count N         end after so many values\n"
               "--seconds S       end after so long\n",
    .run = watch_run,
};

static const struct column columns[] = {
    {.name = "at", .width = 24},    {.name = "twin", .width = 16},
    {.name = "field", .width = 14}, {.name = "value", .width = 12, .is_number = true},
    {.name = "unit", .width = 6},   {.name = "quality", .width = 9, .is_judgement = true},
};

static void end_watch(struct watch *watch) {
    watch->is_over = true;
}

// What is subscribed to, as text behind LWS_PRE bytes of room.
static void write_subscription(const struct watch *watch, struct buffer *out) {
    cJSON *message = cJSON_CreateObject();
    cJSON_AddNumberToObject(message, "id", 1);
    cJSON_AddStringToObject(message, "op", "sub");
    cJSON *selection = cJSON_AddObjectToObject(message, "sel");
    if (watch->model) cJSON_AddStringToObject(selection, "model", watch->model);
    if (watch->word_count > 0)
        cJSON_AddItemToObject(
            selection, "ids",
            cJSON_CreateStringArray((const char *const *)watch->words, watch->word_count));
    if (watch->fields) {
        cJSON *fields = cJSON_AddArrayToObject(selection, "fields");
        char *copy = xstrdup(watch->fields);
        for (char *rest = NULL, *name = strtok_r(copy, ",", &rest); name;
             name = strtok_r(NULL, ",", &rest))
            cJSON_AddItemToArray(fields, cJSON_CreateString(name));
        free(copy);
    }
    cJSON_AddNumberToObject(message, "hz", watch->hz ? strtod(watch->hz, NULL) : 20);
    char *text = cJSON_PrintUnformatted(message);
    buffer_reserve(out, LWS_PRE);
    out->length = LWS_PRE;
    buffer_add(out, text, strlen(text));
    free(text);
    cJSON_Delete(message);
}

// A field of the dictionary: its name, and its unit when it has one.
static const char *field_name(const cJSON *field, const char **unit) {
    const cJSON *text = member(field, "unit", NULL);
    *unit = cJSON_IsString(text) ? text->valuestring : "";
    text = cJSON_IsString(field) ? field : member(field, "name", NULL);
    return cJSON_IsString(text) ? text->valuestring : "?";
}

static const char *quality_of(const cJSON *quality) {
    if (cJSON_IsString(quality)) return quality->valuestring;
    int number = cJSON_IsNumber(quality) ? quality->valueint : 0;
    return quality_name((enum quality)(number >= 0 && number <= QUALITY_STALE ? number : 0));
}

// A location comes as a list; named, it reads as `get` shows it. NULL for anything else.
static cJSON *name_location(const cJSON *field, const cJSON *value) {
    static const char *const names[] = {"lat", "lon", "alt"};
    const cJSON *type = member(field, "type", NULL), *part;
    if (!cJSON_IsArray(value) || !cJSON_IsString(type) ||
        strcmp(type->valuestring, "location") != 0)
        return NULL;
    cJSON *location = cJSON_CreateObject();
    size_t i = 0;
    cJSON_ArrayForEach(part, value) {
        if (i < ARRAY_LEN(names))
            cJSON_AddItemToObject(location, names[i++], cJSON_Duplicate(part, true));
    }
    return location;
}

// [twin, field, value, time, quality]
static void write_row(struct watch *watch, const cJSON *row) {
    const cJSON *twin = cJSON_GetArrayItem(member(watch->dictionary, "twins", NULL),
                                           cJSON_GetArrayItem(row, 0)->valueint);
    const cJSON *field = cJSON_GetArrayItem(member(watch->dictionary, "fields", NULL),
                                            cJSON_GetArrayItem(row, 1)->valueint);
    const cJSON *value = cJSON_GetArrayItem(row, 2);
    const cJSON *time = cJSON_GetArrayItem(row, 3);
    const char *unit;
    const char *name = field_name(field, &unit);
    cJSON *location = name_location(field, value);
    if (location) value = location;
    const char *quality = quality_of(cJSON_GetArrayItem(row, 4));
    struct region region = {0};
    struct buffer at = {0};
    struct buffer json = {0};
    if (cJSON_IsNumber(time)) json_time(&at, llround(time->valuedouble * 1e6));
    const char *quoted = at.length > 0 ? region_copy(&region, at.bytes, at.length) : "null";
    char *printed = cJSON_PrintUnformatted(value);

    json_open(&json, '{');
    json_key(&json, "twin");
    json_string(&json, cell_of(&region, twin));
    json_key(&json, "field");
    json_string(&json, name);
    json_key(&json, "value");
    json_raw(&json, printed ? printed : "null");
    if (*unit) json_key(&json, "unit"), json_string(&json, unit);
    json_key(&json, "at");
    json_raw(&json, quoted);
    json_key(&json, "quality");
    json_string(&json, quality);
    json_close(&json, '}');
    buffer_byte(&json, 0);
    const char *bare = at.length > 2 ? region_copy(&region, at.bytes + 1, at.length - 2) : "";
    const char *cells[] = {bare,   cell_of(&region, twin), name, cell_of(&region, value), unit,
                           quality};
    rows_add(watch->rows, cells, (const char *)json.bytes);
    free(printed);
    cJSON_Delete(location);
    buffer_fini(&json);
    buffer_fini(&at);
    region_fini(&region);
}

static void on_data(struct watch *watch, const cJSON *message) {
    const cJSON *row;
    cJSON_ArrayForEach(row, member(message, "rows", NULL)) {
        if (cJSON_GetArraySize(row) < 5 || watch->rows_left <= 0) continue;
        write_row(watch, row);
        watch->rows_left--;
    }
    if (!rows_end(watch->rows) || watch->rows_left <= 0) end_watch(watch);
}

// More of the dictionary, from an index on.
static void on_dictionary(struct watch *watch, const cJSON *message) {
    cJSON *twins = cJSON_GetObjectItemCaseSensitive(watch->dictionary, "twins");
    const cJSON *id;
    cJSON_ArrayForEach(id, member(message, "twins", NULL)) {
        cJSON_AddItemToArray(twins, cJSON_Duplicate(id, true));
    }
}

static void on_answer(struct watch *watch, cJSON *message) {
    if (cJSON_IsTrue(member(message, "ok", NULL))) {
        cJSON_Delete(watch->dictionary);
        watch->dictionary = cJSON_DetachItemFromObjectCaseSensitive(message, "dict");
        return;
    }
    const cJSON *error = member(message, "error", NULL);
    const cJSON *detail = cJSON_IsString(error) ? error : member(error, "detail", NULL);
    err_set(&watch->err, ERR_INVALID, "%s",
            cJSON_IsString(detail) ? detail->valuestring : "twind refused the subscription");
    end_watch(watch);
}

static void on_message(struct watch *watch) {
    cJSON *message =
        cJSON_ParseWithLength((const char *)watch->message.bytes, watch->message.length);
    watch->message.length = 0;
    const cJSON *op = member(message, "op", NULL);
    const cJSON *id = member(message, "id", NULL);
    if (cJSON_IsNumber(id)) {
        on_answer(watch, message);
    } else if (cJSON_IsString(op) && strcmp(op->valuestring, "data") == 0) {
        on_data(watch, message);
    } else if (cJSON_IsString(op) && strcmp(op->valuestring, "dict") == 0) {
        on_dictionary(watch, message);
    }
    cJSON_Delete(message);
}

static void on_bytes(struct watch *watch, struct lws *wsi, const void *bytes, size_t length) {
    buffer_add(&watch->message, bytes, length);
    if (watch->message.length > MESSAGE_MAX) {
        err_set(&watch->err, ERR_TOO_LARGE, "a message of over %u bytes came; this is no twind",
                MESSAGE_MAX);
        end_watch(watch);
    } else if (lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0) {
        on_message(watch);
    }
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t length) {
    (void)user;
    struct watch *watch = lws_context_user(lws_get_context(wsi));
    switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        lws_callback_on_writable(wsi);
        break;
    case LWS_CALLBACK_CLIENT_WRITEABLE: {
        struct buffer out = {0};
        write_subscription(watch, &out);
        lws_write(wsi, out.bytes + LWS_PRE, out.length - LWS_PRE, LWS_WRITE_TEXT);
        buffer_fini(&out);
        break;
    }
    case LWS_CALLBACK_CLIENT_RECEIVE:
        if (!watch->is_over) on_bytes(watch, wsi, in, length);
        break;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        err_set(&watch->err, ERR_UNAVAILABLE, "no answer from %.200s: %.100s", watch->session->url,
                in ? (const char *)in : "the connection failed");
        end_watch(watch);
        break;
    case LWS_CALLBACK_CLIENT_CLOSED:
        if (!watch->is_over)
            err_set(&watch->err, ERR_UNAVAILABLE, "%.200s closed the connection",
                    watch->session->url);
        end_watch(watch);
        break;
    default: // of the library's own descriptors, which are not ours to close
        return 0;
    }
    return watch->is_over ? -1 : 0;
}

static const struct lws_protocols protocols[] = {
    {.name = "twin.v1", .callback = on_lws, .rx_buffer_size = 65536},
    {0},
};

static void on_time(lws_sorted_usec_list_t *timer) {
    struct watch *watch = lws_container_of(timer, struct watch, timer);
    end_watch(watch);
    lws_cancel_service(watch->lws); // else lws_service goes on waiting, for half a minute
}

static bool connect_to(struct watch *watch, struct lws_context *context, struct err *err) {
    char *url = xstrdup(watch->session->url);
    char path[256];
    const char *scheme;
    struct lws_client_connect_info info = {.context = context, .protocol = "twin.v1"};
    bool is_good = false;
    if (lws_parse_uri(url, &scheme, &info.address, &info.port, &info.path) != 0) {
        err_set(err, ERR_INVALID, "'%.200s' is no address", watch->session->url);
        goto done;
    }
    size_t length = strcspn(info.path, "?");
    while (length > 0 && info.path[length - 1] == '/')
        length--;
    snprintf(path, sizeof path, "%s%.*s/ws", *info.path == '/' || length == 0 ? "" : "/",
             (int)length, info.path);
    info.path = path;
    info.host = info.address;
    if (strcmp(scheme, "https") == 0) info.ssl_connection = LCCSCF_USE_SSL;
    is_good = lws_client_connect_via_info(&info) != NULL || watch->is_over;
    if (!is_good) err_set(err, ERR_UNAVAILABLE, "no answer from %.200s", watch->session->url);
done:
    free(url);
    return is_good;
}

static void serve(struct watch *watch) {
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = strncmp(watch->session->url, "https", 5) == 0
                       ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT
                       : 0,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .user = watch,
    };
    lws_set_log_level(0, NULL);
    struct lws_context *context = lws_create_context(&info);
    if (!context) {
        err_set(&watch->err, ERR_INTERNAL, "libwebsockets cannot be used");
        return;
    }
    watch->lws = context;
    if (watch->seconds)
        lws_sul_schedule(context, 0, &watch->timer, on_time,
                         (lws_usec_t)(strtod(watch->seconds, NULL) * 1e6));
    if (connect_to(watch, context, &watch->err)) {
        while (!watch->is_over && lws_service(context, 0) >= 0) {
        }
    }
    watch->is_over = true;
    lws_sul_cancel(&watch->timer);
    lws_context_destroy(context);
}

static bool is_positive(const char *name, const char *text, struct err *err) {
    char *end;
    if (!text || (strtod(text, &end) > 0 && *end == 0)) return true;
    return err_set(err, ERR_INVALID, "%s wants a number above 0, not '%.40s'", name, text);
}

static bool parse(struct watch *watch, int *argc, char **argv, struct err *err) {
    const struct argument arguments[] = {
        {.name = "--model", .value = &watch->model},
        {.name = "--fields", .value = &watch->fields},
        {.name = "--hz", .value = &watch->hz},
        {.name = "--count", .value = &watch->count},
        {.name = "--seconds", .value = &watch->seconds},
    };
    if (!arguments_take(arguments, ARRAY_LEN(arguments), argc, argv, err) ||
        !arguments_end(argc, argv, 0, 1000, err) || !is_positive("--hz", watch->hz, err) ||
        !is_positive("--count", watch->count, err) ||
        !is_positive("--seconds", watch->seconds, err))
        return false;
    watch->rows_left = watch->count ? strtol(watch->count, NULL, 10) : LONG_MAX;
    watch->words = argv;
    watch->word_count = *argc;
    return true;
}

static int watch_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct watch watch = {.session = session};
    if (!parse(&watch, &argc, argv, &err)) return session_misused(&watch_verb, &err);
    watch.rows = session_rows(session, true, columns, ARRAY_LEN(columns));
    serve(&watch);
    int code = session_end(watch.rows);
    if (watch.err.text[0]) code = session_unanswered(&watch_verb, false, &watch.err);
    cJSON_Delete(watch.dictionary);
    buffer_fini(&watch.message);
    return code;
}
