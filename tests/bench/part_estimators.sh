# Estimators: what an update costs, and what a fleet that predicts every minute takes. Sourced by run.sh.

part_estimators() {
  local round ns
  for ((round = 0; round < ROUNDS; round++)); do
    taskset -c 0 "$BUILD/bench/estimators" >"$WORK/estimators.json" || die "estimators cannot be measured"
    for ns in ewma cusum; do note "${ns}_ns" "$(jq ".$ns" "$WORK/estimators.json")"; done
    for ns in discord trees; do note "${ns}_us" "$(calc "$(jq ".$ns" "$WORK/estimators.json") / 1000")"; done
  done
  say "nanoseconds an update: $(<"$WORK/estimators.json")"
}

# 10,000 pumps, each with a message and a prediction a minute; the CPU time of all of it.
part_predictions() {
  local MODELS=models SCRIPTS=$WORK/minute before count
  rm -rf "$WORK/minute" && cp -R scripts "$WORK/minute"
  sed -i 's/every = "10s"/every = "1m"/' "$WORK/minute/prediction/bearing_wear.lua"
  launch_twind new
  predicted() { curl -sS "http://$HTTP/metrics" | awk '/^twind_script_predictions_total\{/ { sum += $2 } END { print sum }'; }
  load() { # SECONDS
    taskset -c 1 "$BUILD/twinsim" --load --coap "$ADDRESS" --prefix pump- --count "$TWINS" --rate 0.0166667 --seconds "$1" --window 64 \
      --fields temperature:Cel,vibration:mm/s --quiet || die "twinsim failed"
  }
  load 60
  before=$(ticks) count=$(predicted)
  load 60
  note predictions_cpu "$(calc "($(ticks) - $before) / 60")"
  count=$(($(predicted) - count))
  [[ $count -gt $((TWINS * 9 / 10)) ]] || die "only $count predictions ran in a minute"
  say "$count predictions a minute: $(newest predictions_cpu) % of a core, messages and log included"
  stop_server
}
