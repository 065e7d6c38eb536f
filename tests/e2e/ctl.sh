#!/usr/bin/env bash
# twinctl against a running twind: what it prints, in which form, and how it ends.
. "$(dirname "$0")/lib.sh"
MODELS="$WORK/models" SCRIPTS=tests/e2e/scripts
cp -r tests/e2e/models "$MODELS"
cat >"$MODELS/boiler.lua" <<'LUA'
-- A boiler: what has an alarm here.
return {
  model = "boiler", match = "boiler*",
  telemetry = { temperature = { unit = "Cel", range = { -20, 500 } }, burning = { type = "boolean" } },
  alarms = { hot = { severity = "critical", field = "temperature", above = 90, text = "{temperature} Cel" } },
}
LUA
ends() { # NAME STATUS REGEX-OF-STDERR COMMAND...
  local name=$1 status=$2 regex=$3 said
  shift 3
  said=$("$@" 2>&1 >/dev/null)
  is "$name ends with $status" $? "$status"
  like "and says so" "$said" "$regex"
}
start_twind
for i in 1 2 3; do coap POST "/t/m-$i" -t 110 -e "[{\"n\":\"count\",\"v\":$i},{\"n\":\"temperature\",\"v\":2$i.5},{\"n\":\"speed\",\"v\":900}]"; done
coap POST /t/m.4 -t 110 -e '[{"n":"count","v":4},{"n":"temperature","v":999},{"n":"note","vs":"a,b \"c\""}]'

is "ls is NDJSON when piped" "$(ctl ls | jq -r .id | tr '\n' ' ')" 'm-1 m-2 m-3 m.4 '
is "as a table it has a header and a row a twin" "$(ctl -o table ls | awk '{ print $1 }' | tr '\n' ' ')" 'ID m-1 m-2 m-3 m.4 '
is "as CSV with fields" "$(ctl ls -o csv --fields count,temperature --where 'count < 3' | cut -d, -f1,6,7)" $'id,count,temperature\nm-1,1,21.5\nm-2,2,22.5'
is "of a model there is none of" "$(ctl ls --model nosuch -o csv 2>/dev/null | tail -n +2)" ''
is "no more than --limit" "$(ctl ls --limit 2 | wc -l)" 2
is "get is the twin" "$(ctl get m-1 | jq -c '[.id,.telemetry.count.value]')" '["m-1",1]'
is "get of a field is that" "$(ctl get m-1.count | jq .value)" 1
is "an id may hold a dot" "$(ctl get m.4.temperature | jq -r .quality)" bad
like "a table names kind, unit and quality" "$(ctl -o table get m.4)" 'telemetry +temperature +.*Cel +bad '
like "CSV quotes" "$(ctl -o csv get m.4)" 'telemetry,note,"a,b ""c""",'

like "set says what it was" "$(ctl -o csv set m-1 speed=1200 | tail -n 1)" '^m-1,speed,900,,1200,[0-9]+$'
is "it is set" "$(api GET /twins/m-1 | jq .properties.speed.desired)" 1200
rev=$(api GET /twins/m-1 | jq .rev)
ctl set m-1 speed=1000 --dry-run | jq -e '.before == 1200 and .desired == 1000' >/dev/null && pass "a dry run shows it" || fail "a dry run shows it"
is "and changes nothing" "$(api GET /twins/m-1 | jq .rev)" "$rev"
ctl set m-1 speed=1100 --if-rev "$rev" >/dev/null
is "--if-rev of the present revision sets" "$(api GET /twins/m-1 | jq .properties.speed.desired)" 1100
ends "--if-rev of an older one" 3 'twinctl get' ctl set m-1 speed=1 --if-rev "$rev"
ends "a value out of range" 3 'speed.*try: ' ctl set m-1 speed=99999
ends "a property that is not there" 3 'try: ' ctl set m-1 sped=1
ctl set m-1 speed=null >/dev/null
is "null takes it back" "$(api GET /twins/m-1 | jq .properties.speed.desired)" null

ends "a twin that is not there" 1 'm-77.*try: twinctl ls' ctl get m-77
ends "a field that is not there" 1 "no field 'counter'.*try: twinctl get m-1" ctl get m-1.counter
ends "no twind there" 1 'try: start twind' "$BUILD/twinctl" --url http://127.0.0.1:9 ls
ends "no verb" 2 'try: twinctl help' ctl
ends "an unknown verb" 2 "no verb 'lst'" ctl lst
ends "an unknown option" 2 'no option --modle.*try: twinctl help ls' ctl ls --modle x
ends "half a setting" 2 'PROPERTY=VALUE' ctl set m-1 speed
ends "an unknown form" 2 'table, json or csv' ctl -o xml ls
"$BUILD/twinctl" help set | grep -q -- --dry-run && pass "help tells a verb's options" || fail "help tells a verb's options"

# watch
is "watch begins with what is" "$(ctl watch m-1 --fields count --count 1 | jq -c '[.twin,.field,.value,.quality]')" '["m-1","count",1,"good"]'
launch "$BUILD/twinctl" --url "http://$HTTP" watch 'm-*' --fields count,temperature --hz 50 >"$WORK/watched" 2>&1
is_watching() { [[ $(jq -rs 'map(.twin + .field) | unique | length' "$WORK/watched") -ge 6 ]]; }
ok "a glob watches all it fits" wait_for 5 is_watching
coap PUT /t/m-2/count -t 0 -e 17
sees() { tail -n +7 "$WORK/watched" | jq -e "select(.twin == \"m-2\" and .value == $1)"; }
ok "and then what changes" wait_for 5 sees 17
is "with unit and time" "$(jq -r 'select(.field == "temperature") | .unit' "$WORK/watched" | sort -u)" Cel
like "in ISO 8601" "$(jq -r '.at' "$WORK/watched" | head -n 1)" '^20[0-9-]{8}T[0-9:.]+Z$'
started=$EPOCHREALTIME
like "as a table it streams" "$(ctl -o table watch m-1 --seconds 1 --fields count)" '^AT .*QUALITY.*m-1 +count +1 '
ok "and ends after its seconds" awk "BEGIN { exit !($EPOCHREALTIME - $started < 5) }"

# hist
base=$(($(date +%s) - 7200)) # two hours ago
boil() { coap POST "/t/$1" -t 110 -e "[{\"bt\":$2,\"n\":\"temperature\",\"v\":$3},{\"n\":\"burning\",\"vb\":$4}]"; }
i=0
for degrees in 20 30 900 40 85; do boil boiler.1 $((base + 60 * i++)) "$degrees" "$([[ $degrees -lt 50 ]] && echo true || echo false)"; done
hist() { ctl hist boiler.1.temperature "$@"; }
is "hist is a point a line" "$(hist | jq -c '[.time,.value,.quality]' | tr '\n' ' ')" \
  "[$base,20,\"good\"] [$((base + 60)),30,\"good\"] [$((base + 120)),900,\"bad\"] [$((base + 180)),40,\"good\"] [$((base + 240)),85,\"good\"] "
is "reduced it has the lowest and the highest" "$(hist --points 1 | jq -c '[.value,.min,.max,.quality]')" '[215,20,900,"bad"]'
is "as CSV" "$(hist -o csv | head -n 3)" $'time,value,quality,min,max\n'"$base,20,good,,"$'\n'"$((base + 60)),30,good,,"
is "from a time in ISO 8601" "$(hist --from "$(date -u -d "@$((base + 180))" +%FT%TZ)" | jq .value | tr '\n' ' ')" '40 85 '
is "from so long ago" "$(hist --from 1h | wc -l),$(hist --from 3h | wc -l)" 0,5
is "to so long ago" "$(ctl hist m-1.count --to 1ms | wc -l),$(ctl hist m-1.count --to 1h | wc -l)" 1,0
chart=$(hist -o table)
like "as a table it is a chart with its unit" "$chart" '^boiler\.1\.temperature.*1000 Cel ┤.* 0 Cel ┤'
like "which marks the bad one" "$chart" $'│ +x\n'
like "with the times of both ends" "$chart" "$(date -u -d "@$base" +%FT%T).000Z +$(date -u -d "@$((base + 240))" +%FT%T).000Z"
is "its last line says what there is" "$(tail -n 1 <<<"$chart")" '5 samples, 1 bad (x); lowest 20, highest 900, last 85 Cel'
like "of what is reduced too" "$(hist -o table --points 2 | tail -n 1)" '^2 points of several samples each, 1 bad \(x\); lowest 20, highest 900, last about 62\.5 Cel$'
is "a boolean is a table of its changes" "$(ctl -o table hist boiler.1.burning | awk '{ print $2, $3 }' | tr '\n' ' ')" 'VALUE QUALITY true good false good true good false good '
is "without samples a table is empty" "$(hist -o table --from 1h | wc -l)" 1
ends "hist of no field" 2 'write ID.FIELD.*try: twinctl help hist' ctl hist boiler
ends "of a field that is not there" 1 "field 'steam'.*twinctl get boiler\.1 " ctl hist boiler.1.steam
ends "a chart on a full disk" 1 'output could not be written' bash -c '"$0" --url "$1" -o table hist boiler.1.temperature >/dev/full' "$BUILD/twinctl" "http://$HTTP"
ends "of a time that is none" 1 'from.*yesterday' hist --from yesterday
ends "of too many points" 1 'points.*10000' hist --points 10001

# What twind read only in part, which takes 50000 revisions of a twin: another server says so here.
launch node -e '
  const field = { unit: "", time: [1, 2], value: ["a", "b"], quality: ["good", "good"], min: [null, null], max: [null, null] };
  require("http").createServer((_, response) => response.end(JSON.stringify({ twin: "p", read_from: 1.5, fields: { mode: field } })))
    .listen(0, "127.0.0.1", function () { console.log(this.address().port); });' >"$WORK/port"
has_port() { [[ -s $WORK/port ]]; }
ok "a server is there" wait_for 10 has_port
partly() { "$BUILD/twinctl" --url "http://127.0.0.1:$(<"$WORK/port")" hist p.mode "$@" 2>&1 >/dev/null; }
is "hist says how far back it was read" "$(partly --from 2020-01-01)" \
  'twinctl: the log was read back to 1970-01-01T00:00:01.500Z; what is before: twinctl hist p.mode --from 2020-01-01 --to 1970-01-01T00:00:01.500Z'
like "and that texts are not all there" "$(partly -o table)" 'short changes may be missing.*try: a shorter span'

# alarms, ack
is "no alarm is an empty list" "$(ctl alarms)" ''
boil boiler.1 "$(date +%s)" 120 true
boil boiler-2 "$(date +%s)" 95 true
is "alarms are NDJSON when piped" "$(ctl alarms | jq -r '.id + " " + .severity' | tr '\n' ' ')" 'boiler.1.hot critical boiler-2.hot critical '
like "as a table with what they say" "$(ctl -o table alarms)" '^SEVERITY +TWIN +ALARM +STATE +SINCE +ACKED +TEXT.*critical +boiler\.1 +hot +active +20[0-9TZ:.-]+ +no +120 Cel'
is "of a model" "$(ctl alarms --model meter -o csv | wc -l)" 1
like "ack says that it is acknowledged" "$(ctl ack boiler.1 hot -o csv)" 'critical,boiler\.1,hot,active,[^,]+,yes,120 Cel'
is "and it is" "$(ctl alarms | jq -c '[.id,.acked]' | tr '\n' ' ')" '["boiler.1.hot",true] ["boiler-2.hot",false] '
is "the id does as well" "$(ctl ack boiler-2.hot | jq .acked)" true
boil boiler-2 "$(($(date +%s) + 1))" 20 true
is "what is over is not listed" "$(ctl alarms | jq -r .id)" boiler.1.hot
is "unless asked for" "$(ctl alarms --state all -o csv | cut -d, -f2,4 | tr '\n' ' ')" 'twin,state boiler.1,active boiler-2,clear '
ends "ack of what is over" 3 'hot of boiler-2 is not active.*try: twinctl alarms' ctl ack boiler-2 hot
ends "of an alarm that is not there" 3 "no alarm 'boiler-2.cold'.*try: twinctl alarms" ctl ack boiler-2 cold
ends "of half an id" 2 'try: twinctl help ack' ctl ack boiler-2
ends "alarms of a model that is not there" 1 "no model 'nosuch'" ctl alarms --model nosuch
ends "in a state that is none" 1 'active or all' ctl alarms --state odd
ends "alarms without twind" 1 'try: start twind' "$BUILD/twinctl" --url http://127.0.0.1:9 alarms

# check needs no twind
is "check passes what is sound" "$("$BUILD/twinctl" check tests/e2e -o json | jq -r 'select(.bytes > 0) | .model' | sort | tr '\n' ' ')" 'flusher meter walker '
mkdir -p "$WORK/wrong/models" "$WORK/wrong/scripts/behavior"
cp tests/e2e/models/meter.lua "$WORK/wrong/models"
echo 'return { on = { cuont = function() end } }' >"$WORK/wrong/scripts/behavior/meter.lua"
ends "check of a wrong script" 1 'behavior/meter\.lua:?[0-9]*:.*cuont.*count' "$BUILD/twinctl" check "$WORK/wrong"
ends "check of nothing" 1 'try: ' "$BUILD/twinctl" check "$WORK/nothing"

report=$(ctl bench --count 20 --prefix m-bench- --fields count --seconds 1 -o json)
[[ $(jq '.accepted // 0' <<<"$report") -gt 0 ]] && pass "bench reports what was answered" || fail "bench reports what was answered" "$report"
is "and takes its twins out again" "$(api GET '/twins?limit=500' | jq '[.twins[].id | select(startswith("m-bench"))] | length')" 0
stop_twind
finish
