#!/usr/bin/env bash
# A location from the device to people and back: SenML in and out, refusals that help, rows, a wish for a place, and a
# restart that keeps all of it.
. "$(dirname "$0")/lib.sh"
MODELS=tests/e2e/location/models SCRIPTS=tests/e2e/location/scripts

ok "the model's tests pass" "$BUILD/twinctl" test tests/e2e/location
start_twind

pack() { coap POST "$1" -t 110 -e "$2"; }
record() { echo "{\"n\":\"$1\",\"u\":\"$2\",\"v\":$3}"; }

pack /t/van-1 "[$(record position lat 52.1),$(record position lon 4.3),{\"n\":\"speed\",\"v\":30}]"
is "records of one time are taken" "$CODE" 2.04
is "and are one value" "$(value van-1 position)" '{"lat":52.1,"lon":4.3}'
is "of one revision" "$(api GET /twins/van-1 | jq -c '[.derived.moves.value, .telemetry.speed.value]')" '[1,30]'
coap GET /t/van-1/position
is "GET of the field is a text" "$CODE $BODY" "2.05 52.1,4.3"
coap GET /t/van-1 -A 110
is "GET of the twin has it as SenML" \
  "$(jq -c '[.[] | select(.n == "position") | [.u, .v]]' <<<"$BODY")" '[["lat",52.1],["lon",4.3]]'

pack /senml "[{\"bn\":\"van-1/\"},$(record position lat 53.5),$(record position lon 4.5),$(record position m 12),{\"bn\":\"van-2/\"},$(record position lat 1)]"
is "a gateway's lone record is refused, the others are stored" "$CODE $BODY" \
  '2.04 {"accepted":3,"refused":[{"index":5,"name":"van-2/position","code":"4.00","reason":"position of van-2 has lat but no lon: send all in one pack for one time"}]}'
is "with its altitude" "$(value van-1 position)" '{"lat":53.5,"lon":4.5,"alt":12}'
is "a script remembers and wishes" "$(api GET /twins/van-1 | jq -c '[.derived.turned_at.value, .properties.target.desired]')" \
  '[{"lat":52.1,"lon":4.3},{"lat":52,"lon":4}]'
like "an alarm says where" "$(api GET /alarms)" 'at 53.500000, 4.500000'

pack /t/van-1 "[$(record position lat 52)]"
is "a latitude alone is refused" "$CODE $BODY" \
  "4.00 record 0 (position): position of van-1 has lat but no lon: send all in one pack for one time"
pack /t/van-1 "[$(record position lat 95),$(record position lon 4)]"
is "and one that is nowhere" "$CODE $BODY" "4.00 record 0 (position): position: lat cannot be 95, it is degrees from -90 to 90"
coap PUT /t/van-1/position -t 0 -e "here"
is "and a text that is none" "$CODE $BODY" '4.00 position is a location like 52.1,4.3 or 52.1,4.3,12, not "here"'
is "nothing of that was kept" "$(value van-1 position)" '{"lat":53.5,"lon":4.5,"alt":12}'

coap GET /t/van-1/desired -A 110
is "the device reads where to go" "$(jq -c '[.[] | [.n, .u, .v]]' <<<"$BODY")" '[["target","lat",52],["target","lon",4]]'
ok "an operator says it as text" ctl set van-1 target=50.5,4.25,3
coap GET /t/van-1/desired -A 110
is "with an altitude" "$(jq -c '[.[] | [.u, .v]]' <<<"$BODY")" '[["lat",50.5],["lon",4.25],["m",3]]'
http PATCH /api/v1/twins/van-1/desired -H content-type:application/merge-patch+json -d '{"target":{"lat":1,"lon":200}}'
is "a wish that is nowhere is refused" "$CODE $(jq -r .detail <<<"$BODY")" \
  "400 desired target: lon cannot be 200, it is degrees from -180 to 180"
http PATCH /api/v1/twins/van-1/desired -H content-type:application/merge-patch+json -d '{"target":{"lat":1}}'
like "and one without lon" "$(jq -r .detail <<<"$BODY")" "'target' must be a location, like"
pack /t/van-1 "[$(record target lat 50.5),$(record target lon 4.25),$(record target m 3)]"
coap GET /t/van-1/desired -A 110
is "a device that is there has nothing to do" "$CODE $BODY" "2.05 []"

ctl command van-1 drive to=52.5,4.5,9 seats=2 >/dev/null
coap GET /t/van-1/desired -A 110
is "the device reads a command's location" "$(jq -c '[.[] | [.n, .u, .v // .vb]]' <<<"$BODY")" \
  '[["commands/1/drive",null,true],["commands/1/drive/seats",null,2],["commands/1/drive/to","lat",52.5],["commands/1/drive/to","lon",4.5],["commands/1/drive/to","m",9]]'
http POST /api/v1/twins/van-1/commands/drive -d '{"to":{"lat":95,"lon":4}}'
is "one that is nowhere is refused" "$CODE $(jq -r .detail <<<"$BODY")" "400 command drive: to: lat cannot be 95, it is degrees from -90 to 90"

like "twinctl get shows it" "$(ctl -o csv get van-1)" 'telemetry,position,"53.5,4.5,12"'
like "and ls" "$(ctl -o csv ls --model van --fields position)" '"53.5,4.5,12"'
like "twinctl watch too" "$(ctl -o json watch van-1 --fields position --count 1)" '"value":\{"lat":53.5,"lon":4.5,"alt":12\}'
like "the model's type is told" "$(api GET /models)" '"position":\{"unit":"","type":"location"'
is "history has its places" "$(api GET "/twins/van-1/history?fields=position" | jq -c ".fields.position.value | length > 0")" true
http PUT /api/v1/twins/van-3 -H content-type:application/json -d '{"model":"van","parameters":{"home":{"lat":10,"lon":20}}}'
is "a parameter takes one" "$CODE $(api GET /twins/van-3 | jq -c .parameters.home.value)" '201 {"lat":10,"lon":20}'
printf 'id,parameter.home\nvan-4,"11,21,5"\nvan-5,nowhere\n' >"$WORK/fleet.csv"
ctl import "$WORK/fleet.csv" --model van >"$WORK/import" 2>&1
is "so does an import" "$(api GET /twins/van-4 | jq -c .parameters.home.value)" '{"lat":11,"lon":21,"alt":5}'
like "which tells what is none" "$(cat "$WORK/import")" "'home' must be a location"

launch "$BUILD/twinctl" --url "http://$HTTP" record van-4 --for 1s --out "$WORK/trip.ndjson" >"$WORK/said" 2>&1
east=0
until ended "$LAUNCHED"; do coap PUT /t/van-4/position -t 0 -e "11,$((++east)),7"; done
reap "$LAUNCHED"
is "a recording has them" "$(jq -c '.values.position | [.lat, .alt]' "$WORK/trip.ndjson" | sort -u)" '[11,7]'

before=$(state_hash)
kill_twind
start_twind
is "a restart after kill -9 keeps all of it" "$(state_hash)" "$before"
is "also the place" "$(value van-1 position)" '{"lat":53.5,"lon":4.5,"alt":12}'
stop_twind
ok "recovery with and without checkpoints agrees" "$BUILD/twind" --verify --data "$DATA" --models "$MODELS" --scripts "$SCRIPTS"
finish
