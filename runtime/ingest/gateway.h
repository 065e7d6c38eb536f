// What a gateway sends: one pack of many twins, names are {twin}/{field}; each record stands alone.

#ifndef INGEST_GATEWAY_H
#define INGEST_GATEWAY_H

struct answer;
struct request;
struct resources;

// POST /senml: 2.04 with {"accepted": n, "refused": [...]} if any record was stored, else the first
// refusal's code.
void gateway_pack(struct resources *resources, const struct request *request,
                  struct answer *answer);

#endif
