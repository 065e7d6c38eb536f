// Two spellings of SenML and two of a plain map end in the same record.

#include "ingest/pack.h"

#include "base/err.h"
#include "ingest/location_scan.h"

#include <math.h>

#define VERSION_MAX 10 // of SenML, RFC 8428 4.4
#define MICROSECONDS 1e6

static enum pack_next malformed(const struct pack *pack, struct err *err);
static void resolve(struct pack *pack, const struct senml *senml, struct record *record);

bool pack_is_format(int format) {
    return format == FORMAT_SENML_JSON || format == FORMAT_SENML_CBOR || format == FORMAT_JSON ||
           format == FORMAT_CBOR;
}

static bool is_cbor(const struct pack *pack) {
    return pack->format == FORMAT_SENML_CBOR || pack->format == FORMAT_CBOR;
}

void pack_init(struct pack *pack, int format, const void *bytes, size_t length, int64_t now,
               struct region *region) {
    pack->format = format;
    pack->count = 0;
    pack->now = now;
    pack->base_name = pack->base_unit = (struct slice){"", 0};
    pack->base_time = pack->base_value = 0;
    pack->has_base_value = false;
    if (is_cbor(pack))
        cbor_scan_init(&pack->cbor, bytes, length);
    else
        json_scan_init(&pack->json, bytes, length, region);
}

// Takes the opening bracket, the comma or the closing bracket before the next record.
static bool has_next_json(struct pack *pack) {
    struct json_scan *json = &pack->json;
    bool is_map = pack->format == FORMAT_JSON;
    char close = is_map ? '}' : ']';
    if (pack->count == 0) {
        if (!json_scan_expect(json, is_map ? '{' : '[',
                              is_map ? "an object was expected" : "an array was expected"))
            return false;
        if (!json_scan_take(json, close)) return true;
    } else {
        if (json_scan_take(json, ',')) return true;
        if (!json_scan_expect(json, close, "a comma or a closing bracket was expected"))
            return false;
    }
    if (!json_scan_is_at_end(json)) json_scan_fail(json, "more follows behind the end");
    return false;
}

static bool has_next_cbor(struct pack *pack) {
    struct cbor_scan *cbor = &pack->cbor;
    bool is_map = pack->format == FORMAT_CBOR;
    if (pack->count == 0 &&
        !cbor_scan_open(cbor, is_map ? CBOR_MAP : CBOR_ARRAY, &pack->items,
                        is_map ? "a map was expected" : "an array was expected"))
        return false;
    if (cbor_scan_more(cbor, &pack->items)) return true;
    if (!cbor->reason && !cbor_scan_is_at_end(cbor))
        cbor_scan_fail(cbor, "more follows behind the end");
    return false;
}

static bool read_json_member(struct json_scan *json, struct senml *senml) {
    if (!json_scan_string(json, &senml->name)) return false;
    if (!json_scan_expect(json, ':', "a colon was expected")) return false;
    uint8_t first = json_scan_peek(json);
    senml->has = SENML_NAME;
    if (first == '"') {
        senml->has |= SENML_TEXT;
        return json_scan_string(json, &senml->text);
    }
    if (first == 't' || first == 'f') {
        senml->has |= SENML_BOOLEAN;
        return json_scan_boolean(json, &senml->boolean);
    }
    if (first == '{') {
        senml->has |= SENML_LOCATION;
        return location_scan_json(json, &senml->location, &senml->fault);
    }
    senml->has |= SENML_VALUE;
    return json_scan_number(json, &senml->value);
}

static bool read_cbor_pair(struct cbor_scan *cbor, struct senml *senml) {
    if (!cbor_scan_text(cbor, &senml->name)) return false;
    senml->has = SENML_NAME;
    if (cbor_scan_peek(cbor) == CBOR_TEXT) {
        senml->has |= SENML_TEXT;
        return cbor_scan_text(cbor, &senml->text);
    }
    if (cbor->at < cbor->end && (*cbor->at == 0xf4 || *cbor->at == 0xf5)) {
        senml->has |= SENML_BOOLEAN;
        return cbor_scan_boolean(cbor, &senml->boolean);
    }
    if (cbor_scan_peek(cbor) == CBOR_MAP) {
        senml->has |= SENML_LOCATION;
        return location_scan_cbor(cbor, &senml->location, &senml->fault);
    }
    senml->has |= SENML_VALUE;
    return cbor_scan_number(cbor, &senml->value);
}

static bool read_one(struct pack *pack, struct senml *senml) {
    switch (pack->format) {
    case FORMAT_SENML_JSON:
        return senml_read_json(&pack->json, senml);
    case FORMAT_SENML_CBOR:
        return senml_read_cbor(&pack->cbor, senml);
    case FORMAT_JSON:
        return read_json_member(&pack->json, senml);
    default:
        return read_cbor_pair(&pack->cbor, senml);
    }
}

enum pack_next pack_next(struct pack *pack, struct record *record, struct err *err) {
    struct senml senml;
    bool is_more = is_cbor(pack) ? has_next_cbor(pack) : has_next_json(pack);
    if (!is_more) {
        const char *reason = is_cbor(pack) ? pack->cbor.reason : pack->json.reason;
        return reason ? malformed(pack, err) : PACK_END;
    }
    if (pack->count == PACK_RECORDS_MAX) {
        err_set(err, ERR_TOO_LARGE, "the pack has more than %d records: send several packs",
                PACK_RECORDS_MAX);
        return PACK_MALFORMED;
    }
    if (!read_one(pack, &senml)) return malformed(pack, err);
    if ((senml.has & SENML_VERSION) && !(senml.version >= 1 && senml.version <= VERSION_MAX)) {
        err_set(err, ERR_INVALID, "record %d: bver is %g, the limit is %d", pack->count,
                senml.version, VERSION_MAX);
        return PACK_MALFORMED;
    }
    record->index = pack->count++;
    resolve(pack, &senml, record);
    return PACK_RECORD;
}

static enum pack_next malformed(const struct pack *pack, struct err *err) {
    static const char *const names[] = {"JSON", "CBOR"};
    const char *reason = is_cbor(pack) ? pack->cbor.reason : pack->json.reason;
    long offset = is_cbor(pack) ? (long)(pack->cbor.at - pack->cbor.start)
                                : (long)(pack->json.at - pack->json.start);
    err_set(err, ERR_INVALID, "record %d: %s in the %s at byte %ld", pack->count, reason,
            names[is_cbor(pack)], offset);
    return PACK_MALFORMED;
}

static void resolve_time(const struct pack *pack, const struct senml *senml,
                         struct record *record) {
    double seconds = pack->base_time + (senml->has & SENML_TIME ? senml->time : 0);
    if (!(seconds > -0x1p40 && seconds < 0x1p40)) { // NaN too
        record->fault = "its time is no date";
        return;
    }
    record->at = llround(seconds * MICROSECONDS);
    if (seconds < RELATIVE_TIME_MAX) record->at += pack->now;
    if (record->at < 0) record->fault = "its time is before 1970";
    if (record->at > pack->now + AHEAD_MAX_US) record->fault = "its time is more than a day ahead";
}

static void resolve_value(const struct pack *pack, const struct senml *senml,
                          struct record *record) {
    uint32_t kinds =
        senml->has & (SENML_VALUE | SENML_TEXT | SENML_BOOLEAN | SENML_DATA | SENML_SUM);
    record->value = value_none();
    if (kinds & SENML_DATA) {
        record->fault = "data (vd) is not taken: send v, vs or vb";
    } else if (kinds & SENML_SUM || senml->has & SENML_BASE_SUM) {
        record->fault = "a sum (s, bs) is not taken: send v";
    } else if (kinds & (kinds - 1)) {
        record->fault = "it has more than one value";
    } else if (kinds == SENML_TEXT) {
        record->value = value_text(senml->text.bytes, senml->text.length);
        if (senml->text.length > VALUE_TEXT_MAX) record->fault = "its text is over 1024 bytes";
        if (memchr(senml->text.bytes, 0, senml->text.length))
            record->fault = "its text holds a NUL";
    } else if (kinds == SENML_BOOLEAN) {
        record->value = value_boolean(senml->boolean);
    } else if (kinds == SENML_VALUE || (pack->has_base_value && senml->has & SENML_NAME)) {
        double number = pack->base_value + (kinds ? senml->value : 0);
        record->value = value_number(number);
        if (!isfinite(number)) record->fault = "its value is NaN or infinite";
    } else if (senml->has & SENML_LOCATION) {
        record->location = senml->location;
        record->value = value_location(&record->location);
        record->fault = senml->fault;
    } else if (senml->has & SENML_NAME) {
        record->fault = "it has no value";
    }
}

static void resolve(struct pack *pack, const struct senml *senml, struct record *record) {
    if (senml->has & SENML_BASE_NAME) pack->base_name = senml->base_name;
    if (senml->has & SENML_BASE_UNIT) pack->base_unit = senml->base_unit;
    if (senml->has & SENML_BASE_TIME) pack->base_time = senml->base_time;
    if (senml->has & SENML_BASE_VALUE) {
        pack->base_value = senml->base_value;
        pack->has_base_value = true;
    }
    record->base = pack->base_name;
    record->name = senml->has & SENML_NAME ? senml->name : (struct slice){"", 0};
    record->unit = senml->has & SENML_UNIT ? senml->unit : pack->base_unit;
    record->fault = NULL;
    record->at = pack->now;
    resolve_value(pack, senml, record);
    if (pack->base_time != 0 || senml->has & SENML_TIME) resolve_time(pack, senml, record);
}
