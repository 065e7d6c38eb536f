#!/usr/bin/env bash
# A fleet is commissioned and kept: import, relationships, life cycle, new parts, adoption, and all of it after kill -9.
. "$(dirname "$0")/lib.sh"
JSON='content-type: application/json'
MODELS=$WORK/models SCRIPTS=$WORK/scripts
mkdir -p "$MODELS" "$SCRIPTS/behavior"
cat >"$MODELS/valve.lua" <<'END'
return { match = "v-*", parameters = { hot = { unit = "Cel", default = 90, range = { 40, 150 } } },
  telemetry = { temperature = { unit = "Cel" } }, derived = { starts = {} }, relationships = { feeds = "basin", near = "" },
  alarms = { overheating = { severity = "critical", field = "temperature", above = "hot" } },
  state = { wear = { ewma = "10m", of = "temperature" }, note = "text" } }
END
echo 'return { match = "b-*", telemetry = { level = { unit = "%" } } }' >"$MODELS/basin.lua"
echo 'return { match = "g-*", auto_create = false, telemetry = { level = { unit = "%" } } }' >"$MODELS/guarded.lua"
cat >"$SCRIPTS/behavior/valve.lua" <<'END'
return { init = function(valve) valve.derived.starts = (valve.derived.starts or 0) + 1 end }
END
ends() { # NAME STATUS REGEX-OF-STDERR COMMAND...
  local name=$1 status=$2 regex=$3 said
  shift 3
  said=$("$@" 2>&1 >/dev/null)
  is "$name ends with $status" $? "$status"
  like "and says so" "$said" "$regex"
}
counts() { jq -rs 'group_by(.result) | map("\(.[0].result)=\(length)") | join(" ")' "$1"; }
start_twind

# ---- import: each line names a basin that comes later, three are bad
awk 'BEGIN {
  print "id;model;hot;attribute.hall;relationship.feeds"
  for (i = 1; i <= 5000; i++) {
    hot = i == 1234 ? 900 : 80; basin = i == 4321 ? "b-none" : "b-" i
    printf "%s%d;valve;%d;\"north; %d\";%s\n", i == 2500 ? "v/" : "v-", i, hot, i % 7, basin
  }
  for (i = 1; i <= 5000; i++) printf "b-%d;basin;;;\n", i
}' >"$WORK/plant.csv"
ctl import "$WORK/plant.csv" --dry-run >"$WORK/dry" 2>"$WORK/dry.err"
is "a dry run that finds bad lines ends with 1" $? 1
is "and changes nothing" "$(api GET /info | jq .twins)" 0
SECONDS=0
ctl import "$WORK/plant.csv" >"$WORK/done" 2>"$WORK/done.err"
is "an import with bad lines ends with 1" $? 1
[[ $SECONDS -le 20 ]] && pass "10,000 twins take seconds" || fail "10,000 twins take seconds" "$SECONDS s"
refused() { jq -rs 'map(select(.result == "refused") | "\(.line):\(.id)") | join(" ")' "$1"; }
is "exactly the bad lines are refused" "$(refused "$WORK/done")" "1235:v-1234 2501: 4322:v-4321"
is "the dry run said the same" "$(refused "$WORK/dry")" "$(refused "$WORK/done")"
is "every line is reported" "$(counts "$WORK/done")" 'created=9997 refused=3'
like "a reason names value and range" "$(jq -r 'select(.line == 1235).reason' "$WORK/done")" 'hot.*900.*40 to 150'
like "or the twin that is missing" "$(jq -r 'select(.line == 4322).reason' "$WORK/done")" "feeds.*b-none.*does not exist"
like "the end tells what to do" "$(<"$WORK/done.err")" '3 of 10000 lines were refused.*try: '
is "what was good is there" "$(api GET /twins/v-7 | jq -c '[.parameters.hot.value,.attributes,.relationships]')" '[80,{"hall":"north; 0"},{"feeds":["b-7"]}]'
sed -i '1235s/;900;/;90;/; 2501s|v/|v-|; 4322s/b-none/b-1/' "$WORK/plant.csv"
ctl import "$WORK/plant.csv" >"$WORK/again"
is "mended and imported again all is good" $? 0
is "what was so already is unchanged" "$(counts "$WORK/again")" 'created=2 unchanged=9997 updated=1'
rev=$(api GET /info | jq .rev)
ctl import "$WORK/plant.csv" >"$WORK/third"
is "a third time nothing changes" "$(counts "$WORK/third") $(api GET /info | jq .rev)" "unchanged=10000 $rev"
printf '{"id":"other","attributes":{"n":1},"lifecycle":"commissioning"}\n\n{"id":"v-1","parameters":{"hot":null}}\n' >"$WORK/few.ndjson"
is "NDJSON, a model for all" "$(ctl import "$WORK/few.ndjson" --model basin | jq -c '[.line,.result]' | tr '\n' ' ')" '[1,"created"] [3,"updated"] '
is "null is the default again" "$(api GET /twins/v-1 | jq .parameters.hot.value)" 90
ends "a file that is not there" 1 'cannot be opened.*try: ' ctl import "$WORK/nothing"
ends "a table without ids" 3 "no column 'id'" ctl import - < <(echo $'model,hot\nvalve,1')

# ---- relationships
is "link makes a relationship" "$(ctl link v-1 near v-2 | jq -r .is)" linked
is "it is there" "$(api GET /twins/v-1 | jq -c .relationships)" '{"feeds":["b-1"],"near":["v-2"]}'
ends "a wrong model" 3 'v-1.feeds leads to a basin, and v-2 is a valve' ctl link v-1 feeds v-2
ends "a misspelt relationship" 3 "no relationship 'feds'; did you mean 'feeds'" ctl link v-1 feds b-2
ctl unlink v-1 near v-2 >/dev/null
is "unlink ends it" "$(api GET /twins/v-1 | jq -c .relationships)" '{"feeds":["b-1"]}'
is "retire deletes, and its relationships" "$(ctl retire b-1 b-2 --yes | wc -l) $(api GET /twins/v-1 | jq -c .relationships)" '2 {}'
http GET /api/v1/twins/b-1
is "and it is gone" "$CODE" 404
ends "what is not there" 3 "no twin 'b-1'" ctl retire b-1

# ---- life cycle
coap PUT /t/v-1/temperature -t 0 -e 95
alarms() { api GET "/alarms${1:-}" | jq -c '[.alarms[] | [.id,.muted]]'; }
is "in service an alarm calls" "$(alarms)" '[["v-1.overheating",false]]'
is "lifecycle says what it is" "$(ctl lifecycle v-1 maintenance | jq -r .is)" maintenance
is "in maintenance it does not" "$(alarms)" '[]'
is "but is there for who asks" "$(alarms '?muted=true')" '[["v-1.overheating",true]]'
is "and on the twin, with the word" "$(api GET /twins/v-1 | jq -c '[.lifecycle,.alarms.overheating.active,.alarms.overheating.muted]')" '["maintenance",true,true]'
is "ls says it" "$(ctl -o csv ls --where 'temperature > 90' | tail -n 1 | cut -d, -f1,4-)" 'v-1,,overheating,maintenance'
ends "a state that is none" 3 'in_service, commissioning, maintenance or out_of_service' ctl lifecycle v-1 broken

# ---- a new part
is "what wears has a state" "$(api GET /twins/v-1 | jq -c .derived.starts.value)" 1
before=$(api GET /twins/v-1 | jq .rev)
is "replace says so" "$(ctl replace v-1 --yes | jq -r .is)" replaced
is "and begins anew" "$(api GET /twins/v-1 | jq -c '[.derived.starts.value, .lifecycle, .parameters.hot.value]')" '[1,"maintenance",90]'
[[ $(api GET /twins/v-1 | jq .rev) -gt $before ]] && pass "as a revision" || fail "as a revision"

# ---- adoption
coap PUT /t/g-1/level -t 0 -e 5
is "an id that nothing may create is refused" "$CODE" 4.04
coap POST /senml -t 110 -e '[{"n":"stray-1/level","v":1},{"n":"stray-1/other","v":2},{"n":"b-9/level","v":3}]'
coap POST /t/g-1 -t 110 -e '[{"n":"level","v":6}]'
is "and waits to be adopted, with what fits and how often" "$(ctl adoptions | jq -c '[.id,.model,.count]' | sort | tr '\n' ' ')" '["g-1","guarded",2] ["stray-1",null,1] '
like "and who sent" "$(ctl adoptions | jq -r 'select(.id == "g-1").peer')" '^127\.0\.0\.1:[0-9]+$'
ctl adoptions | ctl import - >"$WORK/adopted" 2>/dev/null
is "adopted are those that a model fits" "$(counts "$WORK/adopted")" 'created=1 refused=1'
coap PUT /t/g-1/level -t 0 -e 7
is "then it may send" "$CODE" 2.04
is "and waits no more" "$(ctl adoptions | jq -r .id)" stray-1

# ---- all of it is durable
hash=$(state_hash)
kill_twind
start_twind --auto-create=false
is "after kill -9 all is as it was" "$(state_hash)" "$hash"
is "the life cycle too" "$(api GET /twins/v-1 | jq -r .lifecycle)" maintenance
coap PUT /t/v-new/temperature -t 0 -e 20
like "auto_create = false closes the fleet" "$CODE $BODY" '^4.04 .*auto_create = false'
coap PUT /t/v-2/temperature -t 0 -e 20
is "to what is new alone" "$CODE" 2.04
http PUT /api/v1/twins/v-new -H "$JSON" -d '{}'
is "an operator creates it" "$CODE $(ctl adoptions | wc -l)" "201 0"
stop_twind
"$BUILD/twind" --data "$DATA" --models "$MODELS" --scripts "$SCRIPTS" --verify >"$WORK/verified" 2>&1
is "the log alone gives the same state" $? 0
finish
