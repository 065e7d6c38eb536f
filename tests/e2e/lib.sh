# What every end-to-end test starts with: real programs on free ports, requests, conditions with a deadline,
# and TAP. Sourced; a test ends with `finish`.
#
#   start_twind [FLAG ...]   waits for its ready line; sets COAP, HTTP, TWIND. Restarts keep $DATA
#   stop_twind, kill_twind   cleanly, with -9
#   coap METHOD PATH [OPTION ...]   by libcoap's client; sets CODE ("2.04") and BODY
#   http METHOD PATH [CURL OPTION ...]   sets CODE ("200") and BODY
#   is NAME GOT WANTED; like NAME GOT REGEX; ok NAME COMMAND ...; skip NAME WHY
#   wait_for SECONDS COMMAND ...   until it succeeds; what it last said is shown when it does not
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BUILD=${BUILD:-build}
RECORDED=${TWIND_DATA:-$PWD/../shared/data} # of real assets; twind's own setting has the same name
unset TWIND_DATA
WORK=$(mktemp -d "${TMPDIR:-/tmp}/twind-e2e.XXXXXX")
DATA=$WORK/data
MODELS=models SCRIPTS=scripts
COAP= HTTP= TWIND= READY=
declare -A STARTED=() # process ids that this test started and must end
TESTS=0 FAILURES=0

end_all() {
  local pid
  for pid in "${!STARTED[@]}"; do kill -9 "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
  [[ ${KEEP_WORK:-} ]] && echo "# kept: $WORK" || rm -rf "$WORK"
}
trap 'end_all' EXIT
trap 'exit 130' INT TERM

# ---- TAP

pass() { echo "ok $((++TESTS)) - $1"; }
fail() { # NAME [DETAIL ...]
  local line
  echo "not ok $((++TESTS)) - $1"
  shift
  for line in "$@"; do sed 's/^/#   /' <<<"$line"; done
  FAILURES=$((FAILURES + 1))
}
is() { [[ $2 == "$3" ]] && pass "$1" || fail "$1" "got:    $2" "wanted: $3"; }
like() { [[ $2 =~ $3 ]] && pass "$1" || fail "$1" "got:          $2" "wanted match: $3"; }
ok() { # NAME COMMAND...; in this shell, for only it may wait for what it started
  local name=$1
  shift
  "$@" >"$WORK/said" 2>&1 && pass "$name" || fail "$name" "$* failed" "$(cat "$WORK/said")"
}
skip() { echo "ok $((++TESTS)) - $1 # SKIP $2"; }
skip_all() { echo "1..0 # SKIP $1" && exit 0; }
# What a test did to twind is all in its log: run again, it comes to the same. A test that damages its log says
# NO_REPLAY=WHY.
replay_all() {
  [[ -d $DATA/log ]] || return 0
  [[ ${NO_REPLAY:-} ]] && { skip "a replay of all it did is equal" "$NO_REPLAY"; return; }
  [[ ${STARTED[${TWIND:-0}]:-} ]] && { stop_twind || true; }
  ok "a replay of all it did is equal" "$BUILD/twind" --data "$DATA" --models "$MODELS" --scripts "$SCRIPTS" --verify --log error
}
finish() {
  replay_all
  echo "1..$TESTS"
  [[ $FAILURES -eq 0 ]]
  exit
}
# What the rest of the test stands on: without it there is nothing more to show.
give_up() { fail "$@" && [[ -s $WORK/twind.log ]] && tail -n 20 "$WORK/twind.log" | sed 's/^/# twind: /'; finish; }

wait_for() { # SECONDS COMMAND...: quietly; the poll is short because each wait is on the test's clock
  local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
  shift
  until "$@" >/dev/null 2>&1; do
    [[ ${EPOCHREALTIME/./} -lt $end ]] || { "$@"; return; }
    sleep 0.02
  done
}

# ---- programs

launch() { # COMMAND... >OUT 2>ERR: in the background, ended with the test; sets LAUNCHED
  "$@" </dev/null &
  LAUNCHED=$!
  STARTED[$LAUNCHED]=1
}
ended() { ! kill -0 "$1" 2>/dev/null; }
reap() { # PID: its exit status
  local status
  wait "$1"
  status=$?
  unset "STARTED[$1]"
  return "$status"
}

READY_SECONDS=${READY_SECONDS:-20}
# False when it ended before it was ready; its status is in STATUS then.
try_twind() {
  : >"$WORK/ready"
  launch "$BUILD/twind" --data "$DATA" --models "$MODELS" --scripts "$SCRIPTS" --coap 127.0.0.1:0 \
    --http 127.0.0.1:0 "$@" >"$WORK/ready" 2>>"$WORK/twind.log"
  TWIND=$LAUNCHED STATUS=
  wait_for "$READY_SECONDS" is_ready_or_gone || return 1
  READY=$(<"$WORK/ready")
  if [[ $READY != ready\ * ]]; then
    reap "$TWIND"
    STATUS=$?
    return 1
  fi
  COAP=$(sed -E 's/.* coap=([^ ]+).*/\1/' <<<"$READY")
  HTTP=$(sed -E 's/.* http=([^ ]+).*/\1/' <<<"$READY")
}
is_ready_or_gone() { [[ $(wc -l <"$WORK/ready") -gt 0 ]] || ended "$TWIND"; }
start_twind() { try_twind "$@" || give_up "twind starts" "$READY" "status ${STATUS:-none}"; }
stop_twind() { kill -TERM "$TWIND" && reap "$TWIND"; }
kill_twind() { kill -9 "$TWIND" && reap "$TWIND" 2>/dev/null; }

# ---- requests

COAP_CLIENT=$(type -P coap-client-notls || type -P coap-client-gnutls || type -P coap-client || true)
coap() { # METHOD PATH [OPTION ...]: "-e TEXT" is the payload, "-t 110" its format
  local method=${1,,} path=$2
  shift 2
  : >"$WORK/coap.body"
  "$COAP_CLIENT" -v 6 -B "${COAP_SECONDS:-5}" -m "$method" -o "$WORK/coap.body" "$@" "coap://$COAP$path" \
    >"$WORK/coap.out" 2>"$WORK/coap.err"
  # The last answer of the lines `v:1 t:ACK c:2.04 i:86e2 {01} [ ]`; before it may be 2.31 of a block.
  CODE=$(grep -a '^v:1 t:' "$WORK/coap.out" | grep -aoE ' c:[2-5]\.[0-9]{2} ' | tail -n 1 | tr -d ' c:')
  BODY=$(tr -d '\0' <"$WORK/coap.body")
  [[ $CODE == 2.* ]] || BODY=$(tr -d '\0' <"$WORK/coap.err" | sed "1s/^$CODE //")
}
http() { # METHOD PATH [CURL OPTION ...]
  local method=$1 path=$2
  shift 2
  CODE=$(curl -sS --max-time 10 -X "$method" -o "$WORK/http.body" -w '%{http_code}' "$@" "http://$HTTP$path" 2>"$WORK/http.err")
  BODY=$(cat "$WORK/http.body" 2>/dev/null)
}
api() { # METHOD PATH [CURL OPTION ...]: BODY alone, on standard output
  curl -sS --max-time 10 -X "$1" "${@:3}" "http://$HTTP/api/v1$2"
}
ctl() { "$BUILD/twinctl" --url "http://$HTTP" "$@"; }
metric() { # NAME[{LABELS}]: its value, 0 when it is not there yet
  curl -sS --max-time 10 "http://$HTTP/metrics" | awk -v name="$1" '$1 == name { print $2; found = 1 } END { if (!found) print 0 }'
}
state_hash() { api GET /state | jq -r .hash; }
value() { api GET "/twins/$1" | jq -c ".telemetry.$2.value"; } # TWIN FIELD
has_value() { [[ $(value "$1" "$2") == "$3" ]]; }
