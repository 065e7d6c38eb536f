#!/usr/bin/env bash
# `make bench`: how fast the full path is, beside what the kernel and a bare libcoap do in the same minutes.
#
#   tests/bench/run.sh [PART ...]     parts: share latency push gateway twins idle turns forks replay shadow series
#                                   queries whatif estimators predictions reload poison; without any, all
#   BENCH_ROUNDS=5  BENCH_SECONDS=2   rounds of each part; seconds that a saturated run counts
#
# All of a server runs on core 0, all load on core 1. Servers take turns within a round and each run begins
# with a new server, so that what drifts on the machine drifts for all. A run that others' work disturbed is
# made again, at most twice. Prints medians and ratios, writes them to $BUILD/bench.json; exit 1 when one is
# below its floor, 2 when it cannot run.
set -uo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C
BUILD=${BUILD:-build} ROUNDS=${BENCH_ROUNDS:-5} SECONDS_COUNTED=${BENCH_SECONDS:-2}
PARTS=${*:-share latency push gateway twins idle turns forks replay shadow series queries whatif estimators predictions reload poison}
MINUTE=${BENCH_MINUTE:-60} # seconds of load while versions are swapped or twins misbehave
TWINS=10000       # of the load
FLEET=100000      # of the part `twins`
LONG=6            # seconds counted where a checkpoint (every five) must be among them
FOREIGN_MOST=0.06 # of both cores, that others may take in a run

# name | floor | goal | unit | what: less is better unless the floor is below its goal.
LIMITS='share_1_1024        | 0.50   | 0.65    | of raw | saturated, 1 peer, window 1024
share_1_4096        | 0.50   | 0.65    | of raw | saturated, 1 peer, window 4096
share_10000_1024    | 0.45   | 0.55    | of raw | saturated, 10,000 peers, window 1024
share_10000_4096    | 0.45   | 0.55    | of raw | saturated, 10,000 peers, window 4096
ack_p50_ms          | 1.5    | 1       | ms     | ACK, p50, at 100,000/s or half of saturation
ack_p99_ms          | 8      | 5       | ms     | ACK, p99
push_p50_ms         | 5      | 2       | ms     | sensor to WebSocket client, p50, half load, 100 clients of 10 twins
push_p99_ms         | 25     | 10      | ms     | sensor to WebSocket client, p99
gateway_samples     | 400000 | 1000000 | 1/s    | samples of gateway packs, 50 records each
twin_bytes          | 2048   | 1024    | bytes  | resident a twin, of 100,000 pumps and their motors
ready_s             | 3      | 1       | s      | ready after kill -9, 100,000 pumps and their motors
idle_mb             | 40     | 20      | MB     | resident, idle
idle_cpu            | 2      | 0.5     | %      | CPU, idle
turns_1000          | 300000 | 500000  | 1/s    | turns of the pump behaviour in memory, 1,000 twins
turns_100000        | 150000 | 300000  | 1/s    | turns of the pump behaviour in memory, 100,000 twins
fork_open_ms        | 10     | 1       | ms     | to open a fork of 100,000 pumps
forks_cost          | 5      | 3       | %      | of the turns in memory, beside 16 open forks of 100,000 pumps
replay_turns        | 150000 | 300000  | 1/s    | turns of the pump behaviour run again from the log and compared
shadow_lag_s        | 1      | 0.3     | s      | a shadow behind all that comes in, at 50,000/s, at most
shadow_cost         | 5      | 2       | %      | CPU time of the loop a message, with a shadow, more than without
series_plant        | 6      | 3.5     | bytes  | a sample of the simulated plant in its series: time, value, quality
series_incubator    | 6      | 3.5     | bytes  | the same of the recorded incubator
series_read_ms      | 20     | 10      | ms     | a million samples as 1,000 points, over HTTP
queries_cost        | 5      | 2       | %      | of the messages, while ten histories a second are read on the same core
whatif_branch_ms    | 20     | 10      | ms     | a branch of what-if: the incubator, one hour in steps of 1 s
whatif_members_s    | 5      | 2       | s      | 1,000 branches by chance: the same hour in steps of 10 s
whatif_cost         | 5      | 2       | %      | CPU time of the loop a message, while what-if is asked all the time, more than without
ewma_ns             | 200    | 20      | ns     | an update of an ewma
cusum_ns            | 200    | 20      | ns     | an update of a cusum
discord_us          | 20     | 10      | us     | an update of a discord, 10 samples against 2,048
trees_us            | 36     | 15      | us     | an estimate of 400 trees of depth 4
predictions_cpu     | 20     | 10      | %      | of a core: 10,000 twins with a message and a prediction a minute
reload_p99_ratio    | 2      | 1.5     | x      | ACK, p99, with a new version each second, of that without
reload_pause_ms     | 5      | 1       | ms     | longest pause of a swap
reload_wrong        | 0      | 0       | twins  | with a sample lost, reordered or run twice over the reloads
poison_p99_ratio    | 2      | 1.5     | x      | ACK, p99, while 1 % of twins loop or eat memory, of that without
poison_wrong        | 0      | 0       | twins  | others that lost a sample meanwhile'

die() { echo "bench: $*" >&2 && exit 2; }
say() { printf '%s\n' "$*" >&2; }
for program in twind twinsim bench/raw_echo bench/bare_libcoap bench/ws_clients; do
  [[ -x $BUILD/$program ]] || die "there is no $BUILD/$program; make bench builds it"
done
[[ $(nproc) -ge 2 ]] || die "two cores are needed: one for the server, one for the load"
taskset -c 0,1 true 2>/dev/null || die "cores 0 and 1 cannot be used; see taskset(1)"

WORK=$BUILD/bench/work # on a real disk, as a sync is part of what is measured
rm -rf "$WORK" && mkdir -p "$WORK" || die "$WORK cannot be made"
SERVER= ADDRESS= HTTP= RATE= DISTURBED=0
declare -A VALUES=() # name -> every round's value
stop_server() {
  [[ $SERVER ]] && kill -"${1:-TERM}" "$SERVER" 2>/dev/null && wait "$SERVER" 2>/dev/null
  SERVER=
}
trap 'stop_server KILL; rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM

died() { # WHO: with the last that it said
  wait "$SERVER"
  echo "bench: $1 ended with status $? under load" >&2
  tail -n 10 "$WORK/server.log" >&2
  exit 2
}

# ---- servers

launch() { # COMMAND...: on core 0; waits for its ready line, sets SERVER, ADDRESS and HTTP
  : >"$WORK/ready"
  taskset -c 0 "$@" >"$WORK/ready" 2>>"$WORK/server.log" </dev/null &
  SERVER=$!
  until grep -q '^ready ' "$WORK/ready"; do
    kill -0 "$SERVER" 2>/dev/null || { tail -n 5 "$WORK/server.log" >&2 && die "$1 did not start"; }
    sleep 0.01
  done
  ADDRESS=$(sed -E 's/.*coap=([^ ]+).*/\1/' "$WORK/ready")
  HTTP=$(sed -nE 's/.*http=([^ ]+).*/\1/p' "$WORK/ready")
}
launch_twind() { # [new]: with the bench's models
  [[ ${1:-} == new ]] && rm -rf "$WORK/data"
  launch "$BUILD/twind" --data "$WORK/data" --models "${MODELS:-tests/bench/models}" --scripts "${SCRIPTS:-tests/bench/scripts}" \
    --coap 127.0.0.1:0 --http 127.0.0.1:0 --log warn
}
launch_server() { # raw | bare | twind
  case $1 in
    raw) launch "$BUILD/bench/raw_echo" 0 ;;
    bare) launch "$BUILD/bench/bare_libcoap" $((20000 + RANDOM % 10000)) ;;
    twind) launch_twind new ;;
  esac
}

# ---- measures

json() { # KEY: the number behind its first mention in twinsim's report
  awk -F'[:,]' -v key="\"$1\"" '{ gsub(/[ \t]/, "") } $1 == key { print $2; exit }' "$WORK/report.json"
}
status_kb() { awk -v key="$1:" '$1 == key { print $2 }' "/proc/$SERVER/status"; }
ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$SERVER/stat"; } # CPU of the server, 1/100 s
busy_ticks() { awk '/^cpu[01] / { sum += $2 + $3 + $4 + $7 + $8 } END { print sum }' /proc/stat; }
calc() { awk "BEGIN { print $* }"; }
median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
note() { VALUES[$1]+="$2 "; } # NAME VALUE
newest() { awk '{ print $NF }' <<<"${VALUES[$1]}"; }
middle() { tr ' ' '\n' <<<"${VALUES[$1]% }" | median; }

# One run of load against a new server: SERVER_KIND twinsim-flag...; says false when others took the cores.
run_load() {
  local kind=$1 try before_busy before_server start foreign
  shift
  for try in 1 2 3; do
    launch_server "$kind"
    before_busy=$(busy_ticks) before_server=$(ticks) start=$EPOCHREALTIME
    taskset -c 1 "$BUILD/twinsim" --load --coap "$ADDRESS" --count "$TWINS" --warmup 1 --quiet --report "$WORK/report.json" "$@" \
      >&2 || die "twinsim failed: $*"
    kill -0 "$SERVER" 2>/dev/null || died "$kind"
    foreign=$(calc "($(busy_ticks) - $before_busy - $(ticks) + $before_server - 100 * $(json cpu_seconds)) / 200 / ($EPOCHREALTIME - $start)")
    stop_server
    [[ $(json answered) == 0 ]] && die "$kind answered nothing"
    [[ $(json accepted) == "$(json answered)" && $(json partly_refused) == 0 ]] || die "$kind refused messages: $(tr -d '\n\t' <"$WORK/report.json")"
    [[ $(calc "$foreign <= $FOREIGN_MOST") == 1 ]] && return
    [[ $try == 3 ]] && DISTURBED=$((DISTURBED + 1)) && say "    kept, although others took $(calc "int($foreign * 100)") % of the cores"
  done
}

half_load() { # sets RATE: half of what `share` found or is found now, at most 100,000 a second
  [[ ${VALUES[twind_1_1024]:-} ]] || { run_load twind --window 1024 --seconds 3 && note twind_1_1024 "$(json answered_per_second)"; }
  RATE=$(calc "$(middle twind_1_1024) / 2 < 100000 ? int($(middle twind_1_1024) / 2) : 100000")
}

# ---- parts

part_share() {
  local round peers window server servers
  for ((round = 1; round <= ROUNDS; round++)); do
    servers='raw twind bare'
    ((round % 2)) || servers='bare twind raw'
    for peers in 1 10000; do
      for window in 1024 4096; do
        for server in $servers; do
          run_load "$server" --window "$window" --peers "$peers" --seconds "$(calc "$SECONDS_COUNTED + 1")"
          note "${server}_${peers}_$window" "$(json answered_per_second)"
          say "$(printf 'round %d/%d  %5d peers  window %d  %-5s %9.0f a second' "$round" "$ROUNDS" "$peers" "$window" "$server" "$(json answered_per_second)")"
        done
        note "share_${peers}_$window" "$(ratio_of_round twind raw "${peers}_$window")"
        note "bare_share_${peers}_$window" "$(ratio_of_round bare raw "${peers}_$window")"
      done
    done
  done
}
ratio_of_round() { calc "$(newest "$1_$3") / $(newest "$2_$3")"; }

part_latency() {
  local round
  half_load
  for ((round = 1; round <= ROUNDS; round++)); do
    run_load twind --rate "$(calc "$RATE / $TWINS")" --seconds $((LONG + 1))
    note ack_p50_ms "$(calc "$(json p50) / 1000")"
    note ack_p99_ms "$(calc "$(json p99) / 1000")"
    say "round $round/$ROUNDS  ACK at $RATE a second: p50 $(calc "$(json p50) / 1000") ms, p99 $(calc "$(json p99) / 1000") ms, max $(calc "$(json max) / 1000") ms"
  done
}

part_push() {
  local round load
  half_load
  for ((round = 1; round <= ROUNDS; round++)); do
    launch_twind new
    taskset -c 1 "$BUILD/twinsim" --load --coap "$ADDRESS" --count "$TWINS" --rate "$(calc "$RATE / $TWINS")" --values clock \
      --seconds $((LONG + 4)) --quiet --report "$WORK/report.json" &
    load=$!
    sleep 1 # twins come to be
    taskset -c 1 "$BUILD/bench/ws_clients" "$HTTP" 100 10 "$TWINS" "$LONG" >"$WORK/ws.json" || die "ws_clients failed"
    wait "$load"
    stop_server
    note push_p50_ms "$(sed -E 's/.*"p50":([0-9]+).*/\1/' "$WORK/ws.json" | awk '{ print $1 / 1000 }')"
    note push_p99_ms "$(sed -E 's/.*"p99":([0-9]+).*/\1/' "$WORK/ws.json" | awk '{ print $1 / 1000 }')"
    say "round $round/$ROUNDS  WebSocket at $RATE a second: $(<"$WORK/ws.json")"
  done
}

part_gateway() {
  local round
  for ((round = 1; round <= ROUNDS; round++)); do
    run_load twind --pack 50 --fields u1,u2,u3,i1,i2,i3,p,q,pf,f --prefix g --window 256 --seconds "$(calc "$SECONDS_COUNTED + 1")"
    note gateway_samples "$(json records_per_second)"
    say "round $round/$ROUNDS  gateway packs: $(json records_per_second) samples a second"
  done
}

part_twins() {
  local round before after start MODELS=models SCRIPTS=scripts
  for ((round = 1; round <= (ROUNDS + 1) / 2; round++)); do
    launch_twind new
    before=$(status_kb VmRSS)
    taskset -c 1 "$BUILD/twinsim" --load --coap "$ADDRESS" --prefix pump- --count "$FLEET" --messages "$FLEET" --window 1024 \
      --fields temperature:Cel,vibration:mm/s,flow,power --quiet || die "twinsim failed"
    sleep $((LONG + 2)) # until they are all checkpointed
    after=$(status_kb VmRSS)
    note twin_bytes "$(calc "($after - $before) * 1024 / (2 * $FLEET)")"
    stop_server KILL
    start=$EPOCHREALTIME
    launch_twind
    note ready_s "$(calc "$EPOCHREALTIME - $start")"
    grep -q "twins=$((2 * FLEET)) " "$WORK/ready" || die "not all twins are back: $(<"$WORK/ready")"
    say "round $round  $FLEET pumps and motors: $(calc "($after - $before) * 1024 / (2 * $FLEET)") bytes each, ready after $(calc "$EPOCHREALTIME - $start") s, then $(status_kb VmRSS) kB"
    stop_server
  done
}

part_idle() {
  local MODELS=models SCRIPTS=scripts before
  launch_twind new
  sleep 1
  before=$(ticks)
  sleep 5
  note idle_cpu "$(calc "($(ticks) - $before) / 5")"
  note idle_mb "$(calc "$(status_kb VmRSS) / 1000")"
  say "idle: $(status_kb VmRSS) kB, $(calc "($(ticks) - $before) / 5") % CPU"
  stop_server
}

part_turns() {
  local round twins
  for ((round = 1; round <= ROUNDS; round++)); do
    for twins in 1000 100000; do
      taskset -c 0 "$BUILD/bench/turns" "$twins" "$SECONDS_COUNTED" >"$WORK/turns.json" || die "turns failed"
      note "turns_$twins" "$(sed -E 's/.*"turns_per_second":([0-9]+).*/\1/' "$WORK/turns.json")"
      say "round $round/$ROUNDS  $(<"$WORK/turns.json")"
    done
  done
}

# Twins that count their samples, whose values only go up: what was acked ran, once, in order.
SEQUENCE_RATE=5 # a second of each twin
sequence_load() { # SECONDS
  taskset -c 1 "$BUILD/twinsim" --load --coap "$ADDRESS" --count "$TWINS" --rate "$SEQUENCE_RATE" --values sequence --fields count \
    --acked "$WORK/acked" --seconds "$1" --quiet --report "$WORK/report.json" >&2 || die "twinsim failed"
}
sequence_p99() { # the load alone; sets P99
  launch_twind new
  sequence_load 15
  stop_twind_and_note
  P99=$(json p99)
}
stop_twind_and_note() { kill -0 "$SERVER" 2>/dev/null || died twind; stop_server; }
# Twins whose state does not fit what was acked, one a line: ID, why. EXCEPT is a regex of ids whose behaviour is dropped.
sequence_wrong() { # EXCEPT
  local cursor=
  while :; do
    curl -sS --max-time 30 "http://$HTTP/api/v1/twins?limit=500${cursor:+&cursor=$cursor}" >"$WORK/page.json" || die "no page of twins"
    jq -r '.twins[] | "\(.id) \(.telemetry.count.value) \(.derived.turns.value) \(.derived.gaps.value)"' "$WORK/page.json"
    cursor=$(jq -r '.cursor // ""' "$WORK/page.json")
    [[ $cursor ]] || break
  done | awk -v except="$1" 'FNR == NR { last[$1] = $3; acks[$1]++; next }
    { more = $2 > last[$1] # the last one may be stored and its answer not be heard any more
      seen[$1] = 1
      if ($2 < last[$1]) print $1, "acked", last[$1], "holds", $2
      else if ($1 !~ except && ($3 != acks[$1] + more || $4 != "null"))
        print $1, "holds", $2, "after", $3, "turns and", acks[$1], "acks, out of order", $4 }
    END { for (id in last) if (!(id in seen)) print id, "is not there" }' "$WORK/acked" -
}

part_reload() {
  local MODELS=$WORK/sequence/models SCRIPTS=$WORK/sequence/scripts behavior=$WORK/sequence/scripts/behavior/meter.lua P99 swapper pause versions
  rm -rf "$WORK/sequence" "$WORK/acked" && cp -R tests/bench/sequence "$WORK"
  sequence_p99
  rm -f "$WORK/acked"
  launch_twind new
  for ((generation = 1; generation < MINUTE; generation++)); do # on the load's core
    sleep 1
    sed "s/GENERATION = 0/GENERATION = $generation/" tests/bench/sequence/scripts/behavior/meter.lua >"$WORK/new.lua"
    mv "$WORK/new.lua" "$behavior" && kill -HUP "$SERVER" 2>/dev/null || break
  done &
  swapper=$!
  sequence_load "$MINUTE"
  kill "$swapper" 2>/dev/null
  wait "$swapper" 2>/dev/null
  sequence_wrong ^$ >"$WORK/wrong"
  head -n 5 "$WORK/wrong" >&2
  grep -h behaviour_failed "$WORK/server.log" | tail -n 5 >&2 # whose turns are missing, and why
  pause=$(curl -sS "http://$HTTP/metrics" | awk '$1 == "twind_swap_pause_seconds_max" { print 1000 * $2 }')
  versions=$(curl -sS "http://$HTTP/metrics" | awk '$1 == "twind_reloads_total{result=\"loaded\"}" { print $2 }')
  stop_twind_and_note
  note reload_p99_ratio "$(calc "$(json p99) / $P99")"
  note reload_pause_ms "$pause"
  note reload_wrong "$(wc -l <"$WORK/wrong")"
  say "$versions versions in $MINUTE s, longest pause $pause ms: ACK p99 $(calc "$(json p99) / 1000") ms, without $(calc "$P99 / 1000") ms; $(json answered) answered, $(wc -l <"$WORK/wrong") twins wrong"
}

part_poison() {
  local MODELS=$WORK/sequence/models SCRIPTS=$WORK/sequence/scripts behavior=$WORK/sequence/scripts/behavior/meter.lua P99 kills
  rm -rf "$WORK/sequence" "$WORK/acked" && cp -R tests/bench/sequence "$WORK"
  sequence_p99
  rm -f "$WORK/acked"
  { cat tests/bench/sequence/poison.lua; sed 's/^local function on_count.*/&\n  poison(meter)/' tests/bench/sequence/scripts/behavior/meter.lua; } >"$behavior"
  launch_twind new
  sequence_load "$MINUTE"
  sequence_wrong '00$' >"$WORK/wrong"
  head -n 5 "$WORK/wrong" >&2
  kills=$(curl -sS "http://$HTTP/metrics" | awk '/^twind_script_calls_total\{result="(killed|memory)"\}/ { sum += $2 } END { print sum }')
  stop_twind_and_note
  [[ $kills -gt 0 ]] || die "no twin misbehaved"
  note poison_p99_ratio "$(calc "$(json p99) / $P99")"
  note poison_wrong "$(wc -l <"$WORK/wrong")"
  say "$((TWINS / 100)) of $TWINS twins misbehave, $kills calls stopped in $MINUTE s: ACK p99 $(calc "$(json p99) / 1000") ms, without $(calc "$P99 / 1000") ms; $(wc -l <"$WORK/wrong") twins wrong"
}

for file in tests/bench/part_*.sh; do . "$file"; done

# ---- the result

verdict() { # VALUE FLOOR GOAL
  awk -v v="$1" -v floor="$2" -v goal="$3" 'BEGIN {
    s = floor < goal ? 1 : -1
    if (s * v >= s * goal) print "goal"; else if (s * v >= s * floor) print "floor"; else print "BELOW" }'
}
report() {
  local name floor goal unit what value failed=0 comma=
  echo
  printf '%-66s %9s %8s %8s  %s\n' "medians of $ROUNDS rounds; $DISTURBED runs were disturbed" value floor goal unit
  {
    printf '{\n  "rounds": %s,\n  "disturbed": %s,\n  "cpu": "%s",\n  "kernel": "%s",\n  "results": {' "$ROUNDS" "$DISTURBED" \
      "$(sed -nE 's/^model name[ \t]*: //p' /proc/cpuinfo | head -n 1)" "$(uname -r)"
    while IFS='|' read -r name floor goal unit what; do
      name=${name// /} floor=${floor// /} goal=${goal// /} unit=$(xargs <<<"$unit") what=${what# }
      [[ ${VALUES[$name]:-} ]] || continue
      value=$(middle "$name")
      printf '%s\n    "%s": {"value": %s, "floor": %s, "goal": %s, "verdict": "%s", "rounds": [%s]}' "$comma" "$name" "$value" "$floor" \
        "$goal" "$(verdict "$value" "$floor" "$goal")" "$(sed 's/ /, /g' <<<"${VALUES[$name]% }")"
      comma=,
      printf '%-66s %9s %8s %8s  %s: %s\n' "$what" "$(awk -v v="$value" 'BEGIN { printf (v < 1000 ? "%.3g" : "%.0f"), v }')" "$floor" "$goal" "$unit" "$(verdict "$value" "$floor" "$goal")" >&3
      [[ $(verdict "$value" "$floor" "$goal") == BELOW ]] && failed=1
    done <<<"$LIMITS"
    printf '\n  },\n  "messages_per_second": {'
    comma=
    for name in {raw,bare,twind}_{1,10000}_{1024,4096}; do
      [[ ${VALUES[$name]:-} ]] || continue
      printf '%s\n    "%s": %.0f' "$comma" "$name" "$(middle "$name")"
      comma=,
    done
    printf '\n  }\n}\n'
    return "$failed"
  } 3>&1 >"$BUILD/bench.json"
}
compare() {
  local peers window
  for peers in 1 10000; do
    for window in 1024 4096; do
      [[ ${VALUES[raw_${peers}_$window]:-} ]] || continue
      printf '%5d peers, window %d: raw echo %.0f a second, bare libcoap %.0f (%.2f), twind %.0f (%.2f)\n' "$peers" "$window" \
        "$(middle "raw_${peers}_$window")" "$(middle "bare_${peers}_$window")" "$(middle "bare_share_${peers}_$window")" \
        "$(middle "twind_${peers}_$window")" "$(middle "share_${peers}_$window")"
    done
  done
}

for part in $PARTS; do
  declare -F "part_$part" >/dev/null || die "there is no part $part; see the head of $0"
  "part_$part"
done
report
failed=$?
compare
[[ $failed == 0 ]] || { echo "A value is below its floor." && exit 1; }
