#!/usr/bin/env bash
# What was answered 2.04 is there after kill -9.
. "$(dirname "$0")/lib.sh"
MODELS=tests/e2e/models SCRIPTS=tests/e2e/scripts

start_twind
like "the ready line has what INTERFACE.md promises" "$READY" \
  '^ready coap=127\.0\.0\.1:[0-9]+ http=127\.0\.0\.1:[0-9]+ twins=0 rev=[0-9]+ version=[0-9a-f]+'
first=$(api GET /info | jq -r .epoch)

coap POST /t/m-1 -t 110 -e '[{"n":"count","v":41},{"n":"temperature","u":"Cel","v":21.5},{"n":"speed","v":900}]'
is "a pack is answered 2.04" "$CODE" 2.04
coap PUT /t/m-1/count -t 0 -e 42
is "a single value is answered 2.04" "$CODE" 2.04
http PATCH /api/v1/twins/m-1/desired -H 'content-type: application/merge-patch+json' -d '{"speed":1200}'
like "a desired value is answered" "$CODE" '^20[04]$'
http PUT /api/v1/twins/m-2 -H 'content-type: application/json' -d '{"model":"meter","attributes":{"hall":"north"}}'
is "a twin is made over HTTP" "$CODE" 201
before=$(api GET /twins/m-1 | jq -cS 'del(.rev)')
hash=$(state_hash)
rev=$(api GET /state | jq .rev)
kill_twind

start_twind
like "both twins come back" "$READY" ' twins=2 '
is "the twin is as it was, value, time and quality" "$(api GET /twins/m-1 | jq -cS 'del(.rev)')" "$before"
is "what the behaviour made of it is there too" "$(api GET /twins/m-1 | jq .derived.twice.value)" 84
is "so is what it should be" "$(api GET /twins/m-1 | jq .properties.speed.desired)" 1200
is "and what was said about the other" "$(api GET /twins/m-2 | jq -r .attributes.hall)" north
is "the state's hash is the same" "$(state_hash)" "$hash"
[[ $(api GET /info | jq -r .epoch) != "$first" ]] && pass "the epoch is another" || fail "the epoch is another" "$first"
coap PUT /t/m-1/count -t 0 -e 43
now=$(api GET /twins/m-1 | jq .rev)
[[ $now -gt $rev ]] && pass "no revision's number is used twice" || fail "no revision's number is used twice" "$rev, then $now"

ok "a clean stop ends with 0" stop_twind
ok "twind --verify finds both recoveries equal" "$BUILD/twind" --verify --data "$DATA"
start_twind
is "after a clean stop everything is there" "$(value m-1 count)" 43
stop_twind
finish
