#!/usr/bin/env bash
# A model that lets its set-points be moved by themselves: within limits and rates, what surely gains, each decision told and audited;
# stopped by who desires otherwise, by an operator, over a restart too; and mistakes in what is declared.
. "$(dirname "$0")/lib.sh"
mkdir -p "$WORK/own" && cp -R models scripts "$WORK/own"
MODELS=$WORK/own/models SCRIPTS=$WORK/own/scripts
declare_line() { # AUTONOMOUS: models/line.lua with that
  awk -v text="$1" '/^  events = / { print "  autonomous = " text "," } { print }' models/line.lua >"$MODELS/line.lua"
}
declare_line '{ every = "2s", over = "6s", step = "500ms", minimise = "power", vary = { ["part_of.speed"] = { 500, 1450, rate = 150 } }, keep = { ["part_of.level"] = { low = 0.5 } } }'
start_twind
launch "$BUILD/twinsim" --plant line --count 1 --seed 5 --coap "$COAP" --http "$HTTP" --quiet >"$WORK/twinsim.log" 2>&1
SIM=$LAUNCHED
own() { api GET /twins/line-1 | jq -c ".attributes.autonomous.$1"; }
decided() { [[ $(own decision) =~ $1 ]]; }
speed() { api GET "/twins/$1" | jq '.properties.speed.desired'; }
audit() { api GET '/audit?limit=100' | jq -c "[.entries[] | select(.actor.name == \"autonomous\")] | $1"; }
ok "what surely gains is accepted" wait_for 60 decided '^"accepted: [0-9.]+ less of [0-9.]+, surely [0-9.]+"$'
for pump in pump-1 pump-2; do first[${pump#*-}]=$(speed $pump); done
is "both pumps are slower, by no more than the rate" "$(jq -n "[${first[1]}, ${first[2]}] | map(. >= 1300 and . < 1450) | all")" true
like "each change of theirs is audited in its name" "$(audit 'map(.twin) | unique')" '"line-1","pump-1","pump-2"'
like "with what was and is desired" "$(audit 'map(select(.twin == "pump-1")) | last.changes')" '"field":"speed","kind":"desired","value":1[0-9.]+,"was":null'
is "it says what it has set" "$(own 'set["pump-1/speed"]')" "${first[1]}"
judged() { audit 'map(.changes[] | select(.change == "attributes") | .value.autonomous.decision // empty)' | grep -q 'came: promised\|did not come: promised'; }
ok "it looks what came of it" wait_for 30 judged
is "and what twinctl tells of a promise is of this one" "$(ctl -o json optimise line-1 --result | jq 'has("came")')" true

# ---- somebody desires otherwise
ctl set pump-2 speed=1444 >/dev/null
ok "somebody who desires otherwise stops it" wait_for 30 decided '^"stopped: somebody desires otherwise: .*pump-2'
is "it says so" "$(own state)" '"stopped"'
stop_twind
start_twind
sleep 4
is "a restart changes nothing of that" "$(speed pump-2) $(own state)" '1444 "stopped"'
kill -TERM "$SIM" && reap "$SIM" # it knows the port of before
launch "$BUILD/twinsim" --plant line --count 1 --seed 5 --coap "$COAP" --http "$HTTP" --quiet >"$WORK/twinsim.log" 2>&1
"$BUILD/twinctl" --url "http://$HTTP" optimise line-1 --go >/dev/null
ok "told to go on, it does" wait_for 60 decided '^"(accepted|left)'
"$BUILD/twinctl" --url "http://$HTTP" optimise line-1 --stop >/dev/null
before=$(speed pump-1)
sleep 5
is "told to stop, it stops" "$(speed pump-1) $(own decision)" "$before \"stopped: by an operator\""
like "decisions are counted" "$(metric 'twind_autonomous_decisions_total{decision="accepted"}')" '^[0-9]+$'

# ---- mistakes
says() { # NAME AUTONOMOUS REGEX
  declare_line "$2"
  like "$1" "$("$BUILD/twinctl" check "$WORK/own" 2>&1)" "$3"
}
says "no time" '{ vary = { ["part_of.speed"] = { 1, 2 } }, minimise = "power" }' 'models/line.lua:[0-9]+: autonomous: every is missing'
says "nothing to move" '{ every = "1m", minimise = "power" }' 'autonomous: vary is missing'
says "no cost" '{ every = "1m", vary = { ["part_of.speed"] = { 1, 2 } } }' 'autonomous: minimise is missing'
says "a reversed range" '{ every = "1m", vary = { ["part_of.speed"] = { 2, 1 } }, minimise = "power" }' 'autonomous.vary.part_of.speed: 1 is not above 2'
says "a value that nobody has" '{ every = "1m", vary = { ["part_of.sped"] = { 1, 2 } }, minimise = "power" }' 'has a "sped"'
finish
