#include "twin/autonomy_spec.h"

#include "base/memory.h"
#include "twin/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PARTS_MAX 128

struct autonomy_spec *autonomy_spec_add(struct model *model) {
    return model->autonomy = xcalloc(1, sizeof *model->autonomy);
}

struct autonomy_part *autonomy_spec_add_part(struct autonomy_spec *autonomy, const char *name) {
    const char *dot = strchr(name, '.');
    autonomy->parts =
        xrealloc(autonomy->parts, sizeof *autonomy->parts * (size_t)(autonomy->part_count + 1));
    struct autonomy_part *part = &autonomy->parts[autonomy->part_count++];
    *part = (struct autonomy_part){.relationship = xstrndup(name, dot ? (size_t)(dot - name) : 0),
                                   .field = xstrdup(dot ? dot + 1 : name),
                                   .low = -INFINITY,
                                   .high = INFINITY,
                                   .rate = INFINITY,
                                   .weight = 1};
    return part;
}

void autonomy_spec_free(struct autonomy_spec *autonomy) {
    if (!autonomy) return;
    for (int i = 0; i < autonomy->part_count; i++) {
        free(autonomy->parts[i].relationship);
        free(autonomy->parts[i].field);
    }
    free(autonomy->parts);
    free(autonomy);
}

void autonomy_spec_encode(const struct autonomy_spec *autonomy, struct buffer *out) {
    if (!autonomy) return;
    buffer_zigzag(out, autonomy->every_us);
    buffer_zigzag(out, autonomy->over_us);
    buffer_zigzag(out, autonomy->step_us);
    buffer_varint(out, (uint64_t)autonomy->part_count);
    for (int i = 0; i < autonomy->part_count; i++) {
        const struct autonomy_part *part = &autonomy->parts[i];
        buffer_byte(out, (uint8_t)part->role);
        buffer_text(out, part->relationship, strlen(part->relationship));
        buffer_text(out, part->field, strlen(part->field));
        buffer_double(out, part->low);
        buffer_double(out, part->high);
        buffer_double(out, part->rate);
        buffer_double(out, part->weight);
    }
}

static void read_part(struct autonomy_spec *autonomy, struct reader *in) {
    struct autonomy_part *part = autonomy_spec_add_part(autonomy, "");
    part->role = read_byte(in) % (AUTONOMY_KEEP + 1);
    free(part->relationship);
    free(part->field);
    part->relationship = read_text_copy(in);
    part->field = read_text_copy(in);
    part->low = read_double(in);
    part->high = read_double(in);
    part->rate = read_double(in);
    part->weight = read_double(in);
}

void autonomy_spec_decode(struct model *model, struct reader *in) {
    if (in->is_bad || in->at == in->end) return;
    struct autonomy_spec *autonomy = autonomy_spec_add(model);
    autonomy->every_us = read_zigzag(in);
    autonomy->over_us = read_zigzag(in);
    autonomy->step_us = read_zigzag(in);
    uint64_t count = read_varint(in);
    if (count > PARTS_MAX) in->is_bad = 1;
    for (; count > 0 && !in->is_bad; count--)
        read_part(autonomy, in);
}
