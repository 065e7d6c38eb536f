// What a device sends about itself: a pack, or one value.

#ifndef INGEST_DELIVERY_H
#define INGEST_DELIVERY_H

struct answer;
struct request;
struct resources;

// POST /t/{twin}: stored whole or refused whole.
void delivery_pack(struct resources *resources, const struct request *request,
                   struct answer *answer);

// PUT /t/{twin}/{field}: text/plain, a number, true or false, or text, as the field's type says.
void delivery_value(struct resources *resources, const struct request *request,
                    struct answer *answer);

#endif
