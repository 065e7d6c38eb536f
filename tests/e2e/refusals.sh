#!/usr/bin/env bash
# Every refusal over CoAP: the code, a sentence that says what and why, a metric that counts it, and nothing
# else changed. What each answer must be is one table.
. "$(dirname "$0")/lib.sh"
MODELS=tests/e2e/models SCRIPTS=tests/e2e/scripts
LONG_ID=$(printf 'm%.0s' {1..65})
AHEAD=$(($(date +%s) + 2 * 86400))

counted() { # CODE: how many answers of it the metrics tell of
  curl -sS "http://$HTTP/metrics" |
    awk -v label="code=\"$1\"" '/^twind_coap[a-z_]*_total\{/ && index($1, label) { sum += $2 } END { print sum + 0 }'
}

refused() { # NAME CODE SENTENCE METHOD PATH [OPTION ...]
  local name=$1 code=$2 sentence=$3 hash rev before
  shift 3
  hash=$(state_hash) rev=$(api GET /state | jq .rev) before=$(counted "$code")
  coap "$@"
  if [[ $CODE != "$code" ]]; then
    fail "$name" "answered $CODE, not $code: $BODY"
  elif ! grep -qiE -- "$sentence" <<<"$BODY"; then
    fail "$name" "says '$BODY', which does not match '$sentence'"
  elif [[ $(state_hash) != "$hash" || $(api GET /state | jq .rev) != "$rev" ]]; then
    fail "$name" "the state changed"
  elif [[ $(counted "$code") -le $before ]]; then
    fail "$name" "no metric counted it"
  else
    pass "$name"
  fi
}

pack() { refused "$1" "$2" "$3" POST /t/m-1 -t 110 -e "$4"; } # NAME CODE SENTENCE JSON
hexfile() { printf '%b' "$(sed 's/../\\x&/g' <<<"$1")" >"$WORK/payload" && echo "$WORK/payload"; }
cbor() { refused "$1" "$2" "$3" POST /t/m-1 -t 112 -f "$(hexfile "$4")"; } # NAME CODE SENTENCE HEX

start_twind
coap POST /t/m-1 -t 110 -e '[{"n":"count","v":1},{"n":"temperature","v":20},{"n":"speed","v":1}]'
is "a twin to begin with" "$CODE" 2.04

# 4.00: a pack that cannot be meant
pack "half a JSON text" 4.00 . '[{"n":"count","v":1}'
pack "no JSON at all" 4.00 . 'count=1'
pack "a pack that is no array" 4.00 array '{"n":"count","v":1}'
pack "an empty pack" 4.00 'empty|no (record|value)' '[]'
refused "no payload" 4.00 'payload|empty|array' POST /t/m-1 -t 110
pack "a record without a name" 4.00 name '[{"v":1}]'
pack "a record without a value" 4.00 'value' '[{"n":"count"}]'
pack "a record with two values" 4.00 'value' '[{"n":"count","v":1,"vs":"a"}]'
pack "text where a number belongs" 4.00 'count.*number' '[{"n":"count","vs":"many"}]'
pack "a unit nobody knows" 4.00 'furlong' '[{"n":"temperature","u":"furlong","v":1}]'
pack "a unit of something else" 4.00 'temperature.*(Cel|kg)' '[{"n":"temperature","u":"kg","v":1}]'
pack "NaN" 4.00 . '[{"n":"count","v":NaN}]'
pack "infinity" 4.00 . '[{"n":"count","v":1e999}]'
pack "a sum" 4.00 'sum|"s"|\bs\b' '[{"n":"count","s":1}]'
pack "data" 4.00 'vd|data' '[{"n":"note","vd":"AAAA"}]'
pack "a time two days ahead" 4.00 'day|ahead|future' "[{\"n\":\"count\",\"v\":1,\"t\":$AHEAD}]"
pack "a base version of the future" 4.00 'version|bver' '[{"bver":99,"n":"count","v":1}]'
pack "a label that must be understood and is not" 4.00 'ends in _' '[{"n":"count","v":1,"frob_":1}]'
pack "a name that is no field's" 4.04 '1count' '[{"n":"1count","v":1}]'
cbor "half a CBOR item" 4.00 . 81a2006563
cbor "CBOR's NaN" 4.00 'count|NaN|finite' 81a20065636f756e7402fb7ff8000000000000
cbor "CBOR's infinity" 4.00 'count|infinit|finite' 81a20065636f756e7402f97c00
cbor "CBOR nested a thousand deep" 4.00 . "$(printf '81%.0s' {1..1000})"
refused "a JSON object with half a value" 4.00 . POST /t/m-1 -t 50 -e '{"count":'
refused "text that is no number" 4.00 'count.*number|number.*count' PUT /t/m-1/count -t 0 -e abc
refused "a number that is infinite as text" 4.00 . PUT /t/m-1/count -t 0 -e 1e999
refused "a twin's id of 65 characters" 4.00 '64' PUT "/t/$LONG_ID/count" -t 0 -e 1
refused "a twin's id with a space" 4.00 'id|name' PUT '/t/m%201/count' -t 0 -e 1

# 4.04: what is not there
refused "a twin that no model matches" 4.04 'zebra' PUT /t/zebra-1/count -t 0 -e 1
refused "reading a twin that is not there" 4.04 'm-7' GET /t/m-7
refused "a field the model has not, with what was meant" 4.04 'counter.*count' PUT /t/m-1/counter -t 0 -e 1
pack "such a field in a pack" 4.04 'temperatur.*temperature' '[{"n":"temperatur","v":1}]'
refused "reading such a field" 4.04 . GET /t/m-1/nothing
refused "a path of no resource" 4.04 . GET /nothing/here

# 4.05, 4.06, 4.13, 4.15, 4.02
refused "DELETE of a twin" 4.05 . DELETE /t/m-1
refused "POST to a field" 4.05 . POST /t/m-1/count -t 0 -e 1
refused "PUT to the gateways' resource" 4.05 . PUT /senml -t 110 -e '[]'
refused "an answer in a form we have not" 4.06 . GET /t/m-1 -A 41
refused "a payload in a form we have not" 4.15 '41|format' POST /t/m-1 -t 41 -e '<a/>'
# Option 65; libcoap's client would not show an answer that names it.
is "an option that must be understood and is not: ACK 4.02" \
  "$(node tests/e2e/datagrams.mjs "$COAP" 40031236b174036d2d3105636f756e7410d12878ff31 | cut -c1-8)" 60821236
{ printf '[' && for i in $(seq 1 3000); do printf '{"n":"count","v":%d,"t":-%d},' "$i" "$i"; done && printf '{"n":"count","v":1}]'; } >"$WORK/large"
COAP_SECONDS=20 refused "a pack of over 64 KiB" 4.13 . POST /t/m-1 -t 110 -b 1024 -f "$WORK/large"

# A pack to one twin is whole or nothing
pack "a good record beside a bad one is not taken" 4.04 'nosuch' '[{"n":"count","v":99},{"n":"nosuch","v":1}]'

# A gateway's records stand alone
refused "a gateway's pack of refused records" 4.04 'zebra|refused' POST /senml -t 110 -e '[{"n":"zebra-1/count","v":1}]'
coap POST /senml -t 110 -e '[{"bn":"m-1/","n":"count","v":5},{"n":"nosuch","v":1},{"bn":"","n":"m-2/count","v":6},{"n":"m-2/temperature","u":"kg","v":6}]'
is "a gateway's pack with some good records is 2.04" "$CODE" 2.04
is "it says how many were taken" "$(jq -c .accepted <<<"$BODY")" 2
is "and which were not, by index, name and code" "$(jq -c '[.refused[]|[.index,.name,.code]]' <<<"$BODY")" \
  '[[1,"m-1/nosuch","4.04"],[3,"m-2/temperature","4.00"]]'
like "and why" "$(jq -r '.refused[1].reason' <<<"$BODY")" 'kg'
is "the good ones are there" "$(value m-1 count) $(value m-2 count)" '5 6'

# Datagrams that are no messages
hash=$(state_hash)
malformed=$(curl -sS "http://$HTTP/metrics" | awk '/^twind_coap[a-z_]*(malformed|invalid|bad|dropped)[a-z_]*/ { sum += $2 } END { print sum + 0 }')
answers=$(node tests/e2e/datagrams.mjs "$COAP" 00 ffffffff 4f021234 "40021234ff" 40021234d1 "$(printf 'ff%.0s' {1..1400})" | tr '\n' ' ')
now=$(curl -sS "http://$HTTP/metrics" | awk '/^twind_coap[a-z_]*(malformed|invalid|bad|dropped)[a-z_]*/ { sum += $2 } END { print sum + 0 }')
[[ $now -ge $((malformed + 4)) ]] && pass "datagrams that are no messages are counted" ||
  fail "datagrams that are no messages are counted" "$malformed before, $now after; answers: $answers"
is "and change nothing" "$(state_hash)" "$hash"
# RFC 7252 4.3: a CoAP ping (an empty CON) is answered by a reset
is "a ping is answered by a reset" "$(node tests/e2e/datagrams.mjs "$COAP" 4000abcd)" 7000abcd

# PUT t/m-1/count "8", the very same datagram twice: one turn, one answer
put=44031111deadbeefb174036d2d3105636f756e7410ff38
rev=$(api GET /twins/m-1 | jq .rev)
mapfile -t twice < <(node tests/e2e/datagrams.mjs "$COAP" "$put" "$put")
like "a message is answered 2.04" "${twice[0]}" '^64441111deadbeef'
is "its duplicate is answered alike" "${twice[1]}" "${twice[0]}"
is "and runs no second turn" "$(api GET /state | jq .rev)" "$(api GET /twins/m-1 | jq .rev)"
[[ $(api GET /twins/m-1 | jq .rev) -gt $rev ]] || fail "the message ran one" "$rev"
is "once" "$(api GET /twins/m-1 | jq .telemetry.count.value)" 8
stop_twind

# One peer, one message after the other: PUT t/m-1/count "8", ids from 0x2000 on
start_twind --rate 5
mapfile -t fast < <(for i in {0..39}; do printf '4403%04xdeadbeefb174036d2d3105636f756e7410ff38\n' $((0x2000 + i)); done)
answers=$(node tests/e2e/datagrams.mjs "$COAP" "${fast[@]}")
like "a peer that is too fast is told so, with 4.29 and when to come back" "$answers" '6[0-9a-f]9d20[0-9a-f]{2}deadbeefd1(01|00)[0-9a-f]|6[0-9a-f]9d20'
like "as long as it is not, it is served" "$answers" '^64442000deadbeef'
coap PUT /t/m-1/count -t 0 -e 1
is "another peer is served all the while" "$CODE" 2.04
stop_twind
finish
