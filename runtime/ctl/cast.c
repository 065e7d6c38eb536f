#include "ctl/cast.h"

#include "base/memory.h"
#include "base/metrics.h"
#include "script/script.h"
#include "twin/model.h"
#include "twin/model_codec.h"

#include <stdlib.h>

#define PATIENCE 5 // nobody waits for the next turn here, and the machine may be busy

bool cast_load(struct cast *cast, const struct script_files *files, enum log_level level,
               bool has_onlooker, struct err *err) {
    const struct script_limits limits = {.call_us = 2000,
                                         .predict_us = 200000,
                                         .soft_bytes = 8u << 20,
                                         .hard_bytes = 256u << 20,
                                         .patience = PATIENCE};
    *cast = (struct cast){.logger = {.level = level}, .metrics = metrics_new()};
    cast->script = script_load(files, &limits, &cast->logger, cast->metrics, err);
    if (!cast->script) return false;
    if (has_onlooker)
        cast->onlooker = script_load(files, &limits, &cast->logger, cast->metrics, err);
    if (has_onlooker && !cast->onlooker) return false;
    int count = script_model_count(cast->script);
    cast->models = xcalloc((size_t)count + 1, sizeof *cast->models);
    for (int i = 0; i < count; i++) {
        struct model *model = script_take_model(cast->script, i);
        model_encode(model, &cast->models[i]);
        model_free(model);
        if (has_onlooker) model_free(script_take_model(cast->onlooker, i));
    }
    return true;
}

void cast_fini(struct cast *cast) {
    for (int i = 0; cast->models && i < script_model_count(cast->script); i++)
        buffer_fini(&cast->models[i]);
    free(cast->models);
    script_free(cast->onlooker);
    script_free(cast->script);
    metrics_free(cast->metrics);
}

struct rehearsal_cast cast_of(const struct cast *cast) {
    return (struct rehearsal_cast){.script = cast->script,
                                   .onlooker = cast->onlooker,
                                   .models = cast->models,
                                   .logger = &cast->logger,
                                   .metrics = cast->metrics};
}
