// One head (major type, argument) at a time; floating point of all three sizes and decimal
// fractions (tag 4) become a double.

#include "ingest/cbor_scan.h"

#include "ingest/utf8.h"

#include <math.h>

#define DEPTH_MAX 16 // of items that are skipped
#define INDEFINITE 31
#define TAG_DECIMAL_FRACTION 4
#define SIMPLE_FALSE 20
#define SIMPLE_TRUE 21
#define BREAK 0xff

struct head {
    enum cbor_major major;
    uint8_t info; // low 5 bits
    uint64_t argument;
};

static bool take_head(struct cbor_scan *cbor, struct head *head);

void cbor_scan_init(struct cbor_scan *cbor, const void *bytes, size_t length) {
    *cbor = (struct cbor_scan){.start = bytes, .at = bytes, .end = (const uint8_t *)bytes + length};
}

bool cbor_scan_fail(struct cbor_scan *cbor, const char *reason) {
    if (!cbor->reason) cbor->reason = reason;
    return false;
}

bool cbor_scan_is_at_end(const struct cbor_scan *cbor) {
    return cbor->at == cbor->end;
}

enum cbor_major cbor_scan_peek(const struct cbor_scan *cbor) {
    return cbor->at < cbor->end ? (enum cbor_major)(*cbor->at >> 5) : CBOR_SIMPLE;
}

bool cbor_scan_open(struct cbor_scan *cbor, enum cbor_major major, struct cbor_items *items,
                    const char *reason) {
    struct head head;
    if (cbor->at < cbor->end && cbor_scan_peek(cbor) != major) return cbor_scan_fail(cbor, reason);
    if (!take_head(cbor, &head)) return false;
    items->is_indefinite = head.info == INDEFINITE;
    items->left = head.argument;
    return true;
}

bool cbor_scan_more(struct cbor_scan *cbor, struct cbor_items *items) {
    if (cbor->reason) return false;
    if (!items->is_indefinite) {
        if (items->left == 0) return false;
        items->left--;
        return true;
    }
    if (cbor->at == cbor->end) return cbor_scan_fail(cbor, "an array or map does not end");
    if (*cbor->at != BREAK) return true;
    cbor->at++;
    return false;
}

bool cbor_scan_text(struct cbor_scan *cbor, struct slice *text) {
    struct head head;
    if (cbor->at < cbor->end && cbor_scan_peek(cbor) != CBOR_TEXT)
        return cbor_scan_fail(cbor, "a text was expected");
    if (!take_head(cbor, &head)) return false;
    if (head.info == INDEFINITE) return cbor_scan_fail(cbor, "a text has no definite length");
    if (head.argument > (uint64_t)(cbor->end - cbor->at))
        return cbor_scan_fail(cbor, "a text is longer than the message");
    if (!utf8_is_valid(cbor->at, (size_t)head.argument))
        return cbor_scan_fail(cbor, "a text is not UTF-8");
    *text = (struct slice){(const char *)cbor->at, (uint32_t)head.argument};
    cbor->at += head.argument;
    return true;
}

bool cbor_scan_label(struct cbor_scan *cbor, int64_t *label) {
    struct head head;
    if (!take_head(cbor, &head)) return false;
    if (head.major > CBOR_NEGATIVE || head.argument > INT64_MAX)
        return cbor_scan_fail(cbor, "an integer was expected");
    *label = head.major == CBOR_UNSIGNED ? (int64_t)head.argument : -1 - (int64_t)head.argument;
    return true;
}

static double half_to_double(unsigned half) { // RFC 8949 appendix D
    int exponent = half >> 10 & 31;
    double mantissa = half & 0x3ff;
    double value = exponent == 0    ? ldexp(mantissa, -24)
                   : exponent == 31 ? (mantissa == 0 ? INFINITY : NAN)
                                    : ldexp(mantissa + 1024, exponent - 25);
    return half & 0x8000 ? -value : value;
}

static bool decimal_fraction(struct cbor_scan *cbor, double *number) {
    struct cbor_items items;
    int64_t exponent;
    struct head mantissa;
    if (!cbor_scan_open(cbor, CBOR_ARRAY, &items, "a decimal fraction is an array of two"))
        return false;
    if (items.is_indefinite || items.left != 2)
        return cbor_scan_fail(cbor, "a decimal fraction is an array of two");
    if (!cbor_scan_label(cbor, &exponent) || !take_head(cbor, &mantissa)) return false;
    if (mantissa.major > CBOR_NEGATIVE || exponent < -400 || exponent > 400)
        return cbor_scan_fail(cbor, "a decimal fraction out of range");
    double value = (double)mantissa.argument;
    if (mantissa.major == CBOR_NEGATIVE) value = -1 - value;
    *number = exponent < 0 ? value / pow(10, (double)-exponent) : value * pow(10, (double)exponent);
    return true;
}

static bool simple_number(struct cbor_scan *cbor, const struct head *head, double *number) {
    uint32_t bits = (uint32_t)head->argument;
    float single;
    switch (head->info) {
    case 25:
        *number = half_to_double(bits);
        return true;
    case 26:
        memcpy(&single, &bits, sizeof single);
        *number = single;
        return true;
    case 27:
        memcpy(number, &head->argument, sizeof *number);
        return true;
    }
    return cbor_scan_fail(cbor, "a number was expected");
}

bool cbor_scan_number(struct cbor_scan *cbor, double *number) {
    struct head head;
    if (!take_head(cbor, &head)) return false;
    if (head.major == CBOR_UNSIGNED || head.major == CBOR_NEGATIVE) {
        *number = head.major == CBOR_UNSIGNED ? (double)head.argument : -1 - (double)head.argument;
        return true;
    }
    if (head.major == CBOR_TAG && head.argument == TAG_DECIMAL_FRACTION)
        return decimal_fraction(cbor, number);
    if (head.major == CBOR_SIMPLE) return simple_number(cbor, &head, number);
    return cbor_scan_fail(cbor, "a number was expected");
}

bool cbor_scan_boolean(struct cbor_scan *cbor, bool *boolean) {
    struct head head;
    if (!take_head(cbor, &head)) return false;
    if (head.major != CBOR_SIMPLE || (head.info != SIMPLE_FALSE && head.info != SIMPLE_TRUE))
        return cbor_scan_fail(cbor, "true or false was expected");
    *boolean = head.info == SIMPLE_TRUE;
    return true;
}

static bool skip_item(struct cbor_scan *cbor, int depth);

static bool skip_items(struct cbor_scan *cbor, const struct head *head, int depth) {
    struct cbor_items items = {head->argument, head->info == INDEFINITE};
    if (depth == DEPTH_MAX) return cbor_scan_fail(cbor, "items are nested more than 16 deep");
    while (cbor_scan_more(cbor, &items)) {
        if (head->major == CBOR_MAP && !skip_item(cbor, depth + 1)) return false;
        if (!skip_item(cbor, depth + 1)) return false;
    }
    return cbor->reason == NULL;
}

static bool skip_item(struct cbor_scan *cbor, int depth) {
    struct head head;
    if (!take_head(cbor, &head)) return false;
    switch (head.major) {
    case CBOR_BYTES:
    case CBOR_TEXT:
        if (head.info == INDEFINITE) return skip_items(cbor, &head, depth);
        if (head.argument > (uint64_t)(cbor->end - cbor->at))
            return cbor_scan_fail(cbor, "a text is longer than the message");
        cbor->at += head.argument;
        return true;
    case CBOR_ARRAY:
    case CBOR_MAP:
        return skip_items(cbor, &head, depth);
    case CBOR_TAG:
        if (depth == DEPTH_MAX) return cbor_scan_fail(cbor, "items are nested more than 16 deep");
        return skip_item(cbor, depth + 1);
    case CBOR_SIMPLE:
        if (head.info == INDEFINITE) return cbor_scan_fail(cbor, "a break out of place");
        return true;
    case CBOR_UNSIGNED:
    case CBOR_NEGATIVE:
        break;
    }
    return true;
}

bool cbor_scan_skip(struct cbor_scan *cbor) {
    return skip_item(cbor, 0);
}

static bool take_head(struct cbor_scan *cbor, struct head *head) {
    if (cbor->reason) return false;
    if (cbor->at == cbor->end) return cbor_scan_fail(cbor, "the message ends too early");
    uint8_t first = *cbor->at++;
    head->major = (enum cbor_major)(first >> 5);
    head->info = first & 31;
    head->argument = head->info;
    if (head->info < 24) return true;
    if (head->info == INDEFINITE) {
        if (head->major >= CBOR_BYTES && head->major != CBOR_TAG) return true;
        return cbor_scan_fail(cbor, "a length that does not exist");
    }
    if (head->info > 27) return cbor_scan_fail(cbor, "a length that does not exist");
    int size = 1 << (head->info - 24);
    if (cbor->end - cbor->at < size) return cbor_scan_fail(cbor, "the message ends too early");
    head->argument = 0;
    while (size--)
        head->argument = head->argument << 8 | *cbor->at++;
    return true;
}
