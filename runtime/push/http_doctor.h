// POST /api/v1/doctor begins an examination of what is stored, GET says how far it is and what was
// found.

#ifndef PUSH_HTTP_DOCTOR_H
#define PUSH_HTTP_DOCTOR_H

#include "push/http.h"
#include "push/route.h"

route_handler http_doctor_get, http_doctor_post;

#endif
