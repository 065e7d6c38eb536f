#!/usr/bin/env bash
# The author's kit: a new model is green at once, a failed test says what and where, and what a live twin hears
# becomes a fixture.
. "$(dirname "$0")/lib.sh"
twinctl=$BUILD/twinctl
PLANT=$WORK/plant
tap() { "$twinctl" test "$@" 2>&1; }

# new: sound at once, for any name
for name in oven feed_water2 X; do
  "$twinctl" new model "$name" --dir "$PLANT" >"$WORK/said"
  like "new says what to do next for $name" "$(cat "$WORK/said")" "coap-client.*/t/$name-1"
done
ok "three new models pass check" "$twinctl" check "$PLANT"
is "and their tests" "$(tap "$PLANT" | grep -c '^ok ')" 6
ok "luacheck has nothing to say of them" luacheck -q --config .luacheckrc "$PLANT/models" "$PLANT/scripts"
before=$(cat "$PLANT/models/oven.lua")
said=$("$twinctl" new model oven --dir "$PLANT" 2>&1)
is "new overwrites nothing" "$?" 1
like "and says so" "$said" 'models/oven\.lua is there already'
is "the file stays" "$(cat "$PLANT/models/oven.lua")" "$before"
"$twinctl" new model 2oven --dir "$PLANT" >/dev/null 2>&1
is "a name that is none is a wrong use" "$?" 2

# test: TAP, exit status, file and line
write_test() { printf 'return {\n%s\n}\n' "$1" >"$PLANT/scripts/behavior/oven_test.lua"; }
write_test '  it_is_warm = function(t)
    local oven = t:twin("oven-1")
    t:sample(oven, { temperature = 70 })
    t:equal(oven.derived.margin, 11)
  end,'
tap "$PLANT" --filter oven_test >"$WORK/tap"
is "a failed test is exit 1" "$?" 1
like "with its name" "$(cat "$WORK/tap")" $'\nnot ok 1 - scripts/behavior/oven_test.lua it_is_warm'
like "with file, line, what was expected and what was there" "$(cat "$WORK/tap")" 'oven_test\.lua:5: expected 11, got 10'
write_test '  broken = function(t'
said=$(tap "$PLANT")
is "a test that does not compile is exit 1" "$?" 1
like "with file and line" "$said" 'oven_test\.lua:[0-9]+:'
printf 'local function hot(twin) while true do end end\nreturn { on = { ["alarm.overheating"] = hot } }\n' >"$PLANT/scripts/behavior/oven.lua"
write_test '  it_hangs = function(t)
    local oven = t:twin("oven-1", { telemetry = { temperature = 99 } })
    t:advance("11s")
    t:raised(oven, "overheating")
  end,
  and_that_may_be_meant = function(t)
    local oven = t:twin("oven-1", { telemetry = { temperature = 99 } })
    t:advance("11s")
    t:failed(oven, "2 ms")
  end,'
tap "$PLANT" --filter oven_test >"$WORK/tap"
like "a handler that is stopped fails its test" "$(cat "$WORK/tap")" 'not ok 2 .*oven\.lua:1: stopped.*failed unexpectedly'
like "unless the test says so" "$(cat "$WORK/tap")" 'ok 1 - .*and_that_may_be_meant'
tap "$PLANT" --filter nothing_is_called_so >/dev/null
is "a filter that fits nothing is exit 1" "$?" 1

# record, and play what was recorded
start_twind
coap POST /t/pump-1 -t 110 -e '[{"n":"temperature","v":60},{"n":"speed","v":1450}]'
launch "$twinctl" --url "http://$HTTP" record pump-1 --for 1h --out "$WORK/pump.ndjson" >"$WORK/said" 2>&1
recorder=$LAUNCHED
hears() { # until the recorder has seen the twin, what is sent is what was there before
  coap POST /t/pump-1 -t 110 -e "[{\"n\":\"temperature\",\"v\":$1},{\"n\":\"vibration\",\"v\":2.5}]"
}
heard=61
for _ in 1 2 3 4 5 6 7 8; do hears $((heard++)) && wait_for 5 has_value pump-1 temperature $((heard - 1)) && "$twinctl" --url "http://$HTTP" watch pump-1 --seconds 0.2 >/dev/null; done
kill -INT "$recorder" && reap "$recorder"
is "a recording that is ended keeps what came" "$?" 0
is "every line is one message of the twin" "$(jq -r '.twin' "$WORK/pump.ndjson" | sort -u)" pump-1
is "its newest values are those that were sent" "$(tail -n 1 "$WORK/pump.ndjson" | jq -c .values)" '{"temperature":68,"vibration":2.5}'
is "times begin at 0 and do not fall" "$(jq -s '.[0].at == 0 and ([.[].at] | . == sort)' "$WORK/pump.ndjson")" true
mkdir -p "$WORK/played/scripts/behavior" && cp -R models "$WORK/played" && cp -R scripts/* "$WORK/played/scripts"
cp "$WORK/pump.ndjson" "$WORK/played/scripts/behavior"
cat >"$WORK/played/scripts/behavior/pump_test.lua" <<'END'
return {
  played = function(t)
    local pump = t:twin("pump-1")
    t:is(t:play("pump.ndjson") > 0, "lines")
    t:equal(pump.telemetry.temperature, 68)
  end,
}
END
like "and can be played" "$(tap "$WORK/played" --filter played)" 'ok 1 - scripts/behavior/pump_test.lua played'
said=$("$twinctl" --url "http://$HTTP" record pump-77 --for 1s 2>&1)
is "a twin that is not there is exit 1" "$?" 1
like "and says so" "$said" 'pump-77'
said=$("$twinctl" --url "http://$HTTP" record pump-1 2>&1)
is "no duration is a wrong use" "$?" 2
stop_twind
finish
