#!/usr/bin/env bash
# The HTTP API as INTERFACE.md has it, with curl.
. "$(dirname "$0")/lib.sh"
MODELS=tests/e2e/models SCRIPTS=tests/e2e/scripts
JSON='content-type: application/json'
PATCH='content-type: application/merge-patch+json'
problem() { jq -r '.detail // .title' <<<"$BODY"; }
start_twind

http GET /healthz
is "alive" "$CODE" 200
http GET /openapi.json
is "what there is, for programs" "$(jq -c '[.openapi, (.paths["/api/v1/twins/{id}/whatif"].post.summary | type), .paths["/api/v1/twins/{id}"].parameters[0].name, (.paths | length > 35)]' <<<"$BODY")" '["3.1.0","string","id",true]'
http GET /readyz
is "ready" "$CODE" 200
is "an empty fleet is an empty list" "$(api GET /twins | jq -c .twins)" '[]'

http PUT /api/v1/twins/m-1 -H "$JSON" -d '{"model":"meter","attributes":{"hall":"north"}}'
is "a new twin is 201" "$CODE" 201
http PUT /api/v1/twins/m-1 -H "$JSON" -d '{"model":"meter","attributes":{"hall":"south"}}'
is "a twin that is there is 200" "$CODE" 200
is "and takes the new attributes" "$(api GET /twins/m-1 | jq -c .attributes)" '{"hall":"south"}'

coap POST /t/m-1 -t 110 -e '[{"n":"count","v":7},{"n":"temperature","u":"Cel","v":200},{"n":"speed","v":900},{"n":"note","vs":"ünïcode \"quoted\""},{"n":"open","vb":true}]'
is "a pack is stored" "$CODE" 2.04
twin=$(api GET /twins/m-1)
is "the twin has its id, model and level" "$(jq -c '[.id,.model,.level]' <<<"$twin")" '["m-1","meter","component"]'
is "a sample has its value" "$(jq -c '.telemetry.count.value' <<<"$twin")" 7
like "and a time in ISO 8601 with milliseconds" "$(jq -r .telemetry.count.at <<<"$twin")" '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z$'
is "a sample out of range is shown as bad" "$(jq -r .telemetry.temperature.quality <<<"$twin")" bad
is "text and booleans are themselves" "$(jq -c '[.telemetry.note.value,.telemetry.open.value]' <<<"$twin")" '["ünïcode \"quoted\"",true]'
is "a property shows what is reported and its unit" "$(jq -c '.properties.speed|[.reported,.unit]' <<<"$twin")" '[900,"1/min"]'
is "what the behaviour made is there" "$(jq .derived.twice.value <<<"$twin")" 14

curl -sS -D "$WORK/headers" -o /dev/null "http://$HTTP/api/v1/twins/m-1"
like "a read carries its revision as ETag" "$(tr -d '\r' <"$WORK/headers" | grep -i '^etag:')" "\"$(jq .rev <<<"$twin")\""

http PATCH /api/v1/twins/m-1/desired -H "$PATCH" -d '{"speed":1200}'
like "desired is set" "$CODE" '^20[04]$'
old=$(api GET /twins/m-1 | jq .rev)
http PATCH /api/v1/twins/m-1/desired -H "$PATCH" -d '{"speed":1300}' -H "if-match: \"$old\""
like "with If-Match of the present revision too" "$CODE" '^20[04]$'
http PATCH /api/v1/twins/m-1/desired -H "$PATCH" -d '{"speed":1400}' -H "if-match: \"$old\""
is "If-Match of a revision before another's change is 412" "$CODE" 412
coap PUT /t/m-1/count -t 0 -e 8
http PATCH /api/v1/twins/m-1/desired -H "$PATCH" -d '{"speed":1500}' -H "if-match: \"$(api GET /twins/m-1 | jq .rev)\""
like "a sample in between is no change of desired" "$CODE" '^20[04]$'
http PATCH /api/v1/twins/m-1/desired -H "$PATCH" -d '{"speed":9999}'
is "a value out of range is refused" "$CODE" 400
like "and named with its limit" "$(problem)" 'speed.*9999.*3600|speed.*3600.*9999|9999.*speed.*3600'
like "as problem+json" "$(jq -r 'has("title") and has("status")' <<<"$BODY")" true
http PATCH /api/v1/twins/m-1/desired -H "$PATCH" -d '{"sped":1}'
like "an unknown property is refused" "$CODE" '^40[04]$'
like "with what may have been meant" "$(problem)" speed
http PATCH /api/v1/twins/m-1/desired -H "$PATCH" -d '{"speed":'
is "half a JSON text is 400" "$CODE" 400
http PATCH /api/v1/twins/m-1/desired -H "$PATCH" -d '{"speed":null}'
is "null takes it back" "$(api GET /twins/m-1 | jq .properties.speed.desired)" null

http GET /api/v1/twins/m-nobody
is "an unknown twin is 404" "$CODE" 404
http PUT /api/v1/twins/m-9 -H "$JSON" -d '{"model":"metre"}'
like "an unknown model is refused" "$CODE" '^40[04]$'
like "by its name" "$(problem)" metre
http PUT "/api/v1/twins/$(printf 'm%.0s' {1..65})" -H "$JSON" -d '{"model":"meter"}'
is "an id of 65 characters is refused" "$CODE" 400
http DELETE /api/v1/models
like "a method that is not there is 405 or 404" "$CODE" '^40[45]$'
http GET /api/v1/nothing
is "a path that is not there is 404" "$CODE" 404

for i in $(seq -w 1 25); do coap PUT "/t/m-page-$i/count" -t 0 -e "$((10#$i))"; done
page=$(api GET '/twins?limit=10')
is "a list gives as many as are asked for" "$(jq '.twins|length' <<<"$page")" 10
count=10
while cursor=$(jq -r '.cursor // "" | @uri' <<<"$page") && [[ $cursor ]]; do
  page=$(api GET "/twins?limit=10&cursor=$cursor")
  count=$((count + $(jq '.twins|length' <<<"$page")))
done
is "and all by its cursor" "$count" 26
is "where chooses" "$(api GET '/twins?where=count%20%3E%2020&limit=100' | jq '.twins|length')" 5
is "fields are all that is asked for" "$(api GET '/twins?fields=count&limit=1' | jq -c '.twins[0].telemetry|keys')" '["count"]'
http GET '/api/v1/twins?where=count%20%3E%3E%203'
is "a where that cannot be read is 400" "$CODE" 400

http DELETE /api/v1/twins/m-1
is "a twin is deleted" "$CODE" 204
http GET /api/v1/twins/m-1
is "and gone" "$CODE" 404

is "the models are told" "$(api GET /models | jq -r '[.. | .name? // .model? // empty] | index("meter") != null')" true
like "alarms are a list" "$(api GET /alarms | jq -r 'type')" 'object|array'
http GET /metrics
like "metrics are Prometheus text" "$BODY" '# TYPE twind_[a-z_]+ counter'
like "a twind tells where its devices send" "$(api GET /info | jq -r .coap)" "^$COAP$"
stop_twind
finish
