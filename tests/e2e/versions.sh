#!/usr/bin/env bash
# Deploy, promote and roll back with twinctl: what is broken never becomes active, and a start serves what was promoted.
. "$(dirname "$0")/lib.sh"
SOURCE=$WORK/source MODELS=$WORK/source/models SCRIPTS=$WORK/source/scripts
mkdir "$SOURCE"
cp -R tests/e2e/models tests/e2e/scripts "$SOURCE"
behavior=$SCRIPTS/behavior/meter.lua
write_behavior() { # FACTOR
  printf '%s\n' 'local function on_count(meter, value)' "  meter.derived.twice = $1 * value" 'end' '' \
    'return { on = { count = on_count } }' >"$behavior"
}
version() { api GET /info | jq -r .version; }
is_version() { [[ $(version) == "$1" ]]; }
made() { coap PUT /t/m-1/count -t 0 -e "$1" && api GET /twins/m-1 | jq .derived.twice.value; } # COUNT: what came of it
deploy() { ctl deploy "$SOURCE" --author ada "$@" >"$WORK/deploy.out" 2>"$WORK/deploy.err"; DEPLOYED=$?; }
logged() { grep -aq -- "$1" "$WORK/twind.log"; }
listed() { ctl -o json versions | jq -r "select(.version == \"$1\") | .$2"; } # VERSION FIELD
fail_often() { local i; for i in {1..12}; do coap PUT /t/m-1/count -t 0 -e "$i" -N; done; }

write_behavior 2
start_twind --probation 30
first=$(version)
is "the first start takes the disk and promotes it" "$(listed "$first" state)" promoted
is "and runs it" "$(made 10)" 20

write_behavior 3
is "without --dev a saved file changes nothing" "$(made 10)" 20
deploy --dry-run
is "a dry run is good" "$DEPLOYED" 0
like "and says what would change" "$(cat "$WORK/deploy.out")" 'changed +scripts/behavior/meter\.lua'
is "and changes nothing" "$(version)" "$first"
twinctl=$(realpath "$BUILD/twinctl")
diffed=$(cd "$SOURCE" && "$twinctl" --url "http://$HTTP" diff)
is "diff shows the line that changed" "$(grep -E '^[-+] ' <<<"$diffed")" $'-  meter.derived.twice = 2 * value\n+  meter.derived.twice = 3 * value'
deploy --reason 'three is more'
is "a deploy is good" "$DEPLOYED" 0
second=$(version)
is "and serves" "$(made 10)" 30
is "with its author and reason" "$(listed "$second" author): $(listed "$second" reason)" 'ada: three is more'
like "and says so" "$(cat "$WORK/deploy.out")" "promoted $second, was $first"
is "the one before is stored" "$(listed "$first" state)" stored
is "every revision names the version that made it" "$(api GET /twins/m-1 | jq -r .version)" "$second"

# What is broken never becomes active; each answer has file and line
refuses() { # NAME REGEX
  deploy
  is "$1 is refused" "$DEPLOYED" 1
  like "$1 is told with file and line" "$(cat "$WORK/deploy.err")" "$2"
  is "$1 never becomes active" "$(version)" "$second"
}
printf 'local function on_count(meter, value\nreturn {}\n' >"$behavior"
refuses "a syntax error" 'behavior/meter\.lua:2:'
printf 'return { on = {\n  cuont = function() end } }\n' >"$behavior"
refuses "a misspelt field" 'behavior/meter\.lua:2: .*did you mean "count"'
like "with the line and a caret" "$(cat "$WORK/deploy.err")" $'2 \|   cuont = .*\n +\|   \^'
printf 'local x = 1\nwhile true do end\n' >"$behavior"
refuses "an endless loop" 'behavior/meter\.lua:2:'
text=$(jq -n --arg text 'return { on = { cuont = 1 } }' --rawfile model "$MODELS/meter.lua" \
  '{files: {"models/meter.lua": $model, "scripts/behavior/meter.lua": $text}}')
http POST /api/v1/versions -d "$text"
is "twind checks itself too" "$CODE $(version)" "400 $second"
http POST /api/v1/versions -d '{"files": {"../secret.lua": "return {}"}}'
is "a path that is no source is refused" "$CODE" 400

# A version that fails while it runs goes back by itself
printf '%s\n' 'return { on = { count = function(meter, value)' '  meter.derived.twice = nothing.here end } }' >"$behavior"
deploy --skip-tests
is "what only fails when it runs can be deployed, if somebody wants it" "$DEPLOYED" 0
bad=$(version)
fail_often
ok "and is rolled back by itself" wait_for 5 is_version "$second"
is "the list says what became of it" "$(listed "$bad" state)" rolled_back
like "and why, with file and line" "$(listed "$bad" why)" 'behavior/meter\.lua:2:'
is "the good one serves again" "$(made 10)" 30

# By hand
ctl rollback >"$WORK/rollback.out" 2>&1
is "rollback goes to what was promoted before" "$(version)" "$first"
ms=$(sed -nE 's/.* in ([0-9.]+) ms$/\1/p' "$WORK/rollback.out")
ok "in under 100 ms ($ms)" awk -v ms="$ms" 'BEGIN { exit !(ms != "" && ms < 100) }'
is "and it runs" "$(made 10)" 20
ctl rollback >"$WORK/rollback.out" 2>&1
is "with nothing before, it is refused" "$?" 3
ctl promote "${second:0:6}" >/dev/null
is "promote takes the first digits" "$(version)" "$second"
ctl promote ffffffff >"$WORK/promote.out" 2>&1
is "a version that is not there is refused" "$?" 3

# Whatever lies on disk
echo 'return {' >"$behavior"
stop_twind
start_twind
is "a start serves the promoted version, with broken files on disk" "$(version) $(made 10)" "$second 30"
ok "and says what is wrong there" logged 'scripts_refused.*behavior/meter.lua:'
write_behavior 4
kill_twind
start_twind
is "and with good ones" "$(version) $(made 10)" "$second 30"
kill -HUP "$TWIND"
ok "SIGHUP deploys the disk" wait_for 5 eval '! is_version "$second"'
is "and it runs" "$(made 10)" 40
is "the list has all of them" "$(ctl -o json versions | wc -l)" 4

# A version belongs to a twin
write_migrating() { # FAILS FOR
  printf '%s\n' 'local function migrate(meter, from)' "  if meter.id == '$1' then error('not this one') end" \
    '  meter.state.seen = (from.state.seen or 0) + 100' 'end' '' \
    'local function on_count(meter, value)' '  meter.state.seen = (meter.state.seen or 0) + 1' \
    '  meter.derived.twice = meter.state.seen' '  meter:after("later", "1s")' 'end' '' \
    'return { migrate = migrate, on = { count = on_count, ["timer.later"] = function(meter) meter.derived.twice = -meter.state.seen end } }' >"$behavior"
}
twice() { api GET "/twins/$1" | jq -r .derived.twice.value; }
counts() { coap PUT "/t/$1/count" -t 0 -e 1 && twice "$1"; } # TWIN: what its behaviour made of a count
write_behavior 1
deploy
counts m-2 >/dev/null
fourth=$(version)
write_migrating m-2
deploy
is "migrate runs at the first touch" "$(counts m-1)" 101
is "a twin that cannot migrate stays on its version, and goes on" "$(counts m-2) $(api GET /twins/m-2 | jq -r .version)" "1 $fourth"
is "and is counted once" "$(counts m-2) $(metric twind_twins_held_total)" '1 1'
printf 'local function nothing() end\nreturn { migrate = nothing, on = { ["timer.later"] = function(meter) meter.derived.twice = 7 end } }\n' >"$behavior"
counts m-1 >/dev/null # sets its timer anew
ctl deploy "$SOURCE" >/dev/null
ok "a timer set before a reload fires after it, on the new version" wait_for 5 eval '[[ $(twice m-1) == 7 ]]'
ctl rollback >/dev/null
is "after a rollback the held twin is held still" "$(counts m-2) $(api GET /twins/m-2 | jq -r .version)" "1 $fourth"
is "and the other one has migrated again" "$(counts m-1)" 203
kill_twind
start_twind
is "after a restart too" "$(counts m-2) $(api GET /twins/m-2 | jq -r .version) $(metric twind_twins_held_total)" "1 $fourth 0"
write_migrating nobody
deploy
is "another version is tried again" "$(counts m-2)" 101
stop_twind
ok "the log alone gives the same state" "$BUILD/twind" --data "$DATA" --verify
finish
