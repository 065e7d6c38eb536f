#!/usr/bin/env bash
# kill -9 under load, again and again: tests/e2e/kill9.sh [CYCLES], 50 without.
#
# Load sends 0, 1, 2 ... of each twin, one message in flight a twin, and keeps what was acked. After each kill the
# twin must hold what was acked last or the one message after it, what its behaviour made must fit, recovery with
# checkpoints must give what the log alone gives, and the revisions must go on from beyond. In every fifth cycle
# the load ends first; then the state's hash must be what it was before the kill. In every tenth a checkpoint is
# being written when the kill comes, or has just been.
. "$(dirname "$0")/lib.sh"
MODELS=tests/e2e/models SCRIPTS=tests/e2e/scripts
CYCLES=${1:-${KILL_CYCLES:-50}}
TWINS=200
declare -A losses=([missing]=0 [torn]=0 [verify]=0 [hash]=0 [epoch]=0 [rev]=0)
acked_all=0 checkpoints=0 last_epoch= last_rev=0

load() { # SECONDS: in the background; sets LOAD
  launch "$BUILD/twinsim" --load --coap "coap://$COAP" --count "$TWINS" --window 64 --values sequence --fields count \
    --acked "$WORK/acked" --seed "$RANDOM" --seconds "$1" --quiet >"$WORK/twinsim.log" 2>&1
  LOAD=$LAUNCHED
}
bad() { # WHAT DETAIL
  losses[$1]=$((losses[$1] + 1))
  [[ ${losses[$1]} -gt 5 ]] || sed "s/^/# cycle $cycle, $1: /" <<<"$2"
}
has_checkpoint() { [[ $(metric twind_checkpoint_slices_total) -gt 0 ]]; }
has_acked() { [[ $(wc -l <"$WORK/acked") -ge $1 ]]; }

twins() { # every twin as `ID COUNT TWICE`
  local cursor='' page
  while :; do
    page=$(api GET "/twins?model=meter&limit=500${cursor:+&cursor=$cursor}")
    jq -r '.twins[] | "\(.id) \(.telemetry.count.value) \(.derived.twice.value)"' <<<"$page"
    cursor=$(jq -r '.cursor // "" | @uri' <<<"$page")
    [[ $cursor ]] || break
  done
}

# acked: `ID count VALUE`, in order; stored: `ID COUNT TWICE`. What is missing or torn, one a line.
compare() {
  awk 'FNR == NR { acked[$1] = $3; next }
    { if ($1 in acked && $2 != acked[$1] && $2 != acked[$1] + 1) print "missing", $1, "acked", acked[$1], "holds", $2
      if ($3 != 2 * $2) print "torn", $1, "holds", $2, "and twice", $3
      seen[$1] = 1 }
    END { for (id in acked) if (!(id in seen)) print "missing", id, "acked", acked[id], "is not there" }' \
    "$WORK/acked" "$WORK/stored"
}

start_twind
for ((cycle = 1; cycle <= CYCLES; cycle++)); do
  epoch=$(api GET /info | jq -r .epoch)
  [[ $epoch != "$last_epoch" ]] || bad epoch "$epoch again"
  last_epoch=$epoch
  : >"$WORK/acked"
  hash=
  if ((cycle % 5 == 0)); then
    load 0.3
    reap "$LOAD" || give_up "twinsim runs" "$(cat "$WORK/twinsim.log")"
    hash=$(state_hash)
  else
    load 30
    wait_for 10 has_acked 10 || give_up "load is acked" "$(cat "$WORK/twinsim.log")" "$(tail -n 5 "$WORK/twind.log")"
    if ((cycle % 10 == 3)); then
      wait_for 15 has_checkpoint && checkpoints=$((checkpoints + 1))
    fi
    sleep "0.$(printf %03d $((RANDOM % 400)))" # the moment is meant to be a random one
    last_rev=$(api GET /state | jq .rev)
  fi
  kill_twind
  [[ $hash ]] || { kill -9 "$LOAD" && reap "$LOAD"; } 2>/dev/null
  acked_all=$((acked_all + $(wc -l <"$WORK/acked")))

  # It recovers twice and runs the whole log again, which takes longer each time.
  if ((cycle % 4 == 0)); then
    verified=$("$BUILD/twind" --verify --data "$DATA" 2>"$WORK/verify.err") ||
      bad verify "$verified $(tail -n 2 "$WORK/verify.err")"
  fi
  start_twind
  rev=$(api GET /state | jq .rev)
  [[ $rev -ge $last_rev ]] || bad rev "$rev after $last_rev"
  [[ ! $hash || $(state_hash) == "$hash" ]] || bad hash "$(state_hash), before it $hash"
  twins >"$WORK/stored"
  while read -r kind detail; do bad "$kind" "$detail"; done < <(compare)
  coap PUT /t/m-probe/count -t 0 -e "$cycle"
  probe=$(api GET /twins/m-probe | jq .rev)
  [[ $probe -gt $last_rev ]] || bad rev "a new revision is $probe, after $last_rev"
done
stop_twind

[[ $acked_all -gt $((CYCLES * 10)) ]] && pass "$CYCLES kills under load, $acked_all samples acked" ||
  fail "there was load" "$acked_all samples acked"
[[ $checkpoints -ge $(((CYCLES + 6) / 10)) ]] && pass "$checkpoints of them around a checkpoint" || fail "checkpoints are met" "$checkpoints"
is "no acked sample is missing" "${losses[missing]}" 0
is "no twin is torn between its sample and what was made of it" "${losses[torn]}" 0
is "recovery with checkpoints equals recovery from the log alone" "${losses[verify]}" 0
is "once all is acked, the recovered state is the state before" "${losses[hash]}" 0
is "each start has an epoch of its own" "${losses[epoch]}" 0
is "revisions only go up" "${losses[rev]}" 0
finish
