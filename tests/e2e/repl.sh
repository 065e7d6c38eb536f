#!/usr/bin/env bash
# A Lua prompt on a copy of a twin: what lines come to and write, behaviours that run, mistakes in words; nothing live is touched.
. "$(dirname "$0")/lib.sh"
start_twind
api PUT /twins/tank-1 -d '{"model":"tank"}' >/dev/null
api PUT /twins/pump-1 -d '{"model":"pump","relationships":{"feeds":["tank-1"]}}' >/dev/null
coap POST /t/pump-1 -t 110 -e '[{"n":"temperature","u":"Cel","v":52},{"n":"vibration","u":"mm/s","v":2},{"n":"speed","v":1450}]'
coap PUT /t/tank-1/inflow -t 0 -e 400
before=$(api GET /state)
repl() { "$BUILD/twinctl" --url "http://$HTTP" repl "$@" 2>"$WORK/said"; }
told() { repl pump-1 <<<"$1"; }

is "an expression says what it comes to" "$(told 'pump.telemetry.temperature + 1, twin.id')" "53.0
pump-1"
is "a table its members" "$(told '{ 1 }')" '{ 1 = 1 }'
like "a write is shown as a difference" "$(told 'pump.derived.health = 7')" 'derived.health  100 -> 7'
is "and is there in the next line" "$(told $'pump.derived.health = 7\npump.derived.health + 1' | tail -n 1)" 8.0
is "until one begins anew" "$(told $'pump.derived.health = 7\n:begin\npump.derived.health' | tail -n 1)" 100.0
hot=$(told $':sample temperature=96\n:advance 31s')
like "its device may say something, and its behaviour runs" "$hot" 'telemetry.temperature  52 -> 96.*alarm.overheating  active.*desired.speed  nothing -> 725.*command.flush'
like "also what it does to others" "$hot" 'tank-1: alarm.inflow_short  active'
told 'pump.derived.helth = 3' >/dev/null
like "a mistake in words" "$(<"$WORK/said")" '^prompt:1: model "pump" has no "helth" in derived; did you mean "health"\?$'
told 'pump.derived.' >/dev/null
like "what is no Lua" "$(<"$WORK/said")" '^prompt:1: '
is "a line that never ends is ended, and the next one runs" "$(told $'while true do end\n2 + 3')" 5
like "which is said" "$(<"$WORK/said")" 'stopped: it ran for more than'
told ':sample temprature=3' >/dev/null
like "a field that is none" "$(<"$WORK/said")" "model pump gets no samples of 'temprature'"
told ':leave' >/dev/null
like "a word that is none" "$(<"$WORK/said")" "there is no ':leave'; :sample and :advance are"
rev=$(api GET /twins/pump-1 | jq .rev)
is "nothing live was touched" "$(api GET /state)" "$before"
coap PUT /t/pump-1/temperature -t 0 -e 60
is "at a revision of the past" "$(repl pump-1 --at "$rev" <<<'pump.telemetry.temperature')" 52.0
repl pump-9 </dev/null
is "no such twin: 1" $? 1
http POST /api/v1/twins/pump-1/repl -d '{"lines":"x"}'
like "lines that are none" "$CODE $BODY" "^400.*'lines' must be an array"
finish
