// One table of options: each names where its value goes and how it is read.

#include "sim/options.h"

#include "base/err.h"
#include "base/memory.h"
#include "sim/plant.h"

#include <math.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COAP_PORT "5683"
#define DATAGRAM_RECORDS 500 // of a gateway's pack, which must fit into one datagram
#define ID_MAX 64
#define PLANT_LINES_MAX 10000
#define LOAD_WINDOW 256
#define DEVICES_A_PEER 8
#define PEERS_USUAL_MAX 1000
#define LOAD_WINDOW_MAX 65536 // what the transport can tell apart
#define LOAD_FIELDS "temperature:Cel,vibration"

// Reads `value`, which stays, into `options`.
typedef bool option_parse(struct options *options, char *value, struct err *err);

static option_parse plant_parse, format_parse, values_parse, fields_parse, map_parse;

struct flag {
    const char *name;
    enum { FLAG_TRUE, FLAG_TEXT, FLAG_COUNT, FLAG_NUMBER, FLAG_PARSED } kind;
    size_t offset;    // into struct options
    double low, high; // of counts and numbers
    option_parse *parse;
};

#define AT(member) offsetof(struct options, member)
static const struct flag flags[] = {
    {"coap", FLAG_TEXT, AT(coap), 0, 0, NULL},
    {"peers", FLAG_COUNT, AT(peers), 1, 1e6, NULL},
    {"seed", FLAG_COUNT, AT(seed), 0, UINT32_MAX, NULL},
    {"seconds", FLAG_NUMBER, AT(seconds), 0, 1e9, NULL},
    {"warmup", FLAG_NUMBER, AT(warmup), 0, 1e6, NULL},
    {"non", FLAG_TRUE, AT(is_non), 0, 0, NULL},
    {"format", FLAG_PARSED, 0, 0, 0, format_parse},
    {"report", FLAG_TEXT, AT(report), 0, 0, NULL},
    {"acked", FLAG_TEXT, AT(acked), 0, 0, NULL},
    {"quiet", FLAG_TRUE, AT(is_quiet), 0, 0, NULL},
    {"model", FLAG_TEXT, AT(model), 0, 0, NULL},
    {"prefix", FLAG_TEXT, AT(prefix), 0, 0, NULL},
    {"count", FLAG_COUNT, AT(count), 1, 9999999, NULL}, // ids have seven digits
    {"rate", FLAG_NUMBER, AT(rate), 1e-6, 1e6, NULL},
    {"load", FLAG_TRUE, AT(is_load), 0, 0, NULL},
    {"messages", FLAG_COUNT, AT(messages), 1, UINT32_MAX, NULL},
    {"window", FLAG_COUNT, AT(window), 1, LOAD_WINDOW_MAX, NULL},
    {"pack", FLAG_COUNT, AT(pack), 1, DATAGRAM_RECORDS, NULL},
    {"values", FLAG_PARSED, 0, 0, 0, values_parse},
    {"fields", FLAG_PARSED, 0, 0, 0, fields_parse},
    {"plant", FLAG_PARSED, 0, 0, 0, plant_parse},
    {"http", FLAG_TEXT, AT(http), 0, 0, NULL},
    {"faults", FLAG_NUMBER, AT(faults), 0, 3600, NULL},
    {"command-faults", FLAG_NUMBER, AT(order_faults.failing), 0, 1, NULL},
    {"command-silence", FLAG_NUMBER, AT(order_faults.silent), 0, 1, NULL},
    {"wear", FLAG_NUMBER, AT(wear), 0, 1e9, NULL},
    {"failing", FLAG_TEXT, AT(failing), 0, 0, NULL},
    {"play", FLAG_TEXT, AT(play), 0, 0, NULL},
    {"twin", FLAG_TEXT, AT(twin), 0, 0, NULL},
    {"map", FLAG_PARSED, 0, 0, 0, map_parse},
    {"time", FLAG_TEXT, AT(time_column), 0, 0, NULL},
    {"speed", FLAG_NUMBER, AT(speed), 1e-3, 1e6, NULL},
    {"loop", FLAG_TRUE, AT(is_looped), 0, 0, NULL},
};

static bool flag_parse(struct options *options, const struct flag *flag, char *value,
                       struct err *err);
static bool mode_check(struct options *options, struct err *err);
static bool load_check(struct options *options, struct err *err);
static bool server_find(struct options *options, struct err *err);
static uint32_t peers_usual(const struct options *options);

bool options_parse(struct options *options, int argc, char **argv, bool *is_help, struct err *err) {
    *options = (struct options){
        .coap = "127.0.0.1:" COAP_PORT,
        .seed = 1,
        .format = SENML_JSON,
        .wear = 1,
        .speed = 1,
    };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            *is_help = true;
            return true;
        }
        const struct flag *flag = NULL;
        for (size_t k = 0; k < ARRAY_LEN(flags); k++)
            if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, flags[k].name) == 0)
                flag = &flags[k];
        if (!flag)
            return err_set(err, ERR_INVALID, "there is no option %s; twinsim --help lists them",
                           argv[i]);
        char *value = NULL;
        if (flag->kind != FLAG_TRUE && !(value = argv[++i]))
            return err_set(err, ERR_INVALID, "--%s needs a value; twinsim --help says which",
                           flag->name);
        if (!flag_parse(options, flag, value, err)) return false;
    }
    return mode_check(options, err) && server_find(options, err);
}

const char *options_help(void) {
    return "twinsim: simulated devices that speak CoAP\n"
           "\n"
           "  twinsim [--model NAME] [--count 10]              a fleet of one model (pump)\n"
           "  twinsim --plant KIND [--count 1] [--http ADDR]   sites of a kind: line, bottling, "
           "hvac,\n"
           "                                                   wind, vehicles or ward; with --http "
           "their\n"
           "                                                   twins and relationships are put "
           "there\n"
           "  twinsim --plant N                                N lines of pumps\n"
           "  twinsim --load [--count 1000] [--window 256]     load, as fast as it is answered\n"
           "  twinsim --play FILE.csv --twin ID --map COLUMN=FIELD ...   a recorded asset\n"
           "\n"
           "every mode\n"
           "  --coap ADDR       the server: coap://HOST:PORT or HOST:PORT (127.0.0.1:5683)\n"
           "  --seconds S       then stop (0: never)         --warmup S    not counted (0)\n"
           "  --seed N          of all chance (1)            --non         not confirmable\n"
           "  --format F        json or cbor (json)          --peers N     source addresses (1;\n"
           "                                                   of a fleet or plant on this "
           "machine\n"
           "                                                   one for each 8 devices)\n"
           "  --report FILE     counts and latencies, JSON   --quiet       print no counts\n"
           "  --acked FILE      append `TWIN FIELD VALUE` for each record answered 2.xx\n"
           "\n"
           "fleet and plant\n"
           "  --rate HZ         samples a second of each device (1)\n"
           "  --faults RATE     sensor faults a device and hour: spikes, stuck, drift, drop-outs "
           "(0)\n"
           "  --command-faults SHARE    of commands that fail (0)\n"
           "  --command-silence SHARE   of commands that are never answered (0)\n"
           "  --wear FACTOR     how much faster than in life assets wear (1)\n"
           "  --failing ID      this asset fails within three minutes; a number N is the Nth that "
           "can\n"
           "  --prefix TEXT     of the ids (the model's name and -)\n"
           "\n"
           "load\n"
           "  --rate HZ         messages a second of each twin, open loop (0: closed loop)\n"
           "  --window W        messages in flight, at most 65536\n"
           "  --messages N      then stop\n"
           "  --fields LIST     NAME[:UNIT],... of each message (" LOAD_FIELDS ")\n"
           "  --pack N          N records a message to /senml, of N / fields twins\n"
           "  --values KIND     walk; sequence: 0, 1, ... of the twin; clock: monotonic "
           "microseconds\n"
           "  --prefix TEXT     of the ids, before seven digits (m)\n"
           "\n"
           "play\n"
           "  --time COLUMN     when a row is due: ISO 8601 or seconds (a row a second)\n"
           "  --speed X         times faster than recorded (1)    --loop    begin again at the "
           "end\n";
}

static bool flag_parse(struct options *options, const struct flag *flag, char *value,
                       struct err *err) {
    void *place = (char *)options + flag->offset;
    switch (flag->kind) {
    case FLAG_TRUE:
        *(bool *)place = true;
        return true;
    case FLAG_TEXT:
        *(const char **)place = value;
        return true;
    case FLAG_PARSED:
        return flag->parse(options, value, err);
    case FLAG_COUNT:
    case FLAG_NUMBER:
        break;
    }
    char *end;
    double number = strtod(value, &end);
    bool is_whole = flag->kind == FLAG_NUMBER || number == floor(number);
    if (end == value || *end || !is_whole || !(number >= flag->low && number <= flag->high))
        return err_set(err, ERR_INVALID, "--%s %s is no %snumber from %g to %.10g", flag->name,
                       value, flag->kind == FLAG_COUNT ? "whole " : "", flag->low, flag->high);
    if (flag->kind == FLAG_COUNT)
        *(uint32_t *)place = (uint32_t)number;
    else
        *(double *)place = number;
    return true;
}

static bool mode_check(struct options *options, struct err *err) {
    if (options->is_load && options->play)
        return err_set(err, ERR_INVALID, "--load and --play are two modes; take one");
    options->mode = options->is_load ? MODE_LOAD : options->play ? MODE_PLAY : MODE_FLEET;
    if (options->mode == MODE_LOAD) return load_check(options, err);
    if (options->window || options->messages || options->pack || options->field_count ||
        options->values)
        return err_set(err, ERR_INVALID,
                       "--window, --messages, --pack, --fields and --values need --load");
    if (options->mode == MODE_PLAY) {
        if (!options->twin || options->column_count == 0)
            return err_set(err, ERR_INVALID, "--play %s needs --twin ID and --map COLUMN=FIELD",
                           options->play);
        if (strlen(options->twin) <= ID_MAX) return true;
        return err_set(err, ERR_INVALID, "--twin %s is longer than %d characters", options->twin,
                       ID_MAX);
    }
    if (!options->model) options->model = "pump";
    if (!options->count) options->count = options->plant ? 1 : 10;
    if (options->rate == 0) options->rate = 1;
    return true;
}

static bool load_check(struct options *options, struct err *err) {
    char fields[] = LOAD_FIELDS;
    if (options->field_count == 0 && !fields_parse(options, fields, err)) return false;
    if (!options->prefix) options->prefix = "m";
    if (!options->count) options->count = 1000;
    if (!options->window) options->window = options->rate > 0 ? LOAD_WINDOW_MAX : LOAD_WINDOW;
    if (strlen(options->prefix) > ID_MAX - 7)
        return err_set(err, ERR_INVALID, "--prefix %s is longer than %d characters",
                       options->prefix, ID_MAX - 7);
    if (options->pack % (uint32_t)options->field_count != 0)
        return err_set(err, ERR_INVALID, "--pack %u is not a multiple of the %d fields",
                       options->pack, options->field_count);
    uint32_t twins = options->pack ? options->pack / (uint32_t)options->field_count : 1;
    if (options->count % twins != 0)
        return err_set(err, ERR_INVALID, "--count %u is not a multiple of the %u twins of a pack",
                       options->count, twins);
    if (options->acked && options->values == VALUES_CLOCK)
        return err_set(err, ERR_INVALID,
                       "--acked cannot say again what --values clock sent; take sequence");
    return true;
}

// Devices that are told what to do are told as observers, of which a server may take few for one
// address.
static uint32_t peers_usual(const struct options *options) {
    if (options->mode != MODE_FLEET) return 1;
    uint64_t devices = options->count;
    if (options->plant) devices *= plant_site_assets(options->plant);
    uint64_t peers = (devices + DEVICES_A_PEER - 1) / DEVICES_A_PEER;
    return (uint32_t)(peers < 1 ? 1 : peers > PEERS_USUAL_MAX ? PEERS_USUAL_MAX : peers);
}

// "coap://HOST:PORT", "HOST:PORT", "[::1]:PORT" or "HOST".
static bool server_find(struct options *options, struct err *err) {
    const char *text = options->coap;
    if (strncmp(text, "coap://", 7) == 0) text += 7;
    char host[256], port[8] = COAP_PORT;
    bool is_read = text[0] == '[' ? sscanf(text, "[%255[^]]]:%7[0-9]", host, port) >= 1
                                  : sscanf(text, "%255[^:/]:%7[0-9]", host, port) >= 1;
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *found = NULL;
    int failure = is_read ? getaddrinfo(host, port, &hints, &found) : EAI_NONAME;
    if (failure)
        return err_set(err, ERR_INVALID, "--coap %s is no address: %s", options->coap,
                       gai_strerror(failure));
    memcpy(&options->server, found->ai_addr, found->ai_addrlen);
    options->server_length = found->ai_addrlen;
    freeaddrinfo(found);
    const struct sockaddr_in *server = (const struct sockaddr_in *)&options->server;
    bool is_here = server->sin_family == AF_INET && ntohl(server->sin_addr.s_addr) >> 24 == 127;
    if (options->peers == 0) options->peers = is_here ? peers_usual(options) : 1;
    if (options->peers == 1 || is_here) return true;
    return err_set(err, ERR_INVALID, "--peers %u needs a server at 127.x.y.z, not %s",
                   options->peers, options->coap);
}

// A kind of site, or a number of pump lines.
static bool plant_parse(struct options *options, char *value, struct err *err) {
    char *end;
    double number = strtod(value, &end);
    options->plant = value;
    if (end == value) return true; // the plant knows its kinds
    options->plant = "line";
    options->count = (uint32_t)number;
    if (*end == '\0' && number >= 1 && number <= PLANT_LINES_MAX && number == floor(number))
        return true;
    return err_set(err, ERR_INVALID,
                   "--plant %s is no kind of plant and no whole number of lines from 1 to %d",
                   value, PLANT_LINES_MAX);
}

static bool format_parse(struct options *options, char *value, struct err *err) {
    if (strcmp(value, "json") == 0) {
        options->format = SENML_JSON;
        return true;
    }
    if (strcmp(value, "cbor") == 0) {
        options->format = SENML_CBOR;
        return true;
    }
    return err_set(err, ERR_INVALID, "--format %s is not json or cbor", value);
}

static bool values_parse(struct options *options, char *value, struct err *err) {
    static const char *const names[] = {
        [VALUES_WALK] = "walk",
        [VALUES_SEQUENCE] = "sequence",
        [VALUES_CLOCK] = "clock",
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(value, names[i]) != 0) continue;
        options->values = (enum load_values)i;
        return true;
    }
    return err_set(err, ERR_INVALID, "--values %s is not walk, sequence or clock", value);
}

// NAME[:UNIT],NAME[:UNIT]...
static bool fields_parse(struct options *options, char *value, struct err *err) {
    options->field_count = 0;
    for (const char *at = value; *at;) {
        if (options->field_count == OPTIONS_FIELDS)
            return err_set(err, ERR_INVALID, "--fields names more than %d", OPTIONS_FIELDS);
        struct load_field *field = &options->fields[options->field_count++];
        int length = 0;
        field->unit[0] = '\0';
        if (sscanf(at, "%64[^:,]%n", field->name, &length) != 1)
            return err_set(err, ERR_INVALID, "--fields %s is not NAME[:UNIT],...", value);
        at += length;
        if (*at == ':' && sscanf(at, ":%16[^,]%n", field->unit, &length) == 1) at += length;
        if (*at && *at++ != ',')
            return err_set(err, ERR_INVALID, "--fields %s is not NAME[:UNIT],...", value);
    }
    if (options->field_count > 0) return true;
    return err_set(err, ERR_INVALID, "--fields names none");
}

// The last = parts them, for a column's name may hold one and a field's may not.
static bool map_parse(struct options *options, char *value, struct err *err) {
    char *equals = strrchr(value, '=');
    if (!equals || equals == value || !equals[1])
        return err_set(err, ERR_INVALID, "--map %s is not COLUMN=FIELD", value);
    if (options->column_count == OPTIONS_COLUMNS)
        return err_set(err, ERR_INVALID, "there are more than %d --map", OPTIONS_COLUMNS);
    *equals = '\0';
    options->columns[options->column_count++] = (struct play_column){value, equals + 1};
    return true;
}
