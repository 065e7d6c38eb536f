#!/usr/bin/env bash
# A line follows its pumps, a process names its bottleneck, parts come and go, and kill -9 takes none of it.
. "$(dirname "$0")/lib.sh"
MODELS=$WORK/models SCRIPTS=$WORK/scripts
cp -R models scripts "$WORK"
cat >"$MODELS/booster.lua" <<'LUA'
-- A pump that raises pressure: one more value, no high vibration.
return { extends = "pump", match = "booster-*", telemetry = { pressure = { unit = "bar" } }, alarms = { high_vibration = { above = 9 } } }
LUA
cat >"$MODELS/station.lua" <<'LUA'
-- A machine of a line, or the belt between two.
return { match = "st-*", telemetry = { rate = { unit = "1/min" }, level = { unit = "%" } } }
LUA
cat >"$MODELS/bottling.lua" <<'LUA'
-- A filler, a belt and a capper.
return {
  match = "bottling-*", level = "process",
  relationships = { filler = "station", capper = "station", belt = "station" },
  process = { stages = { "filler", "capper" }, buffers = { "belt" }, window = "1m" },
}
LUA
put() { http PUT "/api/v1/twins/$1" -H 'content-type: application/json' -d "$2"; } # TWIN BODY
derived() { api GET "/twins/$1" | jq -r ".derived.$2.value"; }                      # TWIN FIELD
is_derived() { [[ $(derived "$1" "$2") == "$3" ]]; }
flow() { coap PUT "/t/$1/flow" -t 0 -e "$2"; } # PUMP VALUE

start_twind
put line-1 '{"model":"line"}'
for pump in pump-1 pump-2 booster-1; do
  put "$pump" '{"relationships":{"part_of":["line-1"]}}'
  is "$pump is made and linked" "$CODE" 201
  flow "$pump" 100
done
ok "a line's throughput is the sum of its pumps', boosters among them" wait_for 5 is_derived line-1 throughput 300
is "and it knows how many there are" "$(derived line-1 members)" 3
flow pump-2 50
ok "it follows a change" wait_for 5 is_derived line-1 throughput 250
flow booster-1 101
ok "and the next one" wait_for 5 is_derived line-1 throughput 251

is "a pump's motor came with it" "$(api GET /twins/pump-1:motor | jq -r '.relationships.part_of[0]')" pump-1
is "a booster's too, as a pump's" "$(api GET /twins/booster-1:motor | jq -r '.relationships.part_of[0]')" booster-1
http DELETE /api/v1/twins/pump-2
is "a pump is retired" "$CODE" 204
http GET /api/v1/twins/pump-2:motor
is "and its motor with it" "$CODE" 404
ok "the line is without it" wait_for 5 is_derived line-1 throughput 201
is "also in the count" "$(derived line-1 members)" 2

for station in st-1 st-2 st-3; do put "$station" '{"model":"station"}'; done
put bottling-1 '{"model":"bottling","relationships":{"filler":["st-1"],"belt":["st-2"],"capper":["st-3"]}}'
coap PUT /t/st-3/rate -t 0 -e 60
coap PUT /t/st-2/level -t 0 -e 99
ok "a process has the rate of its last stage" wait_for 5 is_derived bottling-1 throughput 60
ok "and a full belt says that the capper holds it up" wait_for 5 is_derived bottling-1 bottleneck capper
is "for the filler is blocked" "$(derived bottling-1 filler_blocked)" 100

state() { for twin in line-1 bottling-1 pump-1:motor; do api GET "/twins/$twin" | jq -cS 'del(.rev) | .derived |= map_values(.value)'; done; }
before=$(state)
kill_twind
start_twind
is "after kill -9 it is all as it was" "$(state)" "$before"
flow pump-1 200
ok "and the line goes on to follow" wait_for 5 is_derived line-1 throughput 301
ok "a clean stop ends with 0" stop_twind
ok "twind --verify finds both recoveries equal" "$BUILD/twind" --verify --data "$DATA"
finish
