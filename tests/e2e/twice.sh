#!/usr/bin/env bash
# The same inputs twice give the same effects: revisions, chance, state and events; and the third time, with every
# datagram handed to libcoap, the same again and the same answers.
. "$(dirname "$0")/lib.sh"
MODELS=tests/e2e/models SCRIPTS=tests/e2e/scripts
BEGAN=$(($(date +%s) - 3600)) # the samples' own times, the same in each run
INPUTS=60

feed() { # ANSWERS: three walkers in a ring, each tells the next
  local i id
  for id in 1 2 3; do
    http PUT "/api/v1/twins/walker-$id" -H 'content-type: application/json' -d '{"model":"walker"}'
  done
  for id in 1 2 3; do
    http PUT "/api/v1/twins/walker-$id" -H 'content-type: application/json' \
      -d "{\"model\":\"walker\",\"relationships\":{\"next\":[\"walker-$((id % 3 + 1))\"]}}"
    echo "$CODE" >>"$1"
  done
  for ((i = 0; i < INPUTS; i++)); do
    id=$((i % 3 + 1))
    case $((i % 4)) in
      0) coap POST "/t/walker-$id" -t 110 -e "[{\"bt\":$((BEGAN + i)),\"n\":\"step\",\"v\":$i},{\"n\":\"load\",\"u\":\"%25\",\"v\":$((i % 50))}]" ;;
      1) coap POST /senml -t 110 -e "[{\"bt\":$((BEGAN + i)),\"n\":\"walker-$id/step\",\"v\":-$i},{\"n\":\"walker-1/load\",\"v\":$i},{\"n\":\"zebra/x\",\"v\":1}]" ;;
      2) coap POST "/t/walker-$id" -t 110 -e "[{\"bn\":\"\",\"bt\":$((BEGAN + i)),\"n\":\"load\",\"v\":3},{\"n\":\"load\",\"v\":4,\"t\":0.5},{\"n\":\"step\",\"v\":0.1}]" ;;
      3) coap POST "/t/walker-$id" -t 110 -e "[{\"bt\":$((BEGAN + i)),\"n\":\"stride\",\"v\":1}]" ;;
    esac
    echo "$CODE $BODY" >>"$1"
  done
}

# All that a run has made but the times at which it was made; samples keep their own.
effects() { api GET '/twins?limit=100' | jq -S '.twins[] | del(.derived[].at, .version, .created_at)'; }

run() { # NAME [FLAG]
  DATA=$WORK/$1
  start_twind "${@:2}"
  feed "$WORK/$1.answers"
  effects >"$WORK/$1.effects"
  ok "$1 ends cleanly" stop_twind
  echo "# $1: $(wc -l <"$WORK/$1.answers") answers, $(sha256sum <"$WORK/$1.effects" | cut -c1-12)"
}
run first
run second
run library --coap-library-only
like "the runs moved something" "$(jq -s 'length == 3 and all(.[]; .derived.heard.value != null and .derived.luck.value != null)' "$WORK/first.effects")" true
is "the second run has the effects of the first" "$(diff "$WORK/first.effects" "$WORK/second.effects")" ''
is "and its answers" "$(diff "$WORK/first.answers" "$WORK/second.answers")" ''
is "through libcoap alone the effects are the same" "$(diff "$WORK/first.effects" "$WORK/library.effects")" ''
is "and so are the answers" "$(diff "$WORK/first.answers" "$WORK/library.answers")" ''
finish
