// A list of terms. Each remembers the field of the model that it looked at last, because twins of a
// model come in runs.

#include "push/where.h"

#include "base/err.h"
#include "base/memory.h"
#include "twin/name.h"
#include "twin/world.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TERMS_MAX 16
#define WORD_MAX 64 // longest name; literals may be longer

enum comparison {
    COMPARISON_EQUAL,
    COMPARISON_NOT,
    COMPARISON_LESS,
    COMPARISON_LESS_EQUAL,
    COMPARISON_MORE,
    COMPARISON_MORE_EQUAL
};

enum subject {
    SUBJECT_ANY, // whatever has the name, in the order of `value_of`
    SUBJECT_REPORTED,
    SUBJECT_DESIRED,
    SUBJECT_QUALITY,
    SUBJECT_SEVERITY,
    SUBJECT_ALARM,
    SUBJECT_ID,
    SUBJECT_MODEL,
};

struct term {
    enum subject subject;
    enum comparison comparison;
    char *name;
    struct value literal; // text owned
    char *text;
    const struct model *model; // the one that `place` is of
    int place;                 // field, prediction (after the fields) or alarm; NONE
};

struct where {
    struct term terms[TERMS_MAX];
    int count;
};

struct cursor {
    const char *text; // all of it, for errors
    const char *at;
};

void where_free(struct where *where) {
    if (!where) return;
    for (int i = 0; i < where->count; i++) {
        free(where->terms[i].name);
        free(where->terms[i].text);
    }
    free(where);
}

static void skip_spaces(struct cursor *in) {
    while (isspace((unsigned char)*in->at))
        in->at++;
}

static bool is_word_byte(char c) {
    return isalnum((unsigned char)c) || (c && strchr("_.:~*?+-", c));
}

static bool refuse(const struct cursor *in, struct err *err, const char *expected) {
    return err_set(err, ERR_INVALID,
                   "where is malformed at character %d ('%.20s'): %s is expected there, as in "
                   "temperature > 80 and alarm.overheating == active",
                   (int)(in->at - in->text) + 1, in->at, expected);
}

static bool read_operator(struct cursor *in, enum comparison *comparison, struct err *err) {
    static const struct {
        const char *text;
        enum comparison comparison;
    } operators[] = {{"==", COMPARISON_EQUAL},      {"!=", COMPARISON_NOT},
                     {"<=", COMPARISON_LESS_EQUAL}, {">=", COMPARISON_MORE_EQUAL},
                     {"=", COMPARISON_EQUAL},       {"<", COMPARISON_LESS},
                     {">", COMPARISON_MORE}};
    skip_spaces(in);
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        size_t length = strlen(operators[i].text);
        if (strncmp(in->at, operators[i].text, length) != 0) continue;
        in->at += length;
        *comparison = operators[i].comparison;
        return true;
    }
    return refuse(in, err, "one of == != < <= > >=");
}

static bool read_literal(struct cursor *in, struct term *term, struct err *err) {
    skip_spaces(in);
    bool is_quoted = *in->at == '"';
    const char *start = in->at + is_quoted, *end = start;
    while (*end && (is_quoted ? *end != '"' : is_word_byte(*end)))
        end++;
    if (is_quoted ? *end != '"' : end == start)
        return refuse(in, err, "a number, word or \"text\"");
    term->text = xstrndup(start, (size_t)(end - start));
    in->at = end + is_quoted;
    char *rest;
    double number = strtod(term->text, &rest);
    if (!is_quoted && *rest == 0 && isfinite(number) && !strpbrk(term->text, "xX"))
        term->literal = value_number(number);
    else if (!is_quoted && (strcmp(term->text, "true") == 0 || strcmp(term->text, "false") == 0))
        term->literal = value_boolean(term->text[0] == 't');
    else
        term->literal = value_text(term->text, (uint32_t)(end - start));
    return true;
}

static bool is_any_field(const struct model *model, const char *name, size_t length) {
    for (int kind = FIELD_PARAMETER; kind <= FIELD_DERIVED; kind++)
        if (model_field(model, (enum field_kind)kind, name, length) != NONE) return true;
    return model_prediction(model, name, length) != NONE;
}

// That some present model knows the name; else says which one may have been meant.
static bool check_name(const struct term *term, const struct world *world, struct err *err) {
    size_t length = strlen(term->name);
    struct suggestion near = {term->name, length, NULL, 0};
    for (int i = 0; i < world->current_count; i++) {
        const struct model *model = world->current[i];
        if (term->subject == SUBJECT_ALARM) {
            if (model_alarm(model, term->name, length) != NONE) return true;
            for (int j = 0; j < model->alarm_count; j++)
                suggestion_try(&near, model->alarms[j].name);
            continue;
        }
        if (is_any_field(model, term->name, length)) return true;
        for (int j = 0; j < model->field_count; j++)
            if (model->fields[j].kind != FIELD_STATE) suggestion_try(&near, model->fields[j].name);
    }
    return err_set(err, ERR_INVALID, "where: no model has %s named '%s'%s%s%s",
                   term->subject == SUBJECT_ALARM ? "an alarm" : "a field", term->name,
                   near.best ? "; did you mean '" : "", near.best ? near.best : "",
                   near.best ? "'?" : "");
}

// What stands left of the operator: a word, split at its last dot.
static bool read_subject(struct cursor *in, struct term *term, struct err *err) {
    static const struct {
        const char *word;
        enum subject subject;
    } whole[] = {{"alarm", SUBJECT_SEVERITY}, {"id", SUBJECT_ID}, {"model", SUBJECT_MODEL}},
      after[] = {{"reported", SUBJECT_REPORTED},
                 {"desired", SUBJECT_DESIRED},
                 {"quality", SUBJECT_QUALITY}};
    skip_spaces(in);
    const char *start = in->at, *dot = NULL;
    const char *end = start;
    for (; isalnum((unsigned char)*end) || *end == '_' || *end == '.'; end++)
        if (*end == '.') dot = end;
    if (end == start || end - start > 2 * WORD_MAX) return refuse(in, err, "the name of a field");
    in->at = end;
    size_t length = (size_t)(end - start);
    term->subject = SUBJECT_ANY;
    if (length > 6 && strncmp(start, "alarm.", 6) == 0) {
        term->subject = SUBJECT_ALARM;
        start += 6, length -= 6;
    }
    for (size_t i = 0; i < ARRAY_LEN(whole) && !dot; i++)
        if (strlen(whole[i].word) == length && strncmp(whole[i].word, start, length) == 0)
            term->subject = whole[i].subject;
    for (size_t i = 0; i < ARRAY_LEN(after) && dot && term->subject == SUBJECT_ANY; i++)
        if (strlen(after[i].word) == (size_t)(end - dot - 1) &&
            strncmp(after[i].word, dot + 1, (size_t)(end - dot - 1)) == 0) {
            term->subject = after[i].subject;
            length = (size_t)(dot - start);
        }
    term->name = xstrndup(start, length);
    return true;
}

// The literal of a severity is a word, its order a number.
static bool check_literal(struct term *term, const struct cursor *in, struct err *err) {
    bool is_ordered = term->comparison != COMPARISON_EQUAL && term->comparison != COMPARISON_NOT;
    if (term->subject == SUBJECT_SEVERITY && term->literal.type == VALUE_TEXT) {
        int severity = 0;
        while (severity <= SEVERITY_CRITICAL &&
               strcmp(severity_name((enum severity)severity), term->text) != 0)
            severity++;
        if (severity > SEVERITY_CRITICAL)
            return err_set(err, ERR_INVALID,
                           "where: '%s' is no severity: none, info, warning and critical are",
                           term->text);
        term->literal = value_number(severity);
    }
    if (term->subject == SUBJECT_ALARM) {
        bool is_active = strcmp(term->text, "active") == 0 || strcmp(term->text, "true") == 0;
        if (!is_active && strcmp(term->text, "clear") != 0 && strcmp(term->text, "false") != 0)
            return err_set(err, ERR_INVALID, "where: alarm.%s is active or clear, not '%s'",
                           term->name, term->text);
        term->literal = value_boolean(is_active);
    }
    if (is_ordered && term->literal.type != VALUE_NUMBER)
        return refuse(in, err, "a number after < <= > >= (text and true have no order)");
    return true;
}

static bool read_term(struct cursor *in, struct term *term, const struct world *world,
                      struct err *err) {
    bool is_read = read_subject(in, term, err) && read_operator(in, &term->comparison, err) &&
                   read_literal(in, term, err) && check_literal(term, in, err);
    return is_read && (term->subject >= SUBJECT_ID || term->subject == SUBJECT_SEVERITY ||
                       check_name(term, world, err));
}

struct where *where_parse(const char *text, const struct world *world, struct err *err) {
    struct where *where = xcalloc(1, sizeof *where);
    struct cursor in = {text, text};
    for (;;) {
        if (where->count == TERMS_MAX) {
            err_set(err, ERR_INVALID, "where has more than %d comparisons", TERMS_MAX);
            break;
        }
        if (!read_term(&in, &where->terms[where->count++], world, err)) break;
        skip_spaces(&in);
        if (*in.at == 0) return where;
        if (strncmp(in.at, "and", 3) != 0 || !isspace((unsigned char)in.at[3])) {
            refuse(&in, err, "'and' or the end");
            break;
        }
        in.at += 3;
    }
    where_free(where);
    return NULL;
}

// ---- on a twin ----

static int find_place(const struct term *term, const struct model *model) {
    static const enum field_kind order[] = {FIELD_TELEMETRY, FIELD_REPORTED, FIELD_DERIVED,
                                            FIELD_PARAMETER, FIELD_DESIRED};
    size_t length = strlen(term->name);
    if (term->subject == SUBJECT_ALARM) return model_alarm(model, term->name, length);
    if (term->subject == SUBJECT_REPORTED)
        return model_field(model, FIELD_REPORTED, term->name, length);
    if (term->subject == SUBJECT_DESIRED)
        return model_field(model, FIELD_DESIRED, term->name, length);
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        int place = model_field(model, order[i], term->name, length);
        if (place != NONE) return place;
    }
    int prediction = model_prediction(model, term->name, length);
    return prediction == NONE ? NONE : model->field_count + prediction;
}

static struct value text_value(const char *text) {
    return value_text(text, (uint32_t)strlen(text));
}

static struct value value_at(const struct term *term, const struct twin *twin) {
    if (term->subject == SUBJECT_ALARM)
        return value_boolean(twin->alarms[term->place].state == ALARM_ACTIVE);
    if (term->place >= twin->model->field_count) {
        const struct forecast *forecast = &twin->forecasts[term->place - twin->model->field_count];
        return forecast->is_present ? value_number(forecast->value) : value_none();
    }
    const struct slot *slot = twin_shown(twin, term->place);
    if (term->subject == SUBJECT_QUALITY)
        return slot->type == VALUE_NONE ? value_none() : text_value(quality_name(slot->quality));
    if (twin->model->fields[term->place].kind == FIELD_PARAMETER)
        return twin_value(twin, term->place);
    return slot_value(slot);
}

static struct value value_of(struct term *term, const struct twin *twin) {
    switch (term->subject) {
    case SUBJECT_SEVERITY:
        return value_number(twin_severity(twin));
    case SUBJECT_ID:
        return text_value(twin->id);
    case SUBJECT_MODEL:
        return text_value(twin->model->name);
    default:
        if (term->model != twin->model) {
            term->model = twin->model;
            term->place = find_place(term, twin->model);
        }
        return term->place == NONE ? value_none() : value_at(term, twin);
    }
}

static bool is_equal(const struct term *term, struct value value) {
    if (term->subject == SUBJECT_ID || term->subject == SUBJECT_MODEL)
        return glob_match(term->text, value.text);
    return value_equal(value, term->literal);
}

static bool term_fits(struct term *term, const struct twin *twin) {
    struct value value = value_of(term, twin);
    bool is_glob = term->subject == SUBJECT_ID || term->subject == SUBJECT_MODEL;
    if (!is_glob && value.type != term->literal.type) return false;
    switch (term->comparison) {
    case COMPARISON_EQUAL:
        return is_equal(term, value);
    case COMPARISON_NOT:
        return !is_equal(term, value);
    case COMPARISON_LESS:
        return value.number < term->literal.number;
    case COMPARISON_LESS_EQUAL:
        return value.number <= term->literal.number;
    case COMPARISON_MORE:
        return value.number > term->literal.number;
    case COMPARISON_MORE_EQUAL:
        return value.number >= term->literal.number;
    }
    return false;
}

bool where_fits(struct where *where, const struct twin *twin) {
    for (int i = 0; where && i < where->count; i++)
        if (!term_fits(&where->terms[i], twin)) return false;
    return true;
}
