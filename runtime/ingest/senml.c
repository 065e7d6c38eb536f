// Both spellings find which member a label names, then read it by the member's type.

#include "ingest/senml.h"

static bool must_be_understood(struct slice label) {
    return label.length > 0 && label.bytes[label.length - 1] == '_';
}

uint32_t senml_label(struct slice label) {
    const char *b = label.bytes;
    switch (label.length) {
    case 1:
        switch (b[0]) {
        case 'n':
            return SENML_NAME;
        case 'u':
            return SENML_UNIT;
        case 'v':
            return SENML_VALUE;
        case 't':
            return SENML_TIME;
        case 's':
            return SENML_SUM;
        }
        return 0;
    case 2:
        switch ((uint8_t)b[0] << 8 | (uint8_t)b[1]) {
        case 'b' << 8 | 'n':
            return SENML_BASE_NAME;
        case 'b' << 8 | 't':
            return SENML_BASE_TIME;
        case 'b' << 8 | 'u':
            return SENML_BASE_UNIT;
        case 'b' << 8 | 'v':
            return SENML_BASE_VALUE;
        case 'b' << 8 | 's':
            return SENML_BASE_SUM;
        case 'v' << 8 | 's':
            return SENML_TEXT;
        case 'v' << 8 | 'b':
            return SENML_BOOLEAN;
        case 'v' << 8 | 'd':
            return SENML_DATA;
        case 'u' << 8 | 't':
            return SENML_UPDATE_TIME;
        }
        return 0;
    case 4:
        return memcmp(b, "bver", 4) == 0 ? SENML_VERSION : 0;
    }
    return 0;
}

// Where a member of type text or number is kept; NULL when it is of the other type or not kept.
static struct slice *slice_of(struct senml *senml, uint32_t member) {
    switch (member) {
    case SENML_BASE_NAME:
        return &senml->base_name;
    case SENML_BASE_UNIT:
        return &senml->base_unit;
    case SENML_NAME:
        return &senml->name;
    case SENML_UNIT:
        return &senml->unit;
    case SENML_TEXT:
        return &senml->text;
    }
    return NULL;
}

static double *number_of(struct senml *senml, uint32_t member) {
    switch (member) {
    case SENML_BASE_TIME:
        return &senml->base_time;
    case SENML_BASE_VALUE:
        return &senml->base_value;
    case SENML_VERSION:
        return &senml->version;
    case SENML_VALUE:
        return &senml->value;
    case SENML_TIME:
        return &senml->time;
    }
    return NULL;
}

bool senml_read_json(struct json_scan *json, struct senml *senml) {
    senml->has = 0;
    if (!json_scan_expect(json, '{', "a record was expected")) return false;
    if (json_scan_take(json, '}')) return true;
    do {
        struct slice label;
        if (!json_scan_string(json, &label)) return false;
        if (!json_scan_expect(json, ':', "a colon was expected")) return false;
        uint32_t member = senml_label(label);
        if (senml->has & member) return json_scan_fail(json, "a label comes twice in one record");
        senml->has |= member;
        struct slice *slice = slice_of(senml, member);
        double *number = slice ? NULL : number_of(senml, member);
        bool is_good = slice                     ? json_scan_string(json, slice)
                       : number                  ? json_scan_number(json, number)
                       : member == SENML_BOOLEAN ? json_scan_boolean(json, &senml->boolean)
                                                 : json_scan_skip(json);
        if (!is_good) return false;
        if (member == 0 && must_be_understood(label))
            return json_scan_fail(json, "a label that ends in _ is not known here");
    } while (json_scan_take(json, ','));
    return json_scan_expect(json, '}', "a comma or } was expected");
}

// RFC 8428 table 4.
static uint32_t member_of(int64_t label) {
    static const uint32_t base[] = {SENML_VERSION,   SENML_BASE_NAME,  SENML_BASE_TIME,
                                    SENML_BASE_UNIT, SENML_BASE_VALUE, SENML_BASE_SUM};
    static const uint32_t own[] = {SENML_NAME, SENML_UNIT,        SENML_VALUE,
                                   SENML_TEXT, SENML_BOOLEAN,     SENML_SUM,
                                   SENML_TIME, SENML_UPDATE_TIME, SENML_DATA};
    if (label >= -6 && label <= -1) return base[-1 - label];
    return label >= 0 && label <= 8 ? own[label] : 0;
}

bool senml_read_cbor(struct cbor_scan *cbor, struct senml *senml) {
    struct cbor_items pairs;
    senml->has = 0;
    if (!cbor_scan_open(cbor, CBOR_MAP, &pairs, "a record was expected")) return false;
    while (cbor_scan_more(cbor, &pairs)) {
        struct slice name = {0};
        int64_t label;
        bool is_text = cbor_scan_peek(cbor) == CBOR_TEXT;
        if (!(is_text ? cbor_scan_text(cbor, &name) : cbor_scan_label(cbor, &label))) return false;
        uint32_t member = is_text ? senml_label(name) : member_of(label);
        if (senml->has & member) return cbor_scan_fail(cbor, "a label comes twice in one record");
        senml->has |= member;
        struct slice *slice = slice_of(senml, member);
        double *number = slice ? NULL : number_of(senml, member);
        bool is_good = slice                     ? cbor_scan_text(cbor, slice)
                       : number                  ? cbor_scan_number(cbor, number)
                       : member == SENML_BOOLEAN ? cbor_scan_boolean(cbor, &senml->boolean)
                                                 : cbor_scan_skip(cbor);
        if (!is_good) return false;
        if (member == 0 && must_be_understood(name))
            return cbor_scan_fail(cbor, "a label that ends in _ is not known here");
    }
    return cbor->reason == NULL;
}
