#!/usr/bin/env bash
# What is wrong in a file never takes down a running twind; at its start it is named, or the last good version serves.
. "$(dirname "$0")/lib.sh"
MODELS=$WORK/models SCRIPTS=$WORK/scripts
cp -R tests/e2e/models tests/e2e/scripts "$WORK"
behavior=$SCRIPTS/behavior/meter.lua
write_behavior() { # FACTOR
  printf '%s\n' 'local function on_count(meter, value)' "  meter.derived.twice = $1 * value" 'end' '' \
    'return { on = { count = on_count } }' >"$WORK/new.lua"
  mv "$WORK/new.lua" "$behavior" # at once, as editors do
}
version() { api GET /info | jq -r .version; }
is_another_version() { [[ $(version) != "$1" ]]; }
made() { # COUNT: what came of it, or why nothing did
  coap PUT /t/m-1/count -t 0 -e "$1"
  [[ $CODE == 2.04 ]] || echo "answered $CODE: $BODY"
  api GET /twins/m-1 | jq -r '.failure.text // .derived.twice.value'
}
hear() { node tests/e2e/news.mjs "$HTTP"; } # what a new session is told of versions
logged() { grep -aq -- "$1" "$WORK/twind.log"; }

start_twind --dev
write_behavior 2
wait_for 5 logged reload
before=$(version)
write_behavior 3
ok "a changed script is taken" wait_for 10 is_another_version "$before"
is "and runs" "$(made 10)" 30

# A save is live within 250 ms; a burst of saves, and a temporary file that takes the name, are one version
before=$(version)
saved=${EPOCHREALTIME/./}
write_behavior 5
wait_for 5 is_another_version "$before"
took=$(((${EPOCHREALTIME/./} - saved) / 1000))
ok "a save is live within 250 ms ($took)" test "$took" -le 250
loaded=$(metric 'twind_reloads_total{result="loaded"}')
before=$(version)
for factor in 6 7 8 9; do write_behavior "$factor"; done
wait_for 5 is_another_version "$before"
is "the last of a burst runs" "$(made 10)" 90
is "and a burst of saves is one version" "$(metric 'twind_reloads_total{result="loaded"}')" $((loaded + 1))
before=$(version)
mv "$SCRIPTS/behavior" "$SCRIPTS/gone"
wait_for 5 is_another_version "$before"
before=$(version)
mkdir "$SCRIPTS/behavior"
write_behavior 3
ok "a folder that appears later is seen" wait_for 5 is_another_version "$before"
is "and what is in it runs" "$(made 10)" 30

good=$(version)
printf 'local function on_count(meter, value\nreturn {}\n' >"$behavior"
ok "a script that does not compile is named with file and line" wait_for 10 logged 'behavior/meter.lua:[12]:'
is "the good one goes on" "$(made 11)" 33
is "under its version" "$(version)" "$good"
printf 'return { on = { count = 7 } }\n' >"$behavior"
ok "a handler that is no function is named" wait_for 10 logged 'behavior/meter.lua.*count'
printf 'return { on = {\n  cuont = function() end } }\n' >"$behavior"
ok "a handler of no field is named with its line, and with what was meant" \
  wait_for 10 logged 'behavior/meter.lua:2: .*cuont.*count'
ok "and shown in a block with a caret" grep -A1 '^  2 |   cuont' "$WORK/twind.log"
is "a session hears of it with file and line" "$(hear)" 'refused scripts/behavior/meter.lua 2'
printf 'while true do end\n' >"$behavior"
ok "a script that never ends is stopped while it is loaded" wait_for 10 logged 'behavior/meter.lua.*\(time\|deadline\|CPU\|long\)'
is "all the while the good one goes on" "$(made 12)" 36
cp "$MODELS/meter.lua" "$WORK/meter.keep"
printf 'return { model = "meter", level = "asset", match = "m*", telemetrie = {} }\n' >"$MODELS/meter.lua"
ok "a model with a wrong key is named, with what was meant" wait_for 10 logged 'models/meter.lua.*telemetrie.*telemetry'
cp "$WORK/meter.keep" "$MODELS/meter.lua"

write_behavior 4
ok "a mended one is taken" wait_for 10 is_another_version "$good"
is "and runs" "$(made 13)" 52

# A behaviour that fails while it runs drops its own part alone
printf '%s\n' 'return { on = { count = function(meter, value) meter.derived.twice = 1; error("no more") end } }' >"$behavior"
good=$(version)
wait_for 10 is_another_version "$good"
coap PUT /t/m-1/count -t 0 -e 14
is "telemetry is kept when the behaviour fails" "$CODE $(value m-1 count)" '2.04 14'
is "what the behaviour did is dropped whole" "$(api GET /twins/m-1 | jq .derived.twice.value)" 52
ok "and why is logged, with file and line" wait_for 5 logged 'behavior/meter.lua:1: no more'
printf '%s\n' 'return { on = { count = function() while true do end end } }' >"$behavior"
good=$(version)
wait_for 10 is_another_version "$good"
coap PUT /t/m-1/count -t 0 -e 15
is "telemetry is kept when the behaviour never ends" "$CODE $(value m-1 count)" '2.04 15'
write_behavior 5
good=$(version)
wait_for 10 is_another_version "$good"
is "a mended one serves every twin again" "$(made 16)" 80
good=$(version)
ok "stops cleanly" stop_twind

# At the start
echo 'return {' >"$behavior"
start_twind
is "with a good version stored, twind starts on it" "$(version)" "$good"
is "and runs it" "$(made 17)" 85
ok "and says what is wrong" logged 'behavior/meter.lua'
stop_twind
DATA=$WORK/empty
if try_twind; then
  fail "without one, it does not start" "$READY"
  stop_twind
else
  is "without one, it ends with 2" "$STATUS" 2
  like "in one sentence with file and line" "$(tail -n 1 "$WORK/twind.log")" 'behavior/meter\.lua:[0-9]+:'
fi
write_behavior 2
try_twind --coap nonsense && { fail "a bad setting" "$READY" && stop_twind; } || is "a bad setting ends with 2" "$STATUS" 2
try_twind --no-such-flag && { fail "a bad flag" "$READY" && stop_twind; } || is "a flag it does not know ends with 2" "$STATUS" 2
finish
