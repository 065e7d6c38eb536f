// The vault: a worker that takes backups, one after the other.

#ifndef PUSH_VAULT_H
#define PUSH_VAULT_H

#include <stdbool.h>

struct err;
struct service;
struct stream;
struct vault;

struct vault *vault_new(struct service *service, struct err *err);
void vault_free(struct vault *vault);

// Begins a backup; its bytes are the stream's. ERR_CONFLICT while another one is taken.
bool vault_back_up(struct vault *vault, struct stream **stream, struct err *err);

#endif
