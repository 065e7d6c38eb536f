#!/usr/bin/env bash
# twinctl backtest: a table through the turn, without a twind. What it writes, in which order, and what it says of bad rows.
. "$(dirname "$0")/lib.sh"
mkdir -p "$WORK/plant/models" "$WORK/plant/scripts/behavior" "$WORK/plant/scripts/prediction"
cat >"$WORK/plant/models/kiln.lua" <<'LUA'
-- A kiln: how far it is from its set-point, and how often it was opened.
return {
  model = "kiln", match = "kiln-*",
  parameters = { set_point = { unit = "Cel", default = 100 } },
  telemetry  = { temperature = { unit = "Cel", range = { 0, 500 } }, door = { type = "boolean" }, note = { type = "text" } },
  derived    = { distance = { unit = "Cel" }, openings = {}, minutes = {} },
  state      = { median = { median = 3, of = "temperature" } },
}
LUA
cat >"$WORK/plant/scripts/behavior/kiln.lua" <<'LUA'
local function count_opening(kiln, is_open)
  if is_open then kiln.derived.openings = (kiln.derived.openings or 0) + 1 end
end

local function set_distance(kiln)
  if kiln.telemetry.temperature == 13 then error("unlucky") end
  kiln.derived.distance = kiln.state.median.median - kiln.parameters.set_point
end

local function every_minute(kiln) kiln.derived.minutes = (kiln.derived.minutes or 0) + 1 end

return { on = { door = count_opening, temperature = set_distance }, every = { ["1m"] = every_minute } }
LUA
cat >"$WORK/plant/scripts/prediction/overheating.lua" <<'LUA'
local function predict(_, series) return series.temperature:trend({ per = "1m" }):reach(400) end

return { model = "kiln", unit = "min", every = "1m", needs = { temperature = "1h" }, of = { field = "temperature", above = 400 }, predict = predict }
LUA
bt() { "$BUILD/twinctl" backtest --dir "$WORK/plant" --model kiln "$@" 2>"$WORK/said"; }
said() { cat "$WORK/said"; }

cat >"$WORK/runs.csv" <<'CSV'
"when";"which";"Temp, mean";door;note
2026-01-01 00:00:00;a;110;True;begin
2026-01-01T00:00:01Z;b;90;False;
2026-01-01 00:00:02;a;120;;"x; ""y"""
2026-01-01 00:00:02;a;120;;
2026-01-01 00:00:01;a;300;;
2026-01-01 00:00:03;a;;;
2026-01-01 00:00:04;a;nan;True;
CSV
out=$(bt --time when --id which --map "Temp, mean=temperature" --emit temperature,distance,openings,note "$WORK/runs.csv")
is "it ends with 0" $? 0
is "one row a row, as the twin stood after its turn" "$out" 'time,twin,temperature,distance,openings,note
2026-01-01 00:00:00,a,110,10,1,begin
2026-01-01T00:00:01Z,b,90,-10,,
2026-01-01 00:00:02,a,120,15,1,"x; ""y"""
2026-01-01 00:00:02,a,120,20,1,"x; ""y"""
2026-01-01 00:00:01,a,120,20,1,"x; ""y"""
2026-01-01 00:00:03,a,120,20,1,"x; ""y"""
2026-01-01 00:00:04,a,120,20,2,"x; ""y"""'
like "and says how fast it was" "$(said)" '^7 rows in [0-9.]+ s, [0-9]+ a second; no script failed$'

for unit in s:1 ms:1000 us:1000000 ns:1000000000; do
  { echo t,temperature; for i in 0 1 2 3 4; do echo "$((1700000000 * ${unit#*:} + i * 60 * ${unit#*:})),$((100 + i * 10))"; done; } >"$WORK/unit.csv"
  is "time in ${unit%:*}: timers and predictions run by the file's clock" \
    "$(bt --time "t:${unit%:*}" --emit minutes,overheating,overheating.low "$WORK/unit.csv" | tail -n 1 | cut -d, -f2-3)" kiln,4
done
like "a prediction is emitted with its band" "$(bt --time t:ns "$WORK/unit.csv" --emit overheating,overheating.low,overheating.high | tail -n 1)" ',kiln,2[0-9.]+,2[0-9.]+,2[0-9.]+$'
is "without --emit: all that is derived or predicted" "$(bt --time t:ns "$WORK/unit.csv" | head -n 1)" \
  time,twin,distance,minutes,openings,overheating,overheating.low,overheating.high
is "a parameter" "$(bt --time t:ns --param set_point=90 --emit distance "$WORK/unit.csv" | sed -n 2p | cut -d, -f3)" 10
bt --time t:ns --out "$WORK/out.csv" "$WORK/unit.csv"
is "--out is that file" "$(wc -l <"$WORK/out.csv")" 6

printf '\xef\xbb\xbft,temperature\r\n1,50\r\n2,abc\r\n3,inf\r\nnoon,5\r\n4,900\r\n5,60\r\n' >"$WORK/bad.csv"
is "bad cells are left out and change nothing" "$(bt --time t --emit temperature "$WORK/bad.csv" | cut -d, -f3 | tr '\n' ' ')" 'temperature 50 50 50 50 50 60 '
like "each with its line" "$(said)" "bad.csv:3: temperature: 'abc' is no number and is left out.*bad.csv:4: .*'inf'.*bad.csv:5: its time .*; 3 refused"
printf 't,temperature\n1,10\n2,13\n3,14\n' >"$WORK/unlucky.csv"
bt --time t "$WORK/unlucky.csv" >/dev/null
is "a script that fails ends it with 1" $? 1
like "with file and line" "$(said)" 'scripts failed 1 times, first on kiln: .*behavior/kiln.lua:6: unlucky'

refused() { # NAME REGEX ARGUMENT...
  local name=$1 regex=$2
  shift 2
  bt "$@" >/dev/null
  is "$name ends with 1" $? 1
  like "and says so" "$(said)" "$regex"
}
refused "an unknown column of time" "--time: .*unit.csv has no column 'time'; it has t, temperature" --time time "$WORK/unit.csv"
refused "an unknown unit" '--time t:h: the unit is s, ms, us or ns' --time t:h "$WORK/unit.csv"
refused "an unknown field" "has no telemetry or property 'temprature'; did you mean temperature" --time t --map temperature=temprature "$WORK/unit.csv"
refused "an unknown value" 'has no value "distanse"; did you mean "distance"' --time t --emit distanse "$WORK/unit.csv"
refused "an unknown parameter" 'model kiln has no such parameter' --time t --param sp=4 "$WORK/unit.csv"
refused "a missing file" 'nowhere.csv cannot be read: No such file' --time t "$WORK/nowhere.csv"
refused "a table without its fields" 'no column of .* is telemetry or a property of model kiln' --time a <(printf 'a,b\n1,2\n')
"$BUILD/twinctl" backtest --dir "$WORK/plant" --model klin --time t "$WORK/unit.csv" 2>"$WORK/said"
like "an unknown model" "$(said)" "there is no model 'klin'; did you mean 'kiln'"
"$BUILD/twinctl" backtest "$WORK/unit.csv" 2>/dev/null
is "without --model it is usage" $? 2

# Twins one after the other in a file, each from its own begin: every one is as it would be alone.
one() { awk -v id="$1" -v prefix="$2" 'BEGIN { srand(id); for (i = 0; i < 400; i++) printf "%s%d,%.4f\n", prefix, i * 600, 50 + 10 * sin(i / 20) + rand() + (i == 300 ? 40 : 0) }'; }
{ echo id,at,value && one 1 a, && one 2 b,; } >"$WORK/both.csv"
{ echo at,value && one 2 ''; } >"$WORK/alone.csv"
metric() { "$BUILD/twinctl" backtest --model metric --time at --emit anomaly "$@" 2>/dev/null; }
is "a twin behind another in a file is as it would be alone" "$(metric --id id "$WORK/both.csv" | grep ,b, | cut -d, -f1,3)" "$(metric "$WORK/alone.csv" | tail -n +2 | cut -d, -f1,3)"

{ echo t,temperature,door; for ((i = 0; i < 20000; i++)); do echo "$i,$((100 + i % 17)),$((i % 50 == 0))"; done; } >"$WORK/long.csv"
bt --time t --out "$WORK/out.csv" "$WORK/long.csv"
like "20,000 rows take less than a second" "$(said)" '^20000 rows in 0\.'
finish
