#!/usr/bin/env bash
# A command goes down to a device and comes back done, failed or timed out, from an operator and from a script, and lives
# through kill -9.
. "$(dirname "$0")/lib.sh"
MODELS=tests/e2e/models SCRIPTS=tests/e2e/scripts

state() { api GET "/twins/$1/commands/$2" | jq -r .state; } # TWIN ID
is_state() { [[ $(state "$1" "$2") == "$3" ]]; }
told() { api GET "/twins/$1" | jq -r .derived.told.value; }
count_of() { api GET "/twins/$1/commands" | jq '.commands | length'; }
is_there() { [[ $(api GET "/twins/$1" | jq -r .id) == "$1" ]]; }
sim() { # TWINSIM OPTION...: a device flusher-1; ends the one before
  [[ ${SIM:-} ]] && { kill -TERM "$SIM"; reap "$SIM"; }
  launch "$BUILD/twinsim" --coap "$COAP" --model pump --prefix flusher- --count 1 --rate 10 --quiet "$@" >/dev/null 2>"$WORK/sim.log"
  SIM=$LAUNCHED
}

start_twind

# ---- done, failed, timed out

sim
wait_for 10 is_there flusher-1 || give_up "a device is there"
ctl -o json command flusher-1 flush seconds=1 --wait >"$WORK/done"
is "a device does what it is told: exit 0" "$?" 0
is "and says so" "$(jq -rc '[.id, .state, .result, .args.seconds]' "$WORK/done")" '[1,"done","flushed",1]'
like "its behaviour saw each step" "$(told flusher-1)" '^flush 1 queued, flush 1 sent, flush 1 done$'

http PATCH /api/v1/twins/flusher-1/desired -d '{"speed":1200}'
is "a wish makes the script give a command" "$CODE" 200
ok "which the device does as well" wait_for 10 is_state flusher-1 2 done

sim --command-faults 1
ctl -o json command flusher-1 flush seconds=1 --wait >"$WORK/failed"
is "a device that cannot: exit 1" "$?" 1
is "says why" "$(jq -rc '[.state, .result]' "$WORK/failed")" '["failed","the valve does not open"]'

sim --command-silence 1
ctl -o json command flusher-1 flush seconds=1 --wait >"$WORK/silent"
is "a device that says nothing: exit 1" "$?" 1
is "has timed out" "$(jq -r .state "$WORK/silent")" timed_out
like "after it was sent" "$(told flusher-1)" 'flush 4 queued, flush 4 sent, flush 4 timed_out$'

# ---- refusals

ctl command flusher-1 flush seconds=601 2>"$WORK/refused"
is "what is out of range is refused: exit 3" "$?" 3
like "with the limit" "$(cat "$WORK/refused")" 'command flush: seconds cannot be 601: its range is 1 to 600 s'
ctl command flusher-1 flsh 2>"$WORK/refused"
like "a name is corrected" "$(cat "$WORK/refused")" "did you mean 'flush'"
is "nothing of this is a command" "$(count_of flusher-1)" 4

# ---- through kill -9, by hand

kill -TERM "$SIM" && reap "$SIM"
coap PUT /t/flusher-9/flow -t 0 -e 1
http POST /api/v1/twins/flusher-9/commands/hold -D "$WORK/head" -d '{"why":"a test"}'
is "a command is accepted" "$CODE $BODY" '202 {"id":1,"state":"queued"}'
like "and has a place" "$(cat "$WORK/head")" 'location: /api/v1/twins/flusher-9/commands/1'
http POST /api/v1/twins/flusher-9/commands/hold
kill_twind
start_twind
is "a queued one is there after kill -9" "$(state flusher-9 1)" queued

coap GET /t/flusher-9/desired
is "a device is told of both" "$(jq -c '[.[] | [.n, .vb // .vs]]' <<<"$BODY")" \
  '[["commands/1/hold",true],["commands/1/hold/why","a test"],["commands/2/hold",true]]'
ok "then they are sent" wait_for 5 is_state flusher-9 2 sent
is "in one turn" "$(told flusher-9)" "hold 1 queued, hold 2 queued, hold 1 sent, hold 2 sent"
coap POST /t/flusher-9/commands/2 -t 0 -e held # what is acknowledged is on disk, and what came before it
is "a result is taken" "$CODE" 2.04
HASH=$(state_hash)
kill_twind
start_twind
is "a sent one is there after kill -9" "$(state flusher-9 1)" sent
is "and an ended one" "$(state flusher-9 2)" "done"
is "the state is the same" "$(state_hash)" "$HASH"

coap POST /t/flusher-9/commands/1 -t 50 -e '{"state":"failed","result":"no hand"}'
is "a result comes after the restart" "$CODE" 2.04
coap POST /t/flusher-9/commands/1 -t 50 -e '{"state":"failed","result":"no hand"}'
is "the same again is good" "$CODE" 2.04
coap POST /t/flusher-9/commands/1
is "another is not" "$CODE $BODY" "4.09 command 1 of flusher-9 ended already: it is failed (no hand)"
coap GET /t/flusher-9/desired
is "what has ended is told no more" "$BODY" '[]'
coap POST /t/flusher-9/commands/7
is "an unknown one is not found" "$CODE" 4.04
coap POST /t/flusher-9/commands/x
is "and what is no number is no id" "$CODE" 4.00

stop_twind
"$BUILD/twind" --data "$DATA" --verify >"$WORK/verify" 2>&1
is "recovery with and without checkpoints is the same" "$?" 0
finish
