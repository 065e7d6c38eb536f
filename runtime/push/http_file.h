// The page: files of the web folder, with their packed sisters (NAME.gz) for those who take gzip.
//
// Names with a hash ("app-4QZ2YTLD.js") never change and are kept for a year; everything else is
// asked for again and answered 304 when it is the same. Without a built page / says how to build
// it.

#ifndef PUSH_HTTP_FILE_H
#define PUSH_HTTP_FILE_H

#include "push/http.h"

struct service;

bool http_file_get(struct service *service, const struct http_request *request,
                   struct http_response *response, struct err *err);

#endif
