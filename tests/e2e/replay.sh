#!/usr/bin/env bash
# Replay and trials: the recorded inputs run again come to the same, across reloads, a kill -9, late samples, timers,
# commands, predictions and events; what differs is told, with the first twin, field and both values.
. "$(dirname "$0")/lib.sh"
SOURCE=$WORK/source MODELS=$WORK/source/models SCRIPTS=$WORK/source/scripts
mkdir -p "$MODELS" "$SCRIPTS"/{behavior,prediction}
write_models() {
  cat >"$MODELS/mixer.lua" <<'END'
return {
  model = "mixer", level = "asset", match = "mixer-*",
  telemetry = { torque = { unit = "N", range = { 0, 500 } } },
  properties = { speed = { unit = "1/min", range = { 0, 3000 }, writable = true } },
  derived = { load = { unit = "%" }, luck = {}, rests = {} },
  commands = { clean = { args = { seconds = { unit = "s" } }, timeout = "2m" } },
  relationships = { feeds = "vat" },
  alarms = { strained = { severity = "warning", field = "torque", above = 100, text = "{torque} N" } },
  state = { smooth = { ewma = "10s", of = "torque" }, mixed = "number" },
}
END
  cat >"$MODELS/vat.lua" <<'END'
return {
  model = "vat", level = "asset", match = "vat-*",
  telemetry = { level = { unit = "%" } },
  derived = { fed = {}, mean_torque = { unit = "N", mean = "feeds.torque" } },
  events = { mixed = { by = {} } },
}
END
}
write_behaviors() { # PERCENT of full load at 100 N
  cat >"$SCRIPTS/behavior/mixer.lua" <<END
local function on_torque(mixer, torque)
  mixer.derived.load = $1 * torque / 100
  mixer.derived.luck = random()
  mixer.state.mixed = (mixer.state.mixed or 0) + 1
  if torque == 13 then error("thirteen is too much") end
  if torque == 60 then mixer:after("rest", "300ms") end
  for vat in mixer:related("feeds") do mixer:send(vat, "mixed", { by = torque }) end
end
local function on_strained(mixer, alarm)
  if alarm.active then mixer.desired.speed = 100; mixer:command("clean", { seconds = 5 }) end
end
local function on_rest(mixer) mixer.derived.rests = (mixer.derived.rests or 0) + 1 end
return { on = { torque = on_torque, ["alarm.strained"] = on_strained, ["timer.rest"] = on_rest },
         every = { ["1s"] = function(mixer) mixer.derived.luck = random() end } }
END
  cat >"$SCRIPTS/behavior/vat.lua" <<'END'
return { on = { ["event.mixed"] = function(vat, mixed) vat.derived.fed = (vat.derived.fed or 0) + mixed.by * random() end } }
END
}
torque() { coap POST "/t/$1" -t 110 -e "[{\"n\":\"torque\",\"v\":$2${3:+,\"t\":$3}}]"; }
derived() { api GET "/twins/$1" | jq ".derived.$2.value"; }
has_rested() { [[ $(derived mixer-1 rests) == 1 ]]; }

write_models
write_behaviors 100
cat >"$SCRIPTS/prediction/torque_trend.lua" <<'END'
return { model = "mixer", unit = "h", every = "1s", needs = { torque = "1h" }, band = 0.9,
         of = { field = "torque", above = 400 },
         predict = function(mixer, series) local trend = series.torque:trend { per = "1h" }
           if trend.slope <= 0 then return nil, "not rising" end
           return trend:reach(400) end }
END
start_twind
api PUT /twins/vat-1 -d '{"model":"vat"}' >/dev/null
api PUT /twins/mixer-1 -d '{"model":"mixer","relationships":{"feeds":["vat-1"]}}' >/dev/null
for value in 40 50 60 70; do torque mixer-1 "$value"; done
torque mixer-2 20
torque mixer-1 45 -100 # late
torque mixer-1 13      # fails
torque mixer-1 130     # strained: a wish and a command
ok "a timer has run" wait_for 5 has_rested
coap POST /t/mixer-1/commands/1 -t 50 -e '{"state":"done","result":"clean"}'
is "the command is answered" "$CODE" 2.04
out=$(ctl replay)
is "a replay of all that is equal" "$?" 0
like "and its last line says so" "$out" 'rev=[0-9]+ turns=[0-9]+ hash=([0-9a-f]{16}) live=([0-9a-f]{16}) equal$'
is "with the hash of live memory" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"

deployed=$(sed -E 's/rev=([0-9]+) .*/\1/' <<<"${out##*$'\n'}")
write_behaviors 90
ctl deploy "$SOURCE" --skip-tests >/dev/null
torque mixer-1 80
kill_twind
start_twind
torque mixer-1 90
torque mixer-2 91
before=$(state_hash)
out=$(ctl replay)
like "over a reload, a kill -9 and a start too" "$out" ' equal$'
like "of one model alone" "$(ctl replay --model vat)" ' equal$'
like "from a time" "$(ctl replay --from 1m)" ' equal$'
last=$(sed -E 's/rev=([0-9]+) .*/\1/' <<<"${out##*$'\n'}")
like "up to a revision" "$(ctl replay --to 5)" '^rev=5 turns=5 .* equal$'

out=$(ctl replay --bisect 'mixer.derived.load > 60')
is "an invariant that breaks exits 1" "$?" 1
like "and its first revision is told" "$out" 'first after rev ([0-9]+), of mixer-1, where load is '
rev=${BASH_REMATCH[1]}
is "before it, it was not so" "$(api GET "/twins/mixer-1?rev=$((rev - 1))" | jq '.derived.load.value > 60')" false
is "after it, it is" "$(api GET "/twins/mixer-1?rev=$rev" | jq '.derived.load.value > 60')" true
like "one that is never broken is said not to be" "$(ctl replay --bisect 'mixer.derived.load > 6000')" 'never so'
out=$(ctl replay --bisect 'mixer.load > 60' 2>&1)
like "what cannot be understood is a sentence" "$out" 'it reads MODEL.GROUP.FIELD OP VALUE'
like "so are reversed ends" "$(ctl replay --from 9 --to 3 2>&1)" "'to' is rev 3, before 'from', rev 9"
like "and a rev beyond the log" "$(ctl replay --to 99999999999 2>&1)" "there is no rev 99999999999 yet; the newest is "

# ---- another version on the same past, and beside the live world

write_behaviors 80
out=$(ctl test "$SOURCE" --on-history --to 20)
is "a constant changed in one place differs on history" "$?" 1
like "with the first twin, field, input and both values" "$out" \
  'mixer derived.load differs after [0-9]+ turns, .*first: rev [0-9]+, mixer-1: live 40, trial 32, after samples torque=40'
is "and nothing else does" "$(grep -c 'differs' <<<"$out")" 1
write_behaviors 100
echo '-- a remark, so that it is another version' | tee -a "$SCRIPTS"/behavior/*.lua >/dev/null
out=$(ctl test "$SOURCE" --on-history --to "$deployed")
like "a version that differs by a remark does what live did, chance and timers included" "${out##*$'\n'}" 'it did what the live version did'
like "on both mixers and the vat" "$out" ': 3 twins, [0-9]+ inputs, [0-9]+ turns'
write_behaviors 70
launch ctl deploy "$SOURCE" --skip-tests --shadow 3s >"$WORK/shadow.out" 2>&1
shadow=$LAUNCHED
is_shadowed() { [[ $(api GET /studies | jq '[.studies[] | select(.kind == "shadow" and .twins == 2)] | length') == 1 ]]; }
ok "a shadow begins" wait_for 5 is_shadowed
torque mixer-2 50
torque mixer-2 170
wait_for 10 ended "$shadow"
reap "$shadow"
is "it finds a difference" "$?" 1
like "of the first input that came" "$(cat "$WORK/shadow.out")" 'first: rev [0-9]+, mixer-2: live [0-9.]+, trial [0-9.]+, after samples torque=50'
like "and what both raised" "$(cat "$WORK/shadow.out")" 'mixer alarm.strained: live 1, trial 1'
like "live goes on as it was" "$(ctl replay)" ' equal$'
like "a shadow without an end is refused" "$(ctl deploy "$SOURCE" --skip-tests --shadow forever 2>&1)" "'for' must be a duration of at most an hour"

# ---- a long run: make soak has ten million turns

turns=${REPLAY_TURNS:-20000}
"$BUILD/twinsim" --load --coap "$COAP" --prefix mixer- --count 100 --fields torque:N --messages "$turns" --window 256 --quiet >"$WORK/load.out" 2>&1
out=$(ctl replay)
like "a run of $turns messages is equal" "$out" ' equal$'
ok "in as many turns" test "$(sed -E 's/.*turns=([0-9]+).*/\1/' <<<"${out##*$'\n'}")" -ge "$turns"

# ---- a script that hides what it remembers is found out

cat >"$SCRIPTS/behavior/mixer.lua" <<'END'
local seen = 0 -- not in the twin's state, so a start forgets it
return { on = { torque = function(mixer) seen = seen + 1; mixer.derived.load = seen end } }
END
ctl deploy "$SOURCE" --skip-tests >/dev/null
torque mixer-2 1
torque mixer-2 2
stop_twind
start_twind
torque mixer-2 3
out=$(ctl replay)
is "memory outside of a twin differs after a start" "$?" 1
like "and is named" "${out##*$'\n'}" ' differ first=[0-9]+ twin=mixer-2 field=derived.load$'
like "with both values" "$out" 'mixer-2 derived.load: recorded 1, now [0-9]+; [0-9]+ turns? differ'
NO_REPLAY="it ends with a script whose memory is not the twin's"
finish
