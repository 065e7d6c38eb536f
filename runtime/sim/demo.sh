#!/usr/bin/env bash
# `make run`: twind with a plant that is simulated, in which one pump wears out. Ends all of it at Ctrl-C.
#   PLANT="line:4 bottling"   what there is: kinds of `twinsim --plant`, each with how many; in the first something fails
#   DATA=DIR   keep the plant's past there; without it each run begins a new one
#   COAP=ADDR HTTP=ADDR   other addresses; when the usual ones are taken, free ports are used
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
run=$build/run
if [[ -z ${DATA:-} ]]; then
  DATA=$run/data
  rm -rf "$DATA"
fi
mkdir -p "$run"
twind= twinsims=()
read -ra plants <<<"${PLANT:-line:4 bottling}"

# The simulator first, so that no device meets a runtime that is going.
stop() {
  trap '' INT TERM
  local pid
  for pid in "${twinsims[@]}" $twind; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}
trap stop EXIT
trap 'exit 0' INT TERM

# In sessions of their own, so that Ctrl-C reaches this script alone and the order of stopping is ours.
start_twind() { # COAP HTTP: false when it ended before it was ready
  : >"$run/ready"
  setsid "$build/twind" --dev --data "$DATA" --coap "$1" --http "$2" >"$run/ready" 2>"$run/twind.log" </dev/null &
  twind=$!
  until grep -q '^ready ' "$run/ready"; do
    kill -0 "$twind" 2>/dev/null || return 1
    sleep 0.05
  done
}
if ! start_twind "${COAP:-127.0.0.1:5683}" "${HTTP:-127.0.0.1:8080}"; then
  if [[ -z ${COAP:-}${HTTP:-} ]] && grep -qi 'in use' "$run/twind.log"; then
    echo "Port 5683 or 8080 is taken; using free ones."
    start_twind 127.0.0.1:0 127.0.0.1:0 || { cat "$run/twind.log" >&2 && exit 1; }
  else
    cat "$run/twind.log" >&2
    exit 1
  fi
fi
coap=$(sed -E 's/.* coap=([^ ]+).*/\1/' "$run/ready")
http=$(sed -E 's/.* http=([^ ]+).*/\1/' "$run/ready")

: >"$run/twinsim.log"
failing=(--failing 1)
for plant in "${plants[@]}"; do
  [[ $plant == *:* ]] || plant+=:1
  setsid "$build/twinsim" --plant "${plant%%:*}" --count "${plant#*:}" "${failing[@]}" --faults 2 --quiet \
    --coap "coap://$coap" --http "$http" >>"$run/twinsim.log" 2>&1 </dev/null &
  twinsims+=($!)
  failing=()
done
story="something in it fails."
[[ ${plants[0]} == line* ]] && story="in one of its pumps a bearing wears out. Within two minutes its forecast
  reaches the limit, before the alarm is raised."
cat <<END

  Dashboard   http://$http
  Devices     coap://$coap
  Logs        $run/twind.log and $run/twinsim.log

  A simulated plant is sending; $story
  Scripts are reloaded when you change them. Ctrl-C ends it.

END
wait -n "$twind" "${twinsims[@]}" || true
kill -0 "$twind" 2>/dev/null || { echo "twind has ended:" >&2 && tail -n 5 "$run/twind.log" >&2 && exit 1; }
echo "A twinsim has ended:" >&2 && tail -n 5 "$run/twinsim.log" >&2
exit 1
