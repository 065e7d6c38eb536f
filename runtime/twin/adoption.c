// No order is kept: what to drop is looked for when it is needed, which costs what finding an id
// costs.

#include "twin/adoption.h"

#include "base/hash.h"

#include <string.h>

static struct adoption *find(struct adoptions *adoptions, const char *id, size_t length) {
    uint32_t hash = (uint32_t)hash64(0, id, length);
    for (int i = 0; i < adoptions->count; i++) {
        struct adoption *one = &adoptions->list[i];
        if (one->hash == hash && strlen(one->id) == length && memcmp(one->id, id, length) == 0)
            return one;
    }
    return NULL;
}

static struct adoption *make_room(struct adoptions *adoptions) {
    if (adoptions->count < ADOPTIONS_MAX) return &adoptions->list[adoptions->count++];
    struct adoption *oldest = &adoptions->list[0];
    for (int i = 1; i < adoptions->count; i++)
        if (adoptions->list[i].at < oldest->at) oldest = &adoptions->list[i];
    adoptions->forgotten++;
    return oldest;
}

void adoption_note(struct adoptions *adoptions, const char *id, size_t length, int64_t at,
                   const struct actor *actor) {
    if (!twin_id_is_valid(id, length)) return;
    struct adoption *one = find(adoptions, id, length);
    if (!one) {
        one = make_room(adoptions);
        *one = (struct adoption){.hash = (uint32_t)hash64(0, id, length), .first_at = at};
        memcpy(one->id, id, length);
    }
    one->count++;
    one->at = at;
    one->actor = *actor;
}

void adoption_forget(struct adoptions *adoptions, const char *id, size_t length) {
    struct adoption *one = adoptions->count ? find(adoptions, id, length) : NULL;
    if (one) *one = adoptions->list[--adoptions->count];
}
