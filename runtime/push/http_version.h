// The versions of the scripts over HTTP.
//
//   GET  /versions              {"promoted", "versions": [{"version","state","at",...}]}
//   GET  /versions/{v}          {"version", "files": {PATH: TEXT}}
//   POST /versions              {"files", "author", "reason", "dry_run", "promote": true}
//   POST /versions/{v}/check    does it load here
//   POST /versions/{v}/promote  {"author", "reason", "canary": PERCENT}, or nothing
//   POST /rollback              {"author", "reason"}, or nothing; withdraws a canary that is out
//
// {v} is the first digits of a version, or `promoted`. What is stored or promoted is answered
// {"version","from","changed": [{"path","change"}],"state","ms"}, once it is done.

#ifndef PUSH_HTTP_VERSION_H
#define PUSH_HTTP_VERSION_H

#include "push/route.h"

struct version_news;

route_handler http_version_list, http_version_files, http_version_upload, http_version_check,
    http_version_promote, http_version_rollback;

#endif
