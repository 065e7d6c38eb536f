// A table with `;` between cells has its lists apart by blanks, or quoted; both are taken in both.

#include "push/import_text.h"

#include "push/document.h"
#include "twin/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 500

static const struct {
    const char *prefix, *section;
} sections[] = {
    {"parameter.", "parameters"},
    {"attribute.", "attributes"},
    {"relationship.", "relationships"},
};

static void take_record(struct import_text *text, struct cells *cells) {
    const char *next = cells_record_end(text->at, text->end, text->separator);
    cells_split(cells, text->at, next, text->separator);
    for (; text->at < next; text->at++)
        text->line += *text->at == '\n';
}

static bool check_names(const struct cells *names, struct err *err) {
    bool has_id = false;
    if (names->count > COLUMNS_MAX)
        return err_set(err, ERR_TOO_LARGE, "the table has %d columns; %d is the limit",
                       names->count, COLUMNS_MAX);
    for (int i = 0; i < names->count; i++) {
        const char *name = names->list[i];
        if (strcmp(name, "id") == 0) has_id = true;
        if (!name[0])
            return err_set(err, ERR_INVALID, "column %d of the table has no name in line 1", i + 1);
        for (int j = 0; j < i; j++)
            if (strcmp(name, names->list[j]) == 0)
                return err_set(err, ERR_INVALID, "line 1 names the column '%.64s' twice", name);
    }
    return has_id || err_set(err, ERR_INVALID,
                             "line 1 must name the columns of the table, like "
                             "id,model,attribute.hall: there is no column 'id'");
}

bool import_text_init(struct import_text *text, const char *bytes, size_t length, struct err *err) {
    *text = (struct import_text){.at = bytes, .end = bytes + length, .line = 1};
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) text->at += 3; // Excel's mark
    const char *first = text->at;
    while (first < text->end && strchr(" \t\r\n", *first))
        first++;
    if (first == text->end)
        return err_set(err, ERR_INVALID, "there is nothing to import: the body is empty");
    text->is_table = *first != '{';
    if (!text->is_table) return true;
    text->separator = cells_separator(text->at, text->end);
    take_record(text, &text->names);
    return check_names(&text->names, err);
}

void import_text_fini(struct import_text *text) {
    cells_fini(&text->names);
    cells_fini(&text->cells);
}

static cJSON *section_of(cJSON *document, const char *name) {
    cJSON *section = cJSON_GetObjectItemCaseSensitive(document, name);
    return section ? section : cJSON_AddObjectToObject(document, name);
}

static cJSON *list_of(char *cell) {
    cJSON *list = cJSON_CreateArray();
    for (char *rest = NULL, *id = strtok_r(cell, "; ", &rest); id; id = strtok_r(NULL, "; ", &rest))
        cJSON_AddItemToArray(list, cJSON_CreateString(id));
    return list;
}

static void add_cell(cJSON *document, const char *name, char *cell) {
    if (strcmp(name, "id") == 0 || strcmp(name, "model") == 0 || strcmp(name, "lifecycle") == 0) {
        cJSON_AddStringToObject(document, name, cell);
        return;
    }
    const char *section = "parameters";
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        size_t length = strlen(sections[i].prefix);
        if (strncmp(name, sections[i].prefix, length) != 0) continue;
        section = sections[i].section;
        name += length;
        break;
    }
    bool is_list = strcmp(section, "relationships") == 0;
    cJSON_AddItemToObject(section_of(document, section), name,
                          is_list ? list_of(cell) : cJSON_CreateString(cell));
}

static cJSON *row_of(const struct import_text *text, struct err *err) {
    const struct cells *cells = &text->cells;
    if (cells->count > text->names.count) {
        err_set(err, ERR_INVALID, "the line has %d cells, and the table has %d columns",
                cells->count, text->names.count);
        return NULL;
    }
    cJSON *document = cJSON_CreateObject();
    for (int i = 0; i < cells->count; i++)
        if (cells->list[i][0]) add_cell(document, text->names.list[i], cells->list[i]);
    return document;
}

static bool is_empty(const struct cells *cells) {
    for (int i = 0; i < cells->count; i++)
        if (cells->list[i][0]) return false;
    return true;
}

bool import_text_next(struct import_text *text, int *line, cJSON **document, struct err *err) {
    while (text->at < text->end) {
        *line = text->line;
        if (text->is_table) {
            take_record(text, &text->cells);
            if (is_empty(&text->cells)) continue;
            *document = row_of(text, err);
            return true;
        }
        const char *start = text->at;
        const char *stop = memchr(start, '\n', (size_t)(text->end - start));
        text->at = stop ? stop + 1 : text->end;
        text->line++;
        size_t length = (size_t)((stop ? stop : text->end) - start);
        while (length > 0 && strchr(" \t\r", start[length - 1]))
            length--;
        if (length == 0) continue;
        *document = document_parse("the line", start, length, err);
        return true;
    }
    return false;
}

static cJSON *typed(const char *text, enum value_type type) {
    char *end;
    double number = strtod(text, &end);
    if (type == VALUE_NUMBER && *end == 0 && isfinite(number)) return cJSON_CreateNumber(number);
    bool is_true = strcmp(text, "true") == 0;
    if (type == VALUE_BOOLEAN && (is_true || strcmp(text, "false") == 0))
        return cJSON_CreateBool(is_true);
    return NULL;
}

void import_text_type(const struct import_text *text, cJSON *document, const struct model *model) {
    cJSON *parameters = cJSON_GetObjectItemCaseSensitive(document, "parameters");
    if (!text->is_table) return;
    for (cJSON *item = parameters ? parameters->child : NULL, *next; item; item = next) {
        next = item->next;
        int field = model_field(model, FIELD_PARAMETER, item->string, strlen(item->string));
        cJSON *value = field == NONE ? NULL : typed(item->valuestring, model->fields[field].type);
        if (value) cJSON_ReplaceItemInObjectCaseSensitive(parameters, item->string, value);
    }
}
