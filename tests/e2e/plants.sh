#!/usr/bin/env bash
# A plant of each trade in one twind: its twins come, nothing is refused, its figures move, and it does what it is told.
. "$(dirname "$0")/lib.sh"
KINDS=(line bottling hvac wind vehicles ward)
RATE=5 # samples a second
declare -A SIMULATOR=()
derived() { api GET "/twins/$1" | jq -r ".derived.$2.value"; }   # TWIN FIELD
alarm() { api GET "/twins/$1" | jq -r ".alarms.$2.active"; }     # TWIN ALARM
is_alarm() { [[ $(alarm "$1" "$2") == "$3" ]]; }                 # TWIN ALARM true|false
reported() { api GET "/twins/$1" | jq -r ".properties.$2.reported"; }
is_reported() { [[ $(reported "$1" "$2") == "$3" ]]; }           # TWIN PROPERTY VALUE
desire() { http PATCH "/api/v1/twins/$1/desired" -H 'content-type: application/merge-patch+json' -d "$2"; } # TWIN BODY
command_state() { api GET "/twins/$1" | jq -r "[.commands[] | select(.name == \"$2\")][-1] | \"\(.state) \(.result)\""; }
is_command() { [[ $(command_state "$1" "$2") == "$3" ]]; }       # TWIN COMMAND "STATE RESULT"
holds() { [[ $(api GET "/twins/$1" | jq "$2") == true ]]; }      # TWIN JQ
has_twins() { [[ $(api GET "/twins?limit=1000" | jq ".twins | length") == "$1" ]]; }
simulate() { # KIND [OPTION ...]
  local kind=$1
  shift
  launch "$BUILD/twinsim" --plant "$kind" --rate "$RATE" --quiet --coap "coap://$COAP" --http "$HTTP" --report "$WORK/$kind.json" "$@" \
    >"$WORK/$kind.log" 2>&1
  SIMULATOR[$kind]=$LAUNCHED
}

start_twind
simulate line
simulate bottling --failing filler-1
simulate hvac
simulate wind --failing turbine-1
simulate vehicles --failing vehicle-1:battery --format cbor
simulate ward
ok "every twin of six plants is there" wait_for 10 has_twins 32

# Manufacturing
ok "a process knows its rate" wait_for 5 holds bottling-1 '.derived.throughput.value > 100'
is "its machines know that they are part of it" "$(api GET /twins/filler-1 | jq -r '.relationships.part_of[0]')" bottling-1
ok "a jam is cleared by a command that the twin gave" wait_for 5 is_command filler-1 clear_jam "done cleared"
ok "and its alarm with it" wait_for 5 is_alarm filler-1 jammed false
ok "machines count in totals" wait_for 5 holds packer-1 '.derived.produced.value > 5 and .derived.running_hours.value > 0'
desire packer-1 '{"set_rate":0}'
ok "a packer that is stopped holds the process up" wait_for 5 holds bottling-1 '.derived.throughput.value == 0'

# Smart city
ok "an air station has an index" wait_for 5 holds air-1 '.derived.index.value > 0 and (.derived.air.value | test("good|fair|poor"))'
desire zone-1 '{"damper":80,"setpoint":24}'
ok "a zone opens its damper" wait_for 5 is_reported zone-1 damper 80
ok "and heats" wait_for 5 holds zone-1 '.telemetry.power.value > 4000 and .derived.discomfort.value > 2'
is "it says where it stands" "$(api GET /twins/air-1 | jq -c '.properties.place.reported | [.lat, .lon | floor]')" '[45,9]'

# Energy
ok "a farm adds up its turbines" wait_for 5 holds farm-1 '.derived.turbines.value == 4 and .derived.power.value > 500'
ok "an iced turbine is below its curve" wait_for 5 holds turbine-1 '.derived.missing.value > 25'
ok "a clean one is not" holds turbine-2 '.derived.missing.value < 5'
for n in 1 2 3 4; do desire "turbine-$n" '{"power_limit":100}'; done
ok "a limited farm gives no more than it may" wait_for 5 holds farm-1 '.derived.power.value <= 400'
http POST /api/v1/twins/turbine-2/commands/start -H 'content-type: application/json' -d '{}'
ok "a turbine is started" wait_for 5 is_command turbine-2 start "done released"

# Automotive
ok "a battery came with its vehicle and tells it that it is low" wait_for 5 is_alarm vehicle-1 drive_home true
ok "so it goes slower" wait_for 5 is_reported vehicle-1 speed_limit 60
ok "its way and what is left of it are known" holds vehicle-1 '.telemetry.odometer.value > 0 and .derived.range_left.value > 10'
latitude() { value "$1" position | jq .lat; }
has_moved() { [[ $(latitude vehicle-1) != "$1" ]]; } # LATITUDE
ok "it says where it is" holds vehicle-1 '.telemetry.position.value | .lat > 47 and .lat < 49 and .lon > 10 and .lon < 13'
ok "and moves" wait_for 5 has_moved "$(latitude vehicle-1)"
ok "in the area around its depot" holds vehicle-1 '.derived.from_depot.value > 0 and .derived.from_depot.value < 20'
http PUT /api/v1/twins/vehicle-1 -H 'content-type: application/json' -d '{"parameters":{"depot":"53.55,9.99"}}'
ok "of another depot it is far away" wait_for 5 is_alarm vehicle-1 out_of_area true

# Healthcare
coap POST /t/monitor-99 -t 110 -e '[{"n":"heart_rate","v":60}]'
is "no monitor comes of a typing mistake" "$CODE" 4.04
http POST /api/v1/twins/monitor-2/commands/measure_pressure -H 'content-type: application/json' -d '{}'
ok "a monitor has begun to measure" wait_for 5 holds monitor-2 '.commands[-1].state == "sent"'
ok "signs come in" holds monitor-2 '.telemetry.heart_rate.value > 40 and .telemetry.spo2.value > 90'

for kind in "${KINDS[@]}"; do
  kill -TERM "${SIMULATOR[$kind]}"
  reap "${SIMULATOR[$kind]}"
  refused=$(jq '.sent - .accepted + .partly_refused + .malformed + .given_up' "$WORK/$kind.json")
  is "nothing that $kind sent was refused" "$refused" 0
done
failures=$(api GET "/twins?limit=1000" | jq -r ".twins[].id" | while read -r id; do api GET "/twins/$id" | jq -c '.failure // empty'; done)
is "no behaviour failed" "$failures" ""
ok "a clean stop ends with 0" stop_twind
ok "twind --verify finds both recoveries equal" "$BUILD/twind" --verify --data "$DATA"
finish
