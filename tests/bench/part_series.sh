# Series: bytes a sample, a million samples as a thousand points, what reading costs ingest. Sourced by run.sh.

samples_stored() { curl -sS --max-time 10 "http://$HTTP/metrics" | awk '$1 == "twind_series_samples_total" { print $2 }'; }
until_stored() { # COUNT
  until [[ $(samples_stored) -ge $1 ]]; do sleep 0.05; done
}
reading_s() { # PATH: seconds of a request
  curl -sS --max-time 10 -o "$WORK/history.json" -w '%{time_total}' "http://$HTTP/api/v1$1"
}

part_series() {
  local round recorded=${TWIND_DATA:-$PWD/../shared/data}/incubator/lid_opening_experiment_jan_2021.csv
  MODELS=models SCRIPTS=scripts launch_twind new
  taskset -c 1 "$BUILD/twinsim" --coap "$ADDRESS" --http "$HTTP" --plant line --rate 200 --seconds 12 --quiet >&2 || die "twinsim failed"
  stop_server
  "$BUILD/bench/series" store "$WORK/data" >"$WORK/series.json" || die "the plant's series cannot be measured"
  note series_plant "$(jq .bytes "$WORK/series.json")"
  say "the plant: $(<"$WORK/series.json")"
  if [[ -r $recorded ]]; then
    "$BUILD/bench/series" csv "$recorded" time t1 t2 t3 heater_on fan_on >"$WORK/series.json" || die "$recorded cannot be measured"
    note series_incubator "$(jq .bytes "$WORK/series.json")"
    say "the incubator: $(<"$WORK/series.json")"
  else
    say "skipped: no data of the incubator"
  fi

  launch_twind new
  taskset -c 1 "$BUILD/twinsim" --load --coap "$ADDRESS" --count 1 --messages 1000000 --window 1024 --quiet --report "$WORK/report.json" >&2 ||
    die "twinsim failed"
  until_stored 1000000
  for ((round = 0; round < ROUNDS * 3; round++)); do
    note series_read_ms "$(calc "1000 * $(reading_s '/twins/m0000000/history?fields=temperature&points=1000')")"
    [[ $(jq '.fields | to_entries[0].value.value | length' "$WORK/history.json") -ge 900 ]] || die "it has not 1,000 points"
  done
  stop_server
  say "a million samples as a thousand points: $(newest series_read_ms) ms"
}

# As many as ten charts that are drawn anew each second, of 3,000 samples each.
queries() {
  while sleep 0.1; do reading_s '/twins/m0000000/history?fields=temperature&points=1000' >/dev/null; done
}
saturated() { # answered a second
  taskset -c 1 "$BUILD/twinsim" --load --coap "$ADDRESS" --count 1000 --window 1024 --warmup 0.5 --seconds "$SECONDS_COUNTED" --quiet \
    --report "$WORK/report.json" >&2 || die "twinsim failed"
  json answered_per_second
}
part_queries() {
  local round alone asker
  launch_twind new
  taskset -c 1 "$BUILD/twinsim" --load --coap "$ADDRESS" --count 1000 --messages 3000000 --window 1024 --quiet --report "$WORK/report.json" >&2
  for ((round = 0; round < ROUNDS; round++)); do
    alone=$(saturated)
    queries 2>/dev/null &
    asker=$!
    note queries_cost "$(calc "100 * (1 - $(saturated) / $alone)")"
    kill "$asker" && wait "$asker" 2>/dev/null
  done
  stop_server
  say "ten histories a second cost $(newest queries_cost) % of the messages"
}
