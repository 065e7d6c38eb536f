#include "twin/estimator_codec.h"

#include "base/memory.h"
#include "twin/change_codec.h"
#include "twin/model.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_MAX 65535 // change records hold indexes in 16 bits

void estimators_encode(const struct model *model, struct buffer *out) {
    buffer_varint(out, (uint64_t)model->estimator_count);
    for (int i = 0; i < model->estimator_count; i++) {
        const struct estimator_spec *spec = &model->estimators[i];
        buffer_text(out, spec->name, strlen(spec->name));
        buffer_text(out, spec->as.kind->name, strlen(spec->as.kind->name));
        buffer_varint(out, (uint64_t)spec->as.inputs);
        for (int j = 0; j < spec->as.kind->setting_count; j++)
            buffer_double(out, spec->as.settings[j]);
        buffer_varint(out, (uint64_t)spec->field_count);
        for (int j = 0; j < spec->field_count; j++)
            buffer_varint(out, (uint64_t)spec->fields[j]);
    }
}

static char *read_name(struct reader *in) {
    size_t length;
    const char *bytes = read_text(in, &length);
    return xstrndup(bytes, length);
}

static bool settings_fit(const struct estimator *estimator) {
    const struct estimator_kind *kind = estimator->kind;
    for (int i = 0; i < kind->setting_count; i++)
        if (!(estimator->settings[i] >= kind->settings[i].low &&
              estimator->settings[i] <= kind->settings[i].high))
            return false;
    return estimator->inputs >= 1 && estimator->inputs <= kind->inputs_most;
}

static bool read_rest(struct model *model, struct estimator_spec *spec, struct reader *in) {
    spec->as.inputs = (int)(read_varint(in) & COUNT_MAX);
    for (int i = 0; i < spec->as.kind->setting_count; i++)
        spec->as.settings[i] = read_double(in);
    uint64_t count = read_varint(in);
    if (!settings_fit(&spec->as) || (count != 0 && count != (uint64_t)spec->as.inputs))
        return false;
    for (; count > 0; count--) {
        uint64_t field = read_varint(in);
        if (field >= (uint64_t)model->field_count) return false;
        spec->fields[spec->field_count++] = (int)field;
    }
    return true;
}

void estimators_decode(struct model *model, struct reader *in) {
    uint64_t count = read_varint(in);
    if (count > COUNT_MAX) in->is_bad = 1;
    for (; count > 0 && !in->is_bad; count--) {
        char *name = read_name(in), *kind_name = read_name(in);
        const struct estimator_kind *kind = estimator_kind_find(kind_name);
        if (!kind || !read_rest(model, model_add_estimator(model, name, kind), in)) in->is_bad = 1;
        free(name);
        free(kind_name);
    }
}
