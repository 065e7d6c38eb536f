#!/usr/bin/env bash
# Data quality from outside: a spike is bad and answered all the same, a stuck value is uncertain, a silent sensor goes
# stale without any traffic, and a restart changes none of it.
. "$(dirname "$0")/lib.sh"
MODELS=tests/e2e/quality/models SCRIPTS=tests/e2e/quality/scripts

put() { coap PUT "/t/probe-1/$1" -t 0 -e "$2"; }
quality() { api GET /twins/probe-1 | jq -r ".telemetry.$1.quality"; }
has_quality() { [[ $(quality "$1") == "$2" ]]; }
derived() { api GET /twins/probe-1 | jq -c ".derived.$1.value"; }
pack() { coap POST /t/probe-1 -t 110 -e "$1"; }

start_twind

for value in 20 21 20.5; do put temperature "$value"; done
is "a calm value is good" "$(quality temperature)" good
put temperature 55
is "a spike is answered 2.04" "$CODE" 2.04
is "and shown as bad" "$(value probe-1 temperature) $(quality temperature)" "55 bad"
is "and reaches on.bad" "$(derived spikes)" 1
coap GET /t/probe-1/temperature
is "a GET is answered as ever" "$CODE" 2.05
put temperature 22
is "what comes after it is good" "$(value probe-1 temperature) $(quality temperature)" "22 good"

now=$EPOCHSECONDS # the times of the samples are the test's own, so nobody waits
pack "[{\"bn\":\"\",\"bt\":$now,\"n\":\"humidity\",\"t\":-9,\"v\":40},{\"n\":\"humidity\",\"t\":-8,\"v\":40}]"
is "a value that stands still a second is good" "$CODE $(quality humidity)" "2.04 good"
pack "[{\"n\":\"humidity\",\"t\":$((now - 7)),\"v\":40}]"
is "after its time it is uncertain" "$(quality humidity)" uncertain
pack "[{\"n\":\"humidity\",\"t\":$((now - 6)),\"v\":40.5}]"
is "until it moves" "$(quality humidity)" good

for litres in 1000 3500 200; do put litres "$litres"; done
is "a counter that begins anew has a total, in its own unit" "$(derived volume)" 2.7

put level 3
is "a level that was heard is good" "$(quality level)" good
ok "it goes stale without traffic" wait_for 10 has_quality level stale
is "its value is still there" "$(value probe-1 level)" 3
is "on.stale ran once" "$(derived silences)" 1
put level 4
is "a new sample ends it" "$(quality level)" good

put temperature 57
before=$(api GET /twins/probe-1 | jq -c '[.telemetry.temperature.quality, .telemetry.humidity.quality, .derived.volume.value]')
kill_twind
start_twind
is "a restart after kill -9 changes none of it" \
  "$(api GET /twins/probe-1 | jq -c '[.telemetry.temperature.quality, .telemetry.humidity.quality, .derived.volume.value]')" "$before"
ok "a silence that nobody watched is told at start" wait_for 10 has_quality level stale
put temperature 23
is "and the sensor knows what it knew" "$(quality temperature)" good
stop_twind
ok "recovery with and without checkpoints agrees" "$BUILD/twind" --verify --data "$DATA" --models "$MODELS" --scripts "$SCRIPTS"
finish
