// /api/v1/twins/{id}: how a twin stands in the plant.
//
// PUT and DELETE /relationships/{name}/{other} make and end one relationship; what is so already
// is answered alike. PATCH /attributes is a merge-patch. PUT /lifecycle takes {"lifecycle":
// "maintenance"}. POST /replace says that a new part is in the place of the worn one. All answer
// the twin when its revision is on disk, but for DELETE (204).

#ifndef PUSH_HTTP_COMMISSION_H
#define PUSH_HTTP_COMMISSION_H

#include "push/route.h"

route_handler http_commission_link, http_commission_unlink, http_commission_attributes,
    http_commission_lifecycle, http_commission_replace;

#endif
