# What-if: what a branch of the incubator's next hour takes, and what asking costs ingest. Sourced by run.sh.

asking_s() { # STEP SAMPLES: seconds until it is answered
  curl -sS --max-time 100 -X POST -d "{\"horizon\":\"1h\",\"step\":\"$1\",\"samples\":$2,\"emit\":[\"box_temperature\",\"lid_open\"]}" \
    -o "$WORK/whatif.json" -w '%{time_total}' "http://$HTTP/api/v1/twins/incubator-1/whatif"
}
ask_on() {
  while true; do asking_s 10s 200 >/dev/null; done
}

part_whatif() {
  local round none alone asker
  RATE=${WHATIF_RATE:-50000}
  MODELS=models SCRIPTS=scripts launch_twind new
  curl -sS -X POST -H 'Content-Type: application/x-ndjson' -d '{"id":"incubator-1","model":"incubator"}' "http://$HTTP/api/v1/twins/import" >/dev/null
  curl -sS -X POST -d "{\"twin\":\"incubator-1\",\"time\":$(date +%s),\"values\":{\"t1\":22,\"t2\":31,\"t3\":31.5,\"heater\":true,\"fan\":true}}" \
    "http://$HTTP/api/v1/series" >/dev/null
  pump_load --messages 10000 --window 256
  for ((round = 0; round < ROUNDS; round++)); do
    none=$(asking_s 1s 0)
    note whatif_branch_ms "$(calc "1000 * ($(asking_s 1s 20) - $none) / 20")"
    [[ $(jq '[.samples, (.time | length), .branches[0].high.box_temperature[3600] > 40]' -c "$WORK/whatif.json") == '[20,3601,true]' ]] ||
      die "what-if answered $(head -c 300 "$WORK/whatif.json")"
    note whatif_members_s "$(asking_s 10s 1000)"
  done
  for thread in "/proc/$SERVER/task"/*; do [[ ${thread##*/} == "$SERVER" ]] || taskset -cp 1 "${thread##*/}" >/dev/null; done
  for ((round = 0; round < ROUNDS; round++)); do
    alone=$(loop_cost 3)
    ask_on &
    asker=$!
    note whatif_cost "$(calc "100 * ($(loop_cost 3) / $alone - 1)")"
    kill "$asker" && wait "$asker" 2>/dev/null
  done
  stop_server
  say "an hour of the incubator in steps of 1 s takes $(newest whatif_branch_ms) ms a branch; 1,000 branches in steps of 10 s $(newest whatif_members_s) s;" \
    "asking all the time costs the loop $(newest whatif_cost) % more CPU a message"
}
