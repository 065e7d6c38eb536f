#!/usr/bin/env bash
# Forecasts are judged when their time comes, and a predicted crossing raises an alarm with its lead; both live through a kill -9.
. "$(dirname "$0")/lib.sh"
MODELS="$WORK/models" SCRIPTS="$WORK/scripts"
mkdir -p "$MODELS" "$SCRIPTS/prediction" "$SCRIPTS/behavior"
cat >"$MODELS/basin.lua" <<'LUA'
-- A basin that fills: what its level will be, and when it runs over.
return {
  match = "basin-*", telemetry = { level = { unit = "m" } }, derived = { warnings = {} },
  alarms = { runs_over = { severity = "critical", predicted = "overflow", within = "2m", text = "full in {overflow} s", advice = "Open the sluice" } },
}
LUA
cat >"$SCRIPTS/behavior/basin.lua" <<'LUA'
local function warn(basin, alarm) if alarm.active then basin.derived.warnings = (basin.derived.warnings or 0) + 1 end end
return { on = { ["alarm.runs_over"] = warn } }
LUA
cat >"$SCRIPTS/prediction/ahead.lua" <<'LUA'
-- In a minute it is a metre higher.
local function predict(_, series)
  local now = series.level:trend({ per = "1s" }).last
  return { value = now + 1, low = now + 0.5, high = now + 1.5 }
end
return { model = "basin", unit = "m", every = "1s", needs = { level = "10m" }, of = { field = "level", horizon = "1m" }, predict = predict }
LUA
cat >"$SCRIPTS/prediction/overflow.lua" <<'LUA'
-- It rises a metre a minute.
local function predict(basin)
  if basin.telemetry.level >= 10 then return nil, "it is full" end
  local left = (10 - basin.telemetry.level) * 60
  return { value = left, low = left * 0.8, high = left * 1.2 }
end
return { model = "basin", unit = "s", every = "1s", needs = { level = "10m" }, of = { field = "level", above = 10 }, predict = predict }
LUA
now=$(date +%s)
level() { coap POST /t/basin-1 -t 110 -e "[{\"n\":\"level\",\"v\":$2,\"t\":$((now + $1))}]"; } # SECONDS-FROM-NOW LEVEL
forecast() { api GET /twins/basin-1 | jq -c ".predictions.$1.$2"; }
is_forecast() { [[ $(forecast "$1" "$2") == "$3" ]]; }
is_active() { [[ $(api GET /twins/basin-1 | jq .alarms.runs_over.active) == "$1" ]]; }

start_twind
level 0 4
ok "a forecast comes" wait_for 5 is_forecast ahead value 5
like "it says when it is due" "$(forecast ahead due)" '^"20'
is "it can be had alone" "$(api GET /twins/basin-1/predictions | jq -c '[.twin, .predictions.ahead.value]')" '["basin-1",5]'
is "and has no record yet" "$(forecast ahead record)" null
is "six minutes away is no alarm" "$(api GET /twins/basin-1 | jq .alarms.runs_over.active)" false
level 90 5.2
is "its time has come: it is judged beside the naive one" "$(forecast ahead record | jq -c '[.count, .held, (.error * 100 | round), (.bias * 100 | round), (.naive_error * 100 | round)]')" '[1,1,20,-20,120]'
level 95 8.5
ok "a crossing that is near raises the alarm" wait_for 5 is_active true
like "which says how near" "$(api GET /alarms | jq -r '.alarms[0].text')" '^full in 90 s$'
is "and runs its handler once" "$(api GET /twins/basin-1 | jq .derived.warnings.value)" 1
record=$(forecast ahead record)
kill_twind
start_twind
is "the record is there after a kill -9" "$(forecast ahead record)" "$record"
is "and so is the alarm" "$(api GET /twins/basin-1 | jq .alarms.runs_over.active)" true
level 180 10.1
like "the crossing came: what was said of it is judged" "$(forecast overflow record | jq -c '[.count > 0, .missed]')" '^\[true,0\]$'
ok "and once there is no forecast the alarm ends" wait_for 5 is_active false
sed -i 's/{overflow} s/a while/; s/predicted = "overflow"/predicted = "overflo"/' "$MODELS/basin.lua"
like "an alarm of a prediction that is not there is refused" "$("$BUILD/twinctl" check "$WORK" 2>&1)" 'alarms.runs_over.predicted: model "basin" has no prediction "overflo"; did you mean "overflow"'
sed -i 's/predicted = "overflo"/predicted = "ahead"/' "$MODELS/basin.lua"
like "and of one that is no crossing" "$("$BUILD/twinctl" check "$WORK" 2>&1)" '"ahead" tells no time until a limit is reached'
sed -i 's/predicted = "ahead"/predicted = "overflow"/' "$MODELS/basin.lua"
finish
