// Matching walks the items with a list of choices behind it: for each repeated item, how far it
// went and how far it may still go. When an item fails, the newest choice is changed by one. The
// captures need no undoing: which of them are closed at an item is the same on every way to it.

#include "script/pattern.h"

#include "base/err.h"
#include "base/memory.h"

#include <ctype.h>
#include <string.h>

#define SLICE 1024      // steps between two charges
#define SHOWN_LENGTH 60 // of a pattern in a sentence

enum {
    ITEM_ANY,      // .
    ITEM_BYTE,     // a character that stands for itself
    ITEM_CLASS,    // %a; the last that may repeat is ITEM_SET
    ITEM_SET,      // [a-z]
    ITEM_BALANCED, // %b()
    ITEM_FRONTIER, // %f[a-z]
    ITEM_AGAIN,    // %1
    ITEM_OPEN,     // (
    ITEM_POSITION, // ()
    ITEM_CLOSE,    // )
    ITEM_END,      // $
};

struct choice {
    int item;
    size_t at, other; // greedy: from `at` down to `other`; else: up from `at`
};

struct parsing {
    struct pattern *pattern;
    const char *text;
    size_t length, at;
    uint8_t open[PATTERN_CAPTURES_MAX]; // captures begun and not closed, the newest last
    int open_count;
    struct err *err;
};

static bool parse_item(struct parsing *parsing);
static bool parse_escape(struct parsing *parsing, struct pattern_item *item);
static bool parse_set(struct parsing *parsing, uint8_t *place);
static bool refuse(const struct parsing *parsing, const char *why);
static bool match_from(const struct pattern *pattern, struct pattern_match *match, size_t at);
static bool step(const struct pattern *pattern, struct pattern_match *match,
                 const struct pattern_item *item, size_t *at);
static bool try_again(const struct pattern *pattern, struct pattern_match *match,
                      struct choice *choice);
static bool step_balanced(struct pattern_match *match, const struct pattern_item *item, size_t *at);
static bool item_takes(const struct pattern *pattern, const struct pattern_item *item,
                       unsigned char byte);
static void spend(struct pattern_match *match, size_t steps);
static void settle(struct pattern_match *match);

bool pattern_parse(struct pattern *pattern, const char *text, size_t length, bool takes_anchor,
                   struct err *err) {
    pattern->is_anchored = takes_anchor && length > 0 && text[0] == '^';
    pattern->item_count = pattern->set_count = pattern->capture_count = 0;
    pattern->positions = 0;
    struct parsing parsing = {.pattern = pattern, .text = text, .length = length, .err = err};
    parsing.at = pattern->is_anchored;
    while (parsing.at < length)
        if (!parse_item(&parsing)) return false;
    return parsing.open_count == 0 || refuse(&parsing, "a \"(\" has no \")\"");
}

bool pattern_find(const struct pattern *pattern, struct pattern_match *match, size_t from) {
    bool is_found = false;
    for (; from <= match->length; from++) {
        match->start = from;
        is_found = match_from(pattern, match, from);
        if (is_found || pattern->is_anchored) break;
    }
    settle(match);
    return is_found;
}

static bool parse_item(struct parsing *parsing) {
    struct pattern *pattern = parsing->pattern;
    if (pattern->item_count == PATTERN_ITEMS_MAX)
        return refuse(parsing, "it is too long: it may have 256 items (characters, classes, ...)");
    struct pattern_item *item = &pattern->items[pattern->item_count++];
    *item = (struct pattern_item){0};
    char byte = parsing->text[parsing->at++];
    bool is_last = parsing->at == parsing->length;
    switch (byte) {
    case '(':
        if (pattern->capture_count == PATTERN_CAPTURES_MAX)
            return refuse(parsing, "it has more than 32 captures");
        item->first = (uint8_t)pattern->capture_count++;
        item->kind = ITEM_OPEN;
        if (!is_last && parsing->text[parsing->at] == ')') {
            item->kind = ITEM_POSITION;
            pattern->positions |= UINT32_C(1) << item->first;
            parsing->at++;
        } else {
            parsing->open[parsing->open_count++] = item->first;
        }
        return true;
    case ')':
        if (parsing->open_count == 0) return refuse(parsing, "a \")\" has no \"(\" before it");
        item->kind = ITEM_CLOSE;
        item->first = parsing->open[--parsing->open_count];
        return true;
    case '$':
        item->kind = is_last ? ITEM_END : ITEM_BYTE;
        item->first = '$';
        break;
    case '.':
        item->kind = ITEM_ANY;
        break;
    case '[':
        item->kind = ITEM_SET;
        if (!parse_set(parsing, &item->first)) return false;
        break;
    case '%':
        if (!parse_escape(parsing, item)) return false;
        break;
    default:
        item->kind = ITEM_BYTE;
        item->first = (uint8_t)byte;
    }
    // Behind what cannot repeat, a sign stands for itself.
    if (item->kind <= ITEM_SET && parsing->at < parsing->length &&
        memchr("?*+-", parsing->text[parsing->at], 4))
        item->repeat = (uint8_t)parsing->text[parsing->at++];
    return true;
}

// What follows a % that is not in a set.
static bool parse_escape(struct parsing *parsing, struct pattern_item *item) {
    const char *text = parsing->text;
    if (parsing->at == parsing->length)
        return refuse(parsing, "it ends with \"%\"; \"%%\" is the character");
    unsigned char letter = (unsigned char)text[parsing->at++];
    item->first = letter;
    if (letter == 'b') {
        if (parsing->length - parsing->at < 2)
            return refuse(parsing, "\"%b\" needs two characters: \"%b()\"");
        item->kind = ITEM_BALANCED;
        item->first = (uint8_t)text[parsing->at++];
        item->last = (uint8_t)text[parsing->at++];
        return true;
    }
    if (letter == 'f') {
        if (parsing->at == parsing->length || text[parsing->at] != '[')
            return refuse(parsing, "\"%f\" needs a set: \"%f[%a]\"");
        parsing->at++;
        item->kind = ITEM_FRONTIER;
        return parse_set(parsing, &item->first);
    }
    if (isdigit(letter)) {
        int place = letter - '1';
        bool is_known = place >= 0 && place < parsing->pattern->capture_count;
        for (int i = 0; i < parsing->open_count; i++)
            if (parsing->open[i] == place) is_known = false;
        if (!is_known)
            return refuse(parsing, "\"%1\" to \"%9\" stand for a capture that is closed before");
        item->kind = ITEM_AGAIN;
        item->first = (uint8_t)place;
        return true;
    }
    item->kind = isalpha(letter) ? ITEM_CLASS : ITEM_BYTE;
    return true;
}

static bool class_has(unsigned char letter, unsigned char byte) {
    bool has;
    switch (tolower(letter)) {
    case 'a':
        has = isalpha(byte);
        break;
    case 'c':
        has = iscntrl(byte);
        break;
    case 'd':
        has = isdigit(byte);
        break;
    case 'g':
        has = isgraph(byte);
        break;
    case 'l':
        has = islower(byte);
        break;
    case 'p':
        has = ispunct(byte);
        break;
    case 's':
        has = isspace(byte);
        break;
    case 'u':
        has = isupper(byte);
        break;
    case 'w':
        has = isalnum(byte);
        break;
    case 'x':
        has = isxdigit(byte);
        break;
    case 'z': // not in the manual any more, but in Lua
        has = byte == 0;
        break;
    default:
        return letter == byte;
    }
    return has != (isupper(letter) != 0);
}

// From behind the "[" to behind the "]". A "]" that comes first stands for itself, and so does a
// "-" that is not between two characters.
static bool parse_set(struct parsing *parsing, uint8_t *place) {
    struct pattern *pattern = parsing->pattern;
    if (pattern->set_count == PATTERN_SETS_MAX)
        return refuse(parsing, "it has more than 64 sets in [ ]");
    *place = (uint8_t)pattern->set_count;
    uint8_t *set = pattern->sets[pattern->set_count++];
    memset(set, 0, sizeof pattern->sets[0]);
    const char *text = parsing->text;
    size_t at = parsing->at, length = parsing->length;
    bool is_without = at < length && text[at] == '^';
    if (is_without) at++;
    size_t end = at; // of what is between the brackets
    while (end < length && (end == at || text[end] != ']'))
        end += text[end] == '%' ? 2 : 1;
    if (end >= length) return refuse(parsing, "a \"[\" has no \"]\"");
    while (at < end) {
        unsigned char low = (unsigned char)text[at++], high = low;
        if (low == '%') {
            unsigned char letter = (unsigned char)text[at++];
            for (int byte = 0; byte < 256; byte++)
                if (class_has(letter, (unsigned char)byte)) set[byte / 8] |= 1 << byte % 8;
            continue;
        }
        if (end - at >= 2 && text[at] == '-') {
            high = (unsigned char)text[at + 1];
            at += 2;
        }
        for (int byte = low; byte <= high; byte++)
            set[byte / 8] |= 1 << byte % 8;
    }
    for (int i = 0; is_without && i < 32; i++)
        set[i] = (uint8_t)~set[i];
    parsing->at = end + 1;
    return true;
}

static bool refuse(const struct parsing *parsing, const char *why) {
    int shown = parsing->length > SHOWN_LENGTH ? SHOWN_LENGTH : (int)parsing->length;
    return err_set(parsing->err, ERR_INVALID, "the pattern \"%.*s\"%s is malformed: %s", shown,
                   parsing->text, parsing->length > SHOWN_LENGTH ? "..." : "", why);
}

static bool match_from(const struct pattern *pattern, struct pattern_match *match, size_t at) {
    struct choice choices[PATTERN_ITEMS_MAX];
    int depth = 0, i = 0;
    while (i < pattern->item_count) {
        const struct pattern_item *item = &pattern->items[i];
        spend(match, 1);
        bool holds = true;
        if (!item->repeat || item->repeat == '+') holds = step(pattern, match, item, &at);
        if (holds && item->repeat) {
            struct choice *choice = &choices[depth++];
            *choice = (struct choice){i, at, at};
            size_t most = item->repeat == '?' ? 1 : item->repeat == '-' ? 0 : match->length;
            while (most-- > 0 && step(pattern, match, item, &choice->at))
                spend(match, 1);
            at = choice->at;
        }
        while (!holds && depth > 0) {
            holds = try_again(pattern, match, &choices[depth - 1]);
            if (holds) {
                i = choices[depth - 1].item;
                at = choices[depth - 1].at;
            } else {
                depth--;
            }
        }
        if (!holds) return false;
        i++;
    }
    match->end = at;
    return true;
}

// Moves a choice to its next place; false when it has none.
static bool try_again(const struct pattern *pattern, struct pattern_match *match,
                      struct choice *choice) {
    const struct pattern_item *item = &pattern->items[choice->item];
    spend(match, 1);
    if (item->repeat == '-') return step(pattern, match, item, &choice->at);
    if (choice->at == choice->other) return false;
    choice->at--;
    return true;
}

// One item, once, at *at, which moves behind it.
static bool step(const struct pattern *pattern, struct pattern_match *match,
                 const struct pattern_item *item, size_t *at) {
    switch (item->kind) {
    case ITEM_BALANCED:
        return step_balanced(match, item, at);
    case ITEM_FRONTIER: {
        const uint8_t *set = pattern->sets[item->first];
        unsigned char before = *at > 0 ? (unsigned char)match->text[*at - 1] : 0;
        unsigned char after = *at < match->length ? (unsigned char)match->text[*at] : 0;
        return !(set[before / 8] >> before % 8 & 1) && set[after / 8] >> after % 8 & 1;
    }
    case ITEM_AGAIN: {
        size_t start = match->captures[item->first].start;
        size_t length = match->captures[item->first].end - start;
        if (pattern->positions >> item->first & 1) return false; // a number is nowhere in a text
        if (length > match->length - *at) return false;
        spend(match, length / 8);
        if (memcmp(match->text + start, match->text + *at, length) != 0) return false;
        *at += length;
        return true;
    }
    case ITEM_POSITION:
        match->captures[item->first].end = *at;
        // fall through
    case ITEM_OPEN:
        match->captures[item->first].start = *at;
        return true;
    case ITEM_CLOSE:
        match->captures[item->first].end = *at;
        return true;
    case ITEM_END:
        return *at == match->length;
    default:
        if (*at == match->length || !item_takes(pattern, item, (unsigned char)match->text[*at]))
            return false;
        ++*at;
        return true;
    }
}

// From the first byte to where as many of the last have been met. The last one is looked for
// first, so %b'' goes from quote to quote.
static bool step_balanced(struct pattern_match *match, const struct pattern_item *item,
                          size_t *at) {
    size_t here = *at, open = 1;
    if (here == match->length || (uint8_t)match->text[here] != item->first) return false;
    while (++here < match->length) {
        spend(match, 1);
        uint8_t byte = (uint8_t)match->text[here];
        if (byte == item->last)
            open--;
        else if (byte == item->first)
            open++;
        if (open == 0) return *at = here + 1, true;
    }
    return false;
}

static bool item_takes(const struct pattern *pattern, const struct pattern_item *item,
                       unsigned char byte) {
    if (item->kind == ITEM_BYTE) return item->first == byte;
    if (item->kind == ITEM_SET) return pattern->sets[item->first][byte / 8] >> byte % 8 & 1;
    return item->kind == ITEM_ANY || class_has(item->first, byte);
}

static void spend(struct pattern_match *match, size_t steps) {
    match->spent += steps;
    if (match->spent >= SLICE) settle(match);
}

static void settle(struct pattern_match *match) {
    size_t spent = match->spent;
    match->spent = 0;
    match->charge(match->context, spent);
}
