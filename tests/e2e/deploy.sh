#!/usr/bin/env bash
# What `twinctl deploy` tries before it sends anything: that the files load, the first input of each model, and the models' tests.
. "$(dirname "$0")/lib.sh"
SOURCE=$WORK/source MODELS=$WORK/source/models SCRIPTS=$WORK/source/scripts
mkdir "$SOURCE"
cp -R tests/e2e/models tests/e2e/scripts "$SOURCE"
behavior=$SCRIPTS/behavior/meter.lua
tests=$SCRIPTS/behavior/meter_test.lua
write_behavior() { # FACTOR
  printf '%s\n' 'local function on_count(meter, value)' "  meter.derived.twice = $1 * value" 'end' '' \
    'return { on = { count = on_count } }' >"$behavior"
}
version() { api GET /info | jq -r .version; }
versions() { ctl -o json versions | wc -l; }
made() { coap PUT /t/m-1/count -t 0 -e "$1" && api GET /twins/m-1 | jq .derived.twice.value; } # COUNT: what came of it
deploy() { ctl deploy "$SOURCE" "$@" >"$WORK/deploy.out" 2>"$WORK/deploy.err"; DEPLOYED=$?; }
listed() { ctl -o json versions | jq -r "select(.version == \"$1\") | .$2"; } # VERSION FIELD

write_behavior 2
start_twind --probation 30
first=$(version)

# A good one
write_behavior 3
deploy
is "a folder without tests can be deployed" "$DEPLOYED $(made 10)" "0 30"
like "and is said to have none" "$(cat "$WORK/deploy.out")" $'^no tests\n'
write_behavior 4
printf '%s\n' 'return {' '  four_times = function(t)' '    local meter = t:twin("m-1")' '    t:sample(meter, { count = 10 })' \
  '    t:equal(meter.derived.twice, 40)' '  end,' '  named = function(t) print("nobody reads this") t:is(true) end,' '}' >"$tests"
deploy
is "one whose tests hold is deployed" "$DEPLOYED $(made 10)" "0 40"
like "with one line about them" "$(head -n 1 "$WORK/deploy.out")" '^2 tests passed in [0-9]+ ms$'
is "and nothing else" "$(cat "$WORK/deploy.err")" ""
good=$(version)

# What fails is never sent; each answer has file and line
stored=$(versions)
refuses() { # NAME REGEX
  deploy
  is "$1 is refused" "$DEPLOYED" 1
  like "$1 is told with file and line" "$(cat "$WORK/deploy.err")" "$2"
  like "$1 is not sent, and that is said" "$(cat "$WORK/deploy.err")" '; nothing was sent'
  is "$1 never becomes active, nor is it stored" "$(version) $(versions)" "$good $stored"
}
write_behavior 5
refuses "a failing test" 'meter_test\.lua:5: expected 40, got 50'
like "as TAP, with its number and name" "$(cat "$WORK/deploy.err")" $'^not ok 1 - scripts/behavior/meter_test\.lua four_times\n# '
is "without those that hold" "$(grep -c '^ok\|named\|nobody' "$WORK/deploy.err")" 0
deploy --dry-run
is "a dry run tests as well" "$DEPLOYED" 1
mv "$tests" "$WORK/keep"
printf 'local function on_count(meter, value\nreturn {}\n' >"$behavior"
refuses "a syntax error" 'behavior/meter\.lua:2:'
printf 'return { on = {\n  cuont = function() end } }\n' >"$behavior"
refuses "a misspelt field" 'behavior/meter\.lua:2: .*did you mean "count"'
printf 'return { on = { count = function(meter, value)\n  meter.derived.twcie = value end } }\n' >"$behavior"
refuses "a misspelt field in a handler" 'behavior/meter\.lua:2: .*twcie'
printf 'local x = 1\nwhile true do end\n' >"$behavior"
refuses "an endless loop" 'behavior/meter\.lua:2:'
printf 'return { on = { count = function(meter, value)\n  while true do end end } }\n' >"$behavior"
refuses "an endless loop in a handler" 'behavior/meter\.lua:2: '
printf 'return { on = { count = function(meter, value)\n  meter.derived.twice = nothing.here end } }\n' >"$behavior"
refuses "a runtime error on the first input" 'behavior/meter\.lua:2: .*first input'
printf 'return {\n  broken = function(t\n}\n' >"$tests"
write_behavior 6
refuses "a test that does not compile" 'meter_test\.lua:3:'
deploy --skip-tests
is "--skip-tests sends what its tests refuse" "$DEPLOYED $(made 10)" "0 60"
is "and says nothing of tests" "$(grep -c test "$WORK/deploy.out")" 0
mv "$WORK/keep" "$tests"

# Stored first, promoted later
write_behavior 7
serving=$(version)
body=$(jq -n --rawfile model "$MODELS/meter.lua" --rawfile behavior "$behavior" \
  '{files: {"models/meter.lua": $model, "scripts/behavior/meter.lua": $behavior}, promote: false, author: "eve"}')
http POST /api/v1/versions -d "$body"
waiting=$(jq -r .version <<<"$BODY")
is "a version can be stored only" "$CODE $(jq -r .state <<<"$BODY")" "200 stored"
is "and the one before serves" "$(version) $(made 10)" "$serving 60"
is "it is listed, never promoted" "$(listed "$waiting" state) $(listed "$waiting" promoted_at)" "stored null"
http POST "/api/v1/versions/$waiting/check"
is "it can be checked" "$CODE $(version)" "200 $serving"
kill_twind
start_twind --probation 30
is "it is there after a crash" "$(listed "$waiting" state) $(version)" "stored $serving"
timeout 20 "$BUILD/twinctl" --url "http://$HTTP" promote "$waiting" >"$WORK/promote.out" 2>&1
is "and promoted" "$? $(version) $(made 10)" "0 $waiting 70"
is "with who stored it" "$(listed "$waiting" author)" eve
http POST /api/v1/versions -d "$(jq -c 'del(.promote)' <<<"$body")"
is "promoting what serves changes nothing" "$CODE $(version)" "200 $waiting"
ctl rollback >/dev/null
is "a rollback goes to what served before it" "$(version)" "$serving"
timeout 20 "$BUILD/twinctl" --url "http://$HTTP" promote "$waiting" >/dev/null 2>&1
is "and it can be promoted again, and again stored only" "$? $(version)" "0 $waiting"
write_behavior 8
http POST /api/v1/versions -d "$(jq -c --rawfile behavior "$behavior" '.files["scripts/behavior/meter.lua"] = $behavior' <<<"$body")"
is "without a restart in between as well" "$CODE $(jq -r .state <<<"$BODY") $(version)" "200 stored $waiting"
timeout 20 "$BUILD/twinctl" --url "http://$HTTP" promote "$(jq -r .version <<<"$BODY")" >/dev/null 2>&1
is "it serves once promoted" "$? $(made 10)" "0 80"

# A hundred are kept: the oldest goes, but not what serves and where a rollback goes
serving=$(version)
before=$(listed "$serving" before)
oldest=$(ctl -o json versions | jq -r .version | tail -n 1)
for i in {1..110}; do
  jq -c --arg i "$i" '.files["scripts/behavior/meter.lua"] = "return {} -- " + $i' <<<"$body" >"$WORK/version.json"
  http POST /api/v1/versions -d "@$WORK/version.json"
done
newest=$(jq -r .version <<<"$BODY")
holds_hundred() { [[ $(versions) == 100 ]]; }
ok "a hundred versions are kept" wait_for 5 holds_hundred
is "the oldest is gone" "$(ctl -o json versions | grep -c "$oldest")" 0
is "and the newest is there" "$(listed "$newest" state)" stored
is "what serves stays, and where a rollback goes" "$(listed "$serving" state) $(listed "$before" version)" "promoted $before"
ctl rollback >/dev/null
is "a rollback goes there" "$(version)" "$before"
kill_twind
start_twind
is "after a crash they are the same hundred" "$(versions) $(version)" "100 $before"
ok "stops cleanly" stop_twind
finish
