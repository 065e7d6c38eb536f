#!/usr/bin/env bash
# One twin whose behaviour fails rests alone: its samples go on, the others do not notice, and what failed can be run again.
. "$(dirname "$0")/lib.sh"
MODELS=$WORK/models SCRIPTS=$WORK/scripts
cp -R tests/e2e/models tests/e2e/scripts "$WORK"
behavior=$SCRIPTS/behavior/meter.lua
write_behavior() { # STATEMENT for m-2
  printf '%s\n' 'local function on_count(meter, value)' "  if meter.id == 'm-2' then $1 end" '  meter.derived.twice = 2 * value' 'end' '' \
    'return { on = { count = on_count } }' >"$behavior"
}
version() { api GET /info | jq -r .version; }
is_another_version() { [[ $(version) != "$1" ]]; }
send() { coap PUT "/t/$1/count" -t 0 -e "$2"; } # TWIN COUNT
twice() { api GET "/twins/$1" | jq .derived.twice.value; }
failure() { api GET /twins/m-2 | jq -r ".failure.$1"; }

write_behavior 'while true do end'
start_twind
send m-1 1 && send m-2 1
is "a twin that never ends is answered" "$CODE" 2.04
send m-1 2
is "after that it rests" "$(failure failures)" 1
like "until a time that is told" "$(failure quarantined_until)" '^20..-.*Z$'
like "and why is told" "$(failure text)" 'behavior/meter.lua:2: stopped: it ran for more than 2 ms'
is "the other twin goes on" "$(twice m-1)" 4
kills=$(metric 'twind_script_calls_total{result="killed"}')
send m-2 4
is "its samples go on" "$CODE $(value m-2 count)" '2.04 4'
is "and Lua is not entered for it" "$(metric 'twind_script_calls_total{result="killed"}')" "$kills"

out=$(ctl retry m-2)
is "what failed fails again when it is run again" "$? $(jq -r .ok <<<"$out")" '1 false'
like "with the sentence" "$(jq -r .why <<<"$out")" 'meter.lua:2: stopped'
kill_twind
start_twind
is "it rests after a kill -9 too" "$(failure failures)" 2
out=$(ctl retry m-1 2>&1)
is "what did not fail is not run again" "$?" 3
like "and the answer says so" "$out" 'no input of m-1 has failed'

before=$(version)
write_behavior 'meter.derived.twice = 0'
kill -HUP "$TWIND"
wait_for 10 is_another_version "$before"
out=$(ctl retry m-2)
is "mended, it is run again with the input that failed" "$? $(jq -r .ok <<<"$out") $(twice m-2)" '0 true 2'
is "and all is well" "$(failure text)" null
send m-2 9
is "its behaviour serves it again" "$(twice m-2)" 18
ok "stops cleanly" stop_twind
ok "and what was recorded recovers alike" "$BUILD/twind" --verify --data "$DATA" --log error
finish
