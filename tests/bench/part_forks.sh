# Forks of the live world: what open ones cost, how fast the log is run again, what a shadow costs. Sourced by run.sh.

part_forks() {
  local round
  for ((round = 0; round < ROUNDS; round++)); do
    taskset -c 0 "$BUILD/bench/forks" 100000 "$SECONDS_COUNTED" >"$WORK/forks.json" || die "forks failed"
    note fork_open_ms "$(jq .open_ms "$WORK/forks.json")"
    note forks_cost "$(jq .lost_percent "$WORK/forks.json")"
  done
  say "a fork of 100,000 pumps opens in $(newest fork_open_ms) ms; 16 open ones cost $(newest forks_cost) % of the turns"
}

pump_load() { # twinsim's flags
  taskset -c 1 "$BUILD/twinsim" --load --coap "$ADDRESS" --prefix pump- --count 1000 --fields temperature:Cel,vibration:mm/s,flow,power \
    --quiet --report "$WORK/report.json" "$@" >&2 || die "twinsim failed"
}

part_replay() {
  local round start end turns
  MODELS=models SCRIPTS=scripts launch_twind new
  pump_load --messages 1000000 --window 1024
  for ((round = 0; round < ROUNDS; round++)); do
    start=$EPOCHREALTIME
    "$BUILD/twinctl" --url "http://$HTTP" replay >"$WORK/replay" || die "a replay differs: $(cat "$WORK/replay")"
    end=$EPOCHREALTIME
    turns=$(sed -E 's/.*turns=([0-9]+).*/\1/' "$WORK/replay")
    note replay_turns "$(calc "$turns / ($end - $start)")"
  done
  stop_server
  say "$turns turns replayed at $(newest replay_turns) a second"
}

thread_ticks() { # of the loop: the process's first thread
  awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$SERVER/task/$SERVER/stat"
}
loop_cost() { # SECONDS: CPU time of the loop for a message at RATE, microseconds
  local before
  pump_load --rate "$(calc "$RATE / 1000")" --seconds 1
  before=$(thread_ticks)
  pump_load --rate "$(calc "$RATE / 1000")" --seconds "$1"
  calc "($(thread_ticks) - $before) * 10000 / ($RATE * $1)"
}
# The shadow has the other core, which it shares with the load.
part_shadow() {
  local round alone source=$WORK/source shadow
  RATE=${SHADOW_RATE:-50000}
  mkdir -p "$source" && cp -R models scripts "$source"
  sed -i 's/pump.derived.health = .*/& + 1/' "$source/scripts/behavior/pump.lua"
  MODELS=models SCRIPTS=scripts launch_twind new
  pump_load --messages 10000 --window 256
  for ((round = 0; round < ROUNDS; round++)); do
    alone=$(loop_cost 3)
    "$BUILD/twinctl" --url "http://$HTTP" -o json deploy "$source" --skip-tests --shadow 7s >"$WORK/shadow.json" 2>"$WORK/shadow.err" &
    shadow=$!
    until [[ $(api_studies '[.studies[] | select(.kind == "shadow" and .state == "running")] | length') == 1 ]]; do sleep 0.05; done
    for thread in "/proc/$SERVER/task"/*; do [[ ${thread##*/} == "$SERVER" ]] || taskset -cp 1 "${thread##*/}" >/dev/null; done
    note shadow_cost "$(calc "100 * ($(loop_cost 3) / $alone - 1)")"
    wait "$shadow" # which differs
    note shadow_lag_s "$(jq .most_lag_s "$WORK/shadow.json")"
    [[ $(jq '.inputs > 100000 and .fields[0].field == "derived.health"' "$WORK/shadow.json") == true ]] || die "the shadow found $(cat "$WORK/shadow.json" "$WORK/shadow.err")"
  done
  stop_server
  say "a shadow on all of $RATE inputs a second lags at most $(newest shadow_lag_s) s and costs the loop $(newest shadow_cost) % more CPU a message"
}
api_studies() { curl -sS --max-time 10 "http://$HTTP/api/v1/studies" | jq "$1"; }
