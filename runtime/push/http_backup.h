// GET /api/v1/backup: all that is stored, as a stream (base/backup_file.h).

#ifndef PUSH_HTTP_BACKUP_H
#define PUSH_HTTP_BACKUP_H

#include "push/http.h"
#include "push/route.h"

route_handler http_backup_get;

#endif
