// Each answer is read off the world as it stands.

#include "push/http_status.h"

#include "base/json.h"
#include "base/metrics.h"
#include "push/model_json.h"
#include "push/service.h"
#include "twin/world.h"

#include <stdio.h>

bool http_status_models(struct service *service, const struct http_request *request,
                        const struct route_match *match, struct http_response *response,
                        struct err *err) {
    (void)request, (void)match, (void)err;
    const struct world *world = service->world;
    struct buffer *out = &response->body;
    json_open(out, '{');
    json_key(out, "models");
    json_open(out, '[');
    for (int i = 0; i < world->current_count; i++)
        model_json_write(world->current[i], world->version, out);
    json_close(out, ']');
    json_close(out, '}');
    return true;
}

static void write_number(struct buffer *out, const char *key, uint64_t number) {
    json_key(out, key);
    json_unsigned(out, number);
}

bool http_status_info(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    (void)request, (void)match, (void)err;
    const struct world *world = service->world;
    const struct door *door = service->options.door;
    struct buffer *out = &response->body;
    char version[17], epoch[17];
    snprintf(version, sizeof version, "%08llx", (unsigned long long)(world->version >> 32));
    snprintf(epoch, sizeof epoch, "%016llx", (unsigned long long)service->options.epoch);
    response->cache = "no-store";
    json_open(out, '{');
    json_member(out, "coap", service->options.coap_address);
    json_member(out, "http", service->address);
    json_member(out, "version", version);
    json_member(out, "epoch", epoch);
    write_number(out, "rev", world->rev);
    write_number(out, "durable", door->durable(door->context));
    write_number(out, "twins", world->twin_count);
    json_close(out, '}');
    return true;
}

bool http_status_state(struct service *service, const struct http_request *request,
                       const struct route_match *match, struct http_response *response,
                       struct err *err) {
    (void)request, (void)match, (void)err;
    char hash[17];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)world_hash(service->world));
    response->cache = "no-store";
    json_open(&response->body, '{');
    write_number(&response->body, "rev", service->world->rev);
    json_member(&response->body, "hash", hash);
    json_close(&response->body, '}');
    return true;
}

bool http_status_metrics(struct service *service, const struct http_request *request,
                         const struct route_match *match, struct http_response *response,
                         struct err *err) {
    (void)request, (void)match, (void)err;
    response->type = "text/plain; version=0.0.4; charset=utf-8";
    response->cache = "no-store";
    metrics_write(service->options.metrics, &response->body);
    return true;
}

static bool answer_word(struct http_response *response, const char *word) {
    response->type = "text/plain; charset=utf-8";
    response->cache = "no-store";
    buffer_printf(&response->body, "%s\n", word);
    return true;
}

bool http_status_health(struct service *service, const struct http_request *request,
                        const struct route_match *match, struct http_response *response,
                        struct err *err) {
    (void)service, (void)request, (void)match, (void)err;
    return answer_word(response, "alive");
}

bool http_status_ready(struct service *service, const struct http_request *request,
                       const struct route_match *match, struct http_response *response,
                       struct err *err) {
    (void)request, (void)match;
    const struct push_options *options = &service->options;
    char why[256] = "";
    if (options->is_ready && !options->is_ready(options->context, why, sizeof why))
        return err_set(err, ERR_UNAVAILABLE, "not ready: %s", why);
    return answer_word(response, "ready");
}
