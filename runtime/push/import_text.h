// The lines of an import, each as the document that it says a twin should be:
//
//     {"id":"pump-1","model":"pump","parameters":{"hot":95},"attributes":{"hall":"north"},
//      "relationships":{"feeds":["tank-1"]},"lifecycle":"commissioning"}
//
// one object a line (NDJSON), or a table (CSV) whose first line names the columns: id, model,
// lifecycle, parameter.NAME or the parameter's name alone, attribute.NAME, relationship.NAME with
// the ids of several twins apart by `;`, or by blanks. An empty cell says nothing.

#ifndef PUSH_IMPORT_TEXT_H
#define PUSH_IMPORT_TEXT_H

#include "base/cells.h"
#include "base/err.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

struct model;

struct import_text {
    const char *at, *end;
    int line; // of `at`, from 1
    bool is_table;
    char separator;
    struct cells names; // of the columns
    struct cells cells;
};

// False with a reason when the table's first line cannot be used.
bool import_text_init(struct import_text *text, const char *bytes, size_t length, struct err *err);
void import_text_fini(struct import_text *text);

// The next line that is not empty: its number and its document, NULL with a reason when it is none.
// False at the end.
bool import_text_next(struct import_text *text, int *line, cJSON **document, struct err *err);

// A table's cells are texts: makes parameters what the model says they are. A text that is not of
// its type stays one, and is refused as such.
void import_text_type(const struct import_text *text, cJSON *document, const struct model *model);

#endif
