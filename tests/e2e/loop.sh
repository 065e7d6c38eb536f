#!/usr/bin/env bash
# The loop is closed: what is desired reaches a simulated pump, the pump follows, and reports it.
. "$(dirname "$0")/lib.sh"
start_twind
launch "$BUILD/twinsim" --model pump --count 3 --rate 5 --seed 7 --coap "coap://$COAP" --quiet >"$WORK/twinsim.log" 2>&1
SIM=$LAUNCHED
fleet() { [[ $(api GET '/twins?model=pump' | jq '.twins|length') -eq 3 ]]; }
ok "three pumps come to be by what they send" wait_for 10 fleet
pump=$(api GET '/twins?model=pump' | jq -r '.twins[0].id')
reported() { api GET "/twins/$pump" | jq .properties.speed.reported; }
reports() { [[ $(reported) == "$1" ]]; }
reports_something() { [[ $(reported) != null ]]; }
wait_for 10 reports_something || fail "the pump reports its speed" "$(api GET "/twins/$pump")"

ctl set "$pump" speed=1200 >"$WORK/set" || fail "twinctl set" "$(cat "$WORK/set")"
ok "the pump follows what twinctl set" wait_for 15 reports 1200
coap GET "/t/$pump/desired"
like "then nothing is left to do" "$CODE $BODY" '^2\.05 \[?\]?$|^2\.05 \[\]$'
ctl set "$pump" speed=900 >/dev/null
ok "and again" wait_for 15 reports 900

# One that was away finds what it should do when it is back
kill -TERM "$SIM" && reap "$SIM"
ctl set "$pump" speed=1000 >/dev/null
is "while it is away nothing is reported" "$(reported)" 900
coap GET "/t/$pump/desired"
like "what it should do waits for it" "$BODY" 'speed.*1000'
launch "$BUILD/twinsim" --model pump --count 3 --rate 5 --seed 7 --coap "coap://$COAP" --quiet >"$WORK/twinsim.log" 2>&1
ok "back again it follows" wait_for 15 reports 1000
stop_twind
finish
