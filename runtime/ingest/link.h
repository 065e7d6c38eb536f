// Discovery: GET /.well-known/core (RFC 6690), at most 64 KiB.
//
// Filters are `?attribute=value` with an optional `*` at the value's end, for href, rt, ct and obs;
// all of them must fit. `page=P&count=N` (N up to 1000, which is also the default) looks only at
// the twins numbered P*N to P*N+N-1; without it the first 100,000 are looked at.

#ifndef INGEST_LINK_H
#define INGEST_LINK_H

struct answer;
struct request;
struct resources;

void link_list(struct resources *resources, const struct request *request, struct answer *answer);

#endif
