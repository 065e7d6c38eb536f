// The text is cut into tokens once. Constants are counted only where a suspect place was found,
// which is next to never.

#include "script/wrong_code.h"

#include "base/memory.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CONSTANTS_MAX 255  // MAXINDEXRK: what one byte of an instruction can name
#define CONSTANTS_BESIDE 3 // nil, true, false

enum token_kind { TOKEN_NAME, TOKEN_NUMBER, TOKEN_TEXT, TOKEN_SIGN };

struct token {
    enum token_kind kind;
    int line;
    const char *at;
    size_t length;
};

struct tokens {
    struct token *list;
    int count, capacity;
};

// ---- the text as tokens

// Behind the long bracket that begins at `at`; NULL when none begins there.
static const char *skip_long(const char *at, const char *end) {
    const char *open = at + 1;
    while (open < end && *open == '=')
        open++;
    if (open >= end || *open != '[') return NULL;
    size_t level = (size_t)(open - at - 1);
    for (at = open + 1; at + level + 1 < end; at++)
        if (*at == ']' && at[level + 1] == ']' && strspn(at + 1, "=") == level)
            return at + level + 2;
    return end;
}

static const char *skip_short(const char *at, const char *end) {
    char quote = *at++;
    while (at < end && *at != quote)
        at += *at == '\\' ? 2 : 1;
    return at < end ? at + 1 : end;
}

static const char *skip_number(const char *at, const char *end) {
    const char *exponent = at[0] == '0' && end - at > 1 && (at[1] | 32) == 'x' ? "pP" : "eE";
    while (at < end && (isalnum((unsigned char)*at) || *at == '.'))
        if (strchr(exponent, *at++) && at < end && (*at == '+' || *at == '-')) at++;
    return at;
}

static const char *skip_sign(const char *at, const char *end) {
    static const char *const long_signs[] = {
        "...", "..", "==", "~=", "<=", ">=", "//", "<<", ">>", "::"};
    for (size_t i = 0; i < ARRAY_LEN(long_signs); i++) {
        size_t length = strlen(long_signs[i]);
        if ((size_t)(end - at) >= length && memcmp(at, long_signs[i], length) == 0)
            return at + length;
    }
    return at + 1;
}

static const char *skip_name(const char *at, const char *end) {
    while (at < end && (isalnum((unsigned char)*at) || *at == '_'))
        at++;
    return at;
}

static const char *skip_comment(const char *at, const char *end) {
    const char *behind = at + 2 < end && at[2] == '[' ? skip_long(at + 2, end) : NULL;
    if (behind) return behind;
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline ? newline : end;
}

static const char *skip_token(const char *at, const char *end, enum token_kind *kind) {
    bool is_digit = isdigit((unsigned char)*at), is_last = at + 1 == end;
    const char *behind;
    *kind = TOKEN_NUMBER;
    if (is_digit || (*at == '.' && !is_last && isdigit((unsigned char)at[1])))
        return skip_number(at, end);
    *kind = TOKEN_NAME;
    if (isalpha((unsigned char)*at) || *at == '_') return skip_name(at, end);
    *kind = TOKEN_TEXT;
    if (*at == '"' || *at == '\'') return skip_short(at, end);
    if (*at == '[' && (behind = skip_long(at, end))) return behind;
    *kind = TOKEN_SIGN;
    return skip_sign(at, end);
}

static void add(struct tokens *tokens, struct token token) {
    if (tokens->count == tokens->capacity) {
        tokens->capacity = tokens->capacity ? 2 * tokens->capacity : 256;
        tokens->list = xrealloc(tokens->list, (size_t)tokens->capacity * sizeof *tokens->list);
    }
    tokens->list[tokens->count++] = token;
}

static struct tokens cut(const char *text, size_t length) {
    struct tokens tokens = {0};
    const char *end = text + length;
    int line = 1;
    for (const char *at = text, *behind; at < end; at = behind) {
        bool is_comment = *at == '-' && at + 1 < end && at[1] == '-';
        enum token_kind kind;
        if (isspace((unsigned char)*at))
            behind = at + 1;
        else if (is_comment)
            behind = skip_comment(at, end);
        else {
            behind = skip_token(at, end, &kind);
            add(&tokens, (struct token){kind, line, at, (size_t)(behind - at)});
        }
        for (; at < behind; at++)
            line += *at == '\n';
    }
    return tokens;
}

// ---- what is suspect

static bool is(const struct token *token, const char *word) {
    return token->kind != TOKEN_TEXT && token->length == strlen(word) &&
           memcmp(token->at, word, token->length) == 0;
}

static bool is_any(const struct token *token, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (is(token, words[i])) return true;
    return false;
}

static bool is_same(const struct token *a, const struct token *b) {
    return a->length == b->length && memcmp(a->at, b->at, a->length) == 0;
}

// A local that is declared NAME <const>, anywhere: scopes are not followed.
static bool is_named_constant(const struct tokens *tokens, const struct token *name) {
    if (name->kind != TOKEN_NAME) return false;
    for (int i = 0; i + 3 < tokens->count; i++) {
        const struct token *at = &tokens->list[i];
        if (is_same(at, name) && is(at + 1, "<") && is(at + 2, "const") && is(at + 3, ">"))
            return true;
    }
    return false;
}

// Whether what ends before `place` may be a number when it is compiled.
static bool is_constant_before(const struct tokens *tokens, int place) {
    const struct token *last = &tokens->list[place - 1];
    if (!is(last, ")")) return last->kind == TOKEN_NUMBER || is_named_constant(tokens, last);
    int depth = 0;
    for (int i = place - 1; i >= 0; i--) {
        const struct token *token = &tokens->list[i];
        depth += is(token, ")") - is(token, "(");
        if (depth == 0) return true; // of a call too, when its arguments are numbers
        if (token->kind == TOKEN_TEXT) return false;
        if (token->kind == TOKEN_NAME && !is_named_constant(tokens, token)) return false;
    }
    return false;
}

// Whether the operand that begins at `place` may be left by a jump.
static bool has_jump(const struct tokens *tokens, int place) {
    static const char *const jumps[] = {"and", "or", "not", "==", "~=", "<", ">", "<=", ">="};
    int depth = 0;
    if (is(&tokens->list[place], "not")) return true;
    if (!is(&tokens->list[place], "(")) return false;
    for (int i = place; i < tokens->count; i++) {
        const struct token *token = &tokens->list[i];
        depth += is(token, "(") - is(token, ")");
        if (depth == 0) return false;
        if (is_any(token, jumps, ARRAY_LEN(jumps))) return true;
    }
    return false;
}

static int compare(const void *a, const void *b) {
    const struct token *left = a, *right = b;
    if (left->length != right->length) return left->length < right->length ? -1 : 1;
    return memcmp(left->at, right->at, left->length);
}

// At most so many constants are in any one function. Sorts the tokens.
static int count_constants(struct tokens *tokens) {
    static const char *const folds[] = {"+", "-", "*", "/", "//", "%",
                                        "^", "&", "|", "~", "<<", ">>"};
    int count = CONSTANTS_BESIDE;
    qsort(tokens->list, (size_t)tokens->count, sizeof *tokens->list, compare);
    for (int i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->list[i];
        if (token->kind == TOKEN_SIGN)
            count += is_any(token, folds, ARRAY_LEN(folds)); // of two numbers it makes a third
        else
            count += i == 0 || !is_same(token - 1, token);
    }
    return count;
}

int wrong_code_find(const char *text, size_t length) {
    static const char *const bitwise[] = {"&", "|", "~"};
    struct tokens tokens = cut(text, length);
    int line = 0;
    for (int i = 1; i + 1 < tokens.count && line == 0; i++)
        if (is_any(&tokens.list[i], bitwise, ARRAY_LEN(bitwise)) && has_jump(&tokens, i + 1) &&
            is_constant_before(&tokens, i))
            line = tokens.list[i].line;
    if (line != 0 && count_constants(&tokens) <= CONSTANTS_MAX) line = 0;
    free(tokens.list);
    return line;
}
