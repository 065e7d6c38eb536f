#!/usr/bin/env bash
# What was there before a deploy is there after it: state, a timer, an Observe, a WebSocket and its subscription.
. "$(dirname "$0")/lib.sh"
SOURCE=$WORK/source MODELS=$WORK/source/models SCRIPTS=$WORK/source/scripts
mkdir "$SOURCE"
cp -R tests/e2e/models tests/e2e/scripts "$SOURCE"
write_behavior() { # FACTOR: `twice` is it times the number of counts, `seen`; a timer makes it negative
  cat >"$SCRIPTS/behavior/meter.lua" <<END
local function on_count(meter, value)
  meter.state.seen = (meter.state.seen or 0) + 1
  meter.derived.twice = $1 * meter.state.seen
  if value == 1 then meter:after("later", "5s") end
end
local function later(meter) meter.derived.twice = -$1 * meter.state.seen end
return { on = { count = on_count, ["timer.later"] = later } }
END
}
count() { coap PUT /t/m-1/count -t 0 -e "$1"; }
twice() { api GET /twins/m-1 | jq .derived.twice.value; }
is_twice() { [[ $(twice) == "$1" ]]; }
# The observer's answers: `v:1 t:NON c:2.05 i:86e2 {01} [ Observe:12, ... ]`
notices() { grep -a '^v:1 .* c:2.05 .*Observe:' "$WORK/observer.out"; }
numbers() { notices | sed -E 's/.*Observe:([0-9]+).*/\1/'; }
has_notices() { [[ $(notices | wc -l) -ge $1 ]]; }
has_row() { grep -qx -- "$1" "$WORK/rows.out"; }

write_behavior 10
start_twind
count 7
launch "$COAP_CLIENT" -v 6 -w -s 60 -m get "coap://$COAP/t/m-1/count" >"$WORK/observer.out" 2>&1
observer=$LAUNCHED
launch node tests/e2e/rows.mjs "$HTTP" m-1 twice >"$WORK/rows.out" 2>&1
socket=$LAUNCHED
ok "the observer is told what there is" wait_for 5 has_notices 1
ok "the subscription too" wait_for 5 has_row 10
count 1 # sets the timer
ok "both hear of a count before the deploy" wait_for 5 has_notices 2
ok "and of what came of it" wait_for 5 has_row 20

write_behavior 100
ctl deploy "$SOURCE" >"$WORK/deploy.out" 2>&1
is "the deploy is good" "$?" 0
is "the timer has not run yet" "$(twice)" 20
told=$(notices | wc -l)
ok "the socket hears of the new version" wait_for 5 has_row 'version promoted'
ok "the timer runs after it, on the new version and on the state of the old one" wait_for 10 is_twice -200
ok "and the subscription has its row" wait_for 5 has_row -200
count 9
is "a count goes on where the state was" "$(twice)" 300
ok "the subscription hears of it" wait_for 5 has_row 300
ok "and the observer" wait_for 5 has_notices $((told + 1))

write_behavior 1000
ctl deploy "$SOURCE" >"$WORK/deploy.out" 2>&1
count 11
ok "and so after another deploy" wait_for 5 has_row 4000
ok "and for the observer" wait_for 5 has_notices $((told + 2))
ctl rollback >/dev/null
count 13
ok "and after a rollback" wait_for 5 has_row 500
ok "and for the observer after it" wait_for 5 has_notices $((told + 3))

is "the observer's numbers only rise" "$(numbers | sort -n -u)" "$(numbers)"
is "it is one observation: one token" "$(notices | grep -oE '\{[0-9a-f]*\}' | sort -u | wc -l)" 1
is "it was asked for once" "$(grep -ac 'c:GET' "$WORK/observer.out")" 1
ok "the observer runs" kill -0 "$observer"
ok "the socket is the first one" kill -0 "$socket"
is "and was never closed" "$(grep -c closed "$WORK/rows.out")" 0
is "nor begun anew: the first value came once" "$(grep -cx 10 "$WORK/rows.out")" 1
kill "$observer" "$socket"
ok "stops cleanly" stop_twind
finish
