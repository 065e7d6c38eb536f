#!/usr/bin/env bash
# What happens, as Server-Sent Events: what a person would hear of and no samples, by twin and kind, from where somebody left,
# told once it is on disk; a slow reader slows nobody, and many cost little.
. "$(dirname "$0")/lib.sh"
start_twind
listen() { # NAME PATH [CURL OPTION ...]
  launch curl -sN "${@:3}" "http://$HTTP/api/v1/events$2" >"$WORK/$1" 2>/dev/null
}
has() { grep -q "$2" "$WORK/$1"; } # NAME PATTERN
listen all ''
ALL=$LAUNCHED
listen pumps '?twin=pump-2*&kind=alarm'
ok "it begins at once" wait_for 5 has all '^retry: '
wait_for 5 has pumps '^retry: '
api PUT /twins/pump-1 -d '{"model":"pump"}' >/dev/null
coap POST /t/pump-1 -t 110 -e '[{"n":"vibration","u":"mm/s","v":2},{"n":"speed","v":1450}]'
ctl set pump-1 speed=1300 >/dev/null
for pump in pump-1 pump-2; do coap POST /t/$pump -t 110 -e '[{"n":"vibration","u":"mm/s","v":9}]'; done
ctl command pump-1 flush seconds=10 >/dev/null
ok "a new twin" wait_for 5 has all '^data: {.*"twin":"pump-1","model":"pump"}'
ok "what is desired of it" wait_for 5 has all '^data: {.*"field":"speed","value":1300}'
ok "a command" wait_for 5 has all '^data: {.*"command":"flush","id":1,"state":"queued"}'
ok "an alarm, when its delay is over" wait_for 10 has all '^data: {.*"twin":"pump-2",.*"alarm":"high_vibration","severity":"critical","active":true,"acked":false,"muted":false}'
ctl ack pump-1 high_vibration >/dev/null
ok "that somebody has seen it" wait_for 5 has all '"alarm":"high_vibration","severity":"critical","active":true,"acked":true'
ok "whoever wants one kind of some twins hears of that" wait_for 5 has pumps '"twin":"pump-2"'
is "and of nothing else" "$(grep -c '^event: ' "$WORK/pumps")$(grep '^event: ' "$WORK/pumps" | sort -u)" "1event: alarm"
is "no samples are told" "$(grep -c '"vibration"' "$WORK/all")" 0
is "each with its revision, in order" "$(grep '^id: ' "$WORK/all" | cut -c5- | sort -n -c && echo sorted)" sorted
ok "a version" test "$(cp -R models scripts "$WORK/"; echo '-- another' >>"$WORK/models/pump.lua"; ctl deploy "$WORK" --skip-tests >/dev/null; wait_for 10 has all '^event: version' && echo yes)" = yes

# ---- from where somebody left
kill -TERM "$ALL" && reap "$ALL"
first=$(grep '^id: ' "$WORK/all" | head -n 1 | cut -c5-)
ctl set pump-1 speed=1200 >/dev/null
listen again '' -H "Last-Event-ID: $first"
ok "who comes back goes on from there" wait_for 5 has again '"field":"speed","value":1200'
is "without a hole, and nothing twice" "$(grep -c '"value":1300' "$WORK/again") $(grep -c "^id: $first$" "$WORK/again")" "1 0"
listen since "?since=$first&kind=desired"
ok "a program says it in the address" wait_for 5 has since '"value":1200'
http GET '/api/v1/events?since=yesterday'
like "a since that is none" "$CODE $BODY" "^400.*since and Last-Event-ID are a revision's number, not 'yesterday'"
is "with no gap" "$(grep -c '^event: gap' "$WORK/again")" 0
stop_twind
start_twind
listen later "?since=$first"
ok "of another process, what may be missing is said" wait_for 5 has later '^event: gap'
listen again ''
wait_for 5 has again '^retry: '

# ---- a reader that stands still
before=$(grep VmRSS /proc/$TWIND/status | tr -dc 0-9)
for i in {1..50}; do listen "slow$i" '' --limit-rate 1; kill -STOP "$LAUNCHED"; done
for i in {1..3000}; do echo "{\"id\":\"pump-x$i\",\"model\":\"pump\"}"; done >"$WORK/fleet.ndjson"
ctl import "$WORK/fleet.ndjson" >/dev/null
ok "those who read are told all" wait_for 20 has again '"twin":"pump-x3000"'
is "with none left out" "$(grep -c '"twin":"pump-x[0-9]*","model":"pump"}' "$WORK/again")" 3000
after=$(grep VmRSS /proc/$TWIND/status | tr -dc 0-9)
ok "fifty that stand still cost little: $((after - before)) kB with 3,000 twins" test $((after - before)) -lt 20000
finish
