// Twins are encoded one behind the other; the length in front is filled in after.

#include "store/slice.h"

#include "twin/twin.h"
#include "twin/twin_codec.h"

#include <stdlib.h>
#include <string.h>

void slice_clear(struct slice *slice) {
    slice->twins.length = 0;
    slice->removed.length = 0;
    slice->twin_count = 0;
    slice->newest = slice->covered = 0;
    slice->next = NULL;
}

void slice_free(struct slice *slice) {
    if (!slice) return;
    buffer_fini(&slice->twins);
    buffer_fini(&slice->removed);
    free(slice);
}

void slice_add(struct slice *slice, const struct twin *twin) {
    struct buffer *out = &slice->twins;
    buffer_u32(out, twin->number);
    buffer_u32(out, 0);
    size_t start = out->length;
    buffer_u32(out, twin->revs_since_state);
    buffer_u64(out, (uint64_t)twin->state_logged_at);
    twin_encode(twin, out);
    uint32_t length = (uint32_t)(out->length - start);
    memcpy(out->bytes + start - sizeof length, &length, sizeof length);
    slice->twin_count++;
    if (twin->rev > slice->newest) slice->newest = twin->rev;
}

void slice_add_removed(struct slice *slice, const struct buffer *removed) {
    buffer_add(&slice->removed, removed->bytes, removed->length);
}

bool slice_read(struct reader *in, uint32_t *number, const uint8_t **bytes, uint32_t *length) {
    if (in->at == in->end) return false;
    *number = read_u32(in);
    *length = read_u32(in);
    *bytes = in->at;
    in->at += *length;
    return true;
}

struct twin *slice_decode(struct reader *in,
                          const struct model *(*find_model)(void *context, uint64_t layout),
                          void *context, struct err *err) {
    uint32_t revs_since_state = read_u32(in);
    int64_t state_logged_at = (int64_t)read_u64(in);
    struct twin *twin = twin_decode(in, find_model, context, err);
    if (!twin) return NULL;
    twin->revs_since_state = revs_since_state;
    twin->state_logged_at = state_logged_at;
    return twin;
}
