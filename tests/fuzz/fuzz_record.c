// What comes back from disk: revisions, models and twins. Checksums stand before them, so damage
// that gets here is a fault of our own writing; it must still end in an error and not in a crash.

#include "base/err.h"
#include "base/memory.h"
#include "fuzz.h"
#include "twin/change.h"
#include "twin/model.h"
#include "twin/model_codec.h"
#include "twin/revision.h"
#include "twin/twin.h"
#include "twin/twin_codec.h"
#include "twin/world.h"

#include <stdlib.h>

#define BASE 1763800000000000

static struct model *model_made(void) {
    struct model *model = model_new("pump");
    model_add_field(model, FIELD_TELEMETRY, "temperature");
    model_add_field(model, FIELD_REPORTED, "speed");
    model_add_field(model, FIELD_STATE, "seen");
    model_add_alarm(model, "hot")->field = 0;
    model_finish(model);
    return model;
}

static void add_with(fuzz_add *add, uint8_t kind, const struct buffer *encoded) {
    struct buffer input = {0};
    buffer_byte(&input, kind);
    buffer_add(&input, encoded->bytes, encoded->length);
    add(input.bytes, input.length);
    buffer_fini(&input);
}

void fuzz_seeds(fuzz_add *add) {
    struct buffer out = {0};
    struct model *model = model_made();
    model_encode(model, &out);
    add_with(add, 0, &out);

    out.length = 0;
    struct twin *twin = twin_new(7, "pump-1", model);
    slot_set(&twin->slots[0], value_number(20.5), BASE, QUALITY_GOOD, 3);
    twin_encode(twin, &out);
    add_with(add, 1, &out);
    twin_free(twin);
    model_free(model);

    out.length = 0;
    struct change changes[] = {
        {.kind = CHANGE_CREATE, .text = {"pump-1", 6}},
        {.kind = CHANGE_SAMPLE, .value = value_number(20.5), .at = BASE, .raw = 21},
        {.kind = CHANGE_SET, .index = 2, .value = value_text("warm", 4), .at = BASE},
        {.kind = CHANGE_ALARM, .state = ALARM_ACTIVE, .at = BASE, .value = value_number(95)},
    };
    struct revision revision = {.rev = 4,
                                .previous = 3,
                                .twin = 7,
                                .received = BASE + 5,
                                .kind = INPUT_SAMPLES,
                                .message = 99,
                                .changes = changes,
                                .change_count = ARRAY_LEN(changes),
                                .input_count = 2};
    revision_encode(&revision, BASE, &out);
    add_with(add, 2, &out);
    buffer_fini(&out);
}

static const struct model *find_model(void *context, uint64_t layout) {
    (void)layout; // whatever a damaged twin asks for, this one it gets
    return context;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length == 0) return 0;
    struct reader in = {bytes + 1, bytes + length, 0};
    struct err err;
    struct region region = {0};
    struct revision revision;
    struct model *model = NULL;
    switch (bytes[0] % 3) {
    case 0:
        model_free(model_decode(&in, &err));
        break;
    case 1:
        model = model_made();
        twin_free(twin_decode(&in, find_model, model, &err));
        model_free(model);
        break;
    default:
        revision_decode(&in, BASE, 4, &region, &revision);
        region_fini(&region);
        break;
    }
    return 0;
}
