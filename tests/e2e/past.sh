#!/usr/bin/env bash
# Time travel: what a twin was at a revision or a time, also across reloads of the log and a crash, and how fast.
. "$(dirname "$0")/lib.sh"
MODELS=tests/e2e/models SCRIPTS=tests/e2e/scripts
NEAR_MS=20 FAR_MS=100 HISTORY_MS=1000 # whole requests by curl, of which twind's part is a fraction

temperature_at() { api GET "/twins/m-1?rev=$1" | jq -c .telemetry.temperature.value; }
send() { coap POST /t/m-1 -t 110 -e "[{\"n\":\"temperature\",\"u\":\"Cel\",\"v\":$1}]"; }
start_twind

# every revision of a twin
declare -A was=()
for degrees in 20 21 22 23 24; do
  send "$degrees"
  rev=$(api GET /twins/m-1 | jq .rev)
  was[$rev]=$degrees
  send_other=$(coap PUT /t/m-2/count -t 0 -e "$degrees")
done
wrong=0
for rev in "${!was[@]}"; do [[ $(temperature_at "$rev") == "${was[$rev]}" ]] || wrong=$((wrong + 1)); done
is "each revision is read back as it was" "$wrong" 0
newest=$(api GET /twins/m-1 | jq .rev)
is "a revision of another twin is the state between" "$(temperature_at $((newest + 1)))" 24
is "the whole twin of then, with its revision" "$(api GET "/twins/m-1?rev=$newest" | jq -c '[.id,.model,.rev]')" "[\"m-1\",\"meter\",$newest]"
is "one field of it" "$(api GET "/twins/m-1?rev=$newest&fields=temperature" | jq -c '.telemetry | keys')" '["temperature"]'

# a time
before=$EPOCHREALTIME
send 30
at=$(api GET /twins/m-1 | jq -r .telemetry.temperature.at)
is "a time just before is the value before" "$(api GET "/twins/m-1?at=$before" | jq .telemetry.temperature.value)" 24
send 31
is "a time in ISO 8601 is the value of then" "$(api GET "/twins/m-1?at=$at" | jq .telemetry.temperature.value)" 30
is "twinctl get --at" "$(ctl -o json get m-1.temperature --at "$at" | jq .value)" 30
is "twinctl get --rev" "$(ctl -o json get m-1.temperature --rev "$newest" | jq .value)" 24

# refusals name what and why
http GET "/api/v1/twins/m-1?rev=99999999"
is "a revision that is still to come is 404" "$CODE" 404
like "with the newest" "$(jq -r .detail <<<"$BODY")" 'no rev 99999999 yet; the newest is [0-9]+'
http GET "/api/v1/twins/m-2?rev=1"
is "before it was made is 404" "$CODE" 404
like "with the twin" "$(jq -r .detail <<<"$BODY")" 'm-2: it was not there at rev 1'
http GET "/api/v1/twins/m-1?at=2001-01-01"
is "before the log begins is 404" "$CODE" 404
http GET "/api/v1/twins/m-1?at=2999-01-01"
is "the future is 400" "$CODE" 400
http GET "/api/v1/twins/m-1?rev=two"
is "a revision that is no number is 400" "$CODE" 400
http GET "/api/v1/twins/m-1?rev=1&at=2001-01-01"
is "both are 400" "$CODE" 400

# what made it so, newest first
page() { api GET "/twins/m-1/revisions?$1"; }
is "the newest revision says what it was and is" "$(page limit=1 | jq -c '.revisions[0].changes[0] | [.change,.field,.was,.value,.quality]')" '["sample","temperature",30,31,"good"]'
like "and who sent it" "$(page limit=1 | jq -r '.revisions[0] | .input + " " + .actor.kind + " " + .actor.name')" '^samples coap 127\.0\.0\.1:[0-9]+$'
is "newest first" "$(page limit=100 | jq '[.revisions[].rev] | . == (sort | reverse)')" true
is "the last one made it" "$(page limit=100 | jq -c '.revisions[-1].changes[0] | [.change,.model]')" '["created","meter"]'
is "and ends the pages" "$(page limit=100 | jq .cursor)" null
api PATCH /twins/m-1/desired -d '{"speed":900}' >/dev/null
is "an operator's setting, by HTTP" "$(page limit=1 | jq -c '.revisions[0] | [.input,.actor.kind,(.changes[0] | .change,.kind,.field,.was,.value)]')" '["desired","http","set","desired","speed",null,900]'
paged=0 cursor=$(page limit=3 | jq -r .cursor) seen=$(page limit=3 | jq '[.revisions[].rev]')
while [[ $cursor != null && $((paged++)) -lt 50 ]]; do
  seen=$(jq -s '.[0] + [.[1].revisions[].rev]' <(echo "$seen") <(page "limit=3&from=$cursor"))
  cursor=$(page "limit=3&from=$cursor" | jq -r .cursor)
done
is "page by page are all of them, once" "$(jq -c . <<<"$seen")" "$(page limit=100 | jq -c '[.revisions[].rev]')"
http GET "/api/v1/twins/m-1/revisions?limit=0"
is "no limit is 400" "$CODE" 400

# the past of a value
is "history has every value" "$(api GET '/twins/m-1/history?fields=temperature' | jq -c .fields.temperature.value)" '[20,21,22,23,24,30,31]'
is "its unit and quality" "$(api GET '/twins/m-1/history?fields=temperature' | jq -c '.fields.temperature | [.unit,(.quality | unique)]')" '["Cel",["good"]]'
is "a span of it" "$(api GET "/twins/m-1/history?fields=temperature&from=$before&to=$at" | jq -c .fields.temperature.value)" '[30]'
is "at most so many points, none hidden" "$(api GET '/twins/m-1/history?fields=temperature&points=1' | jq -c '.fields.temperature | [(.value | length),.min,.max]')" '[1,[20],[31]]'
csv=$(api GET "/twins/m-1/history?fields=temperature" -H 'Accept: text/csv')
is "or CSV: a line a value" "$(wc -l <<<"$csv")" 8
like "with a head" "$csv" $'^time,field,value,unit,quality,min,max\r\n20[^,]+Z,temperature,20,Cel,good,,\r'
send 999
is "a bad value is there, and said to be" "$(api GET '/twins/m-1/history?fields=temperature' | jq -c '.fields.temperature | [.value[-1],.quality[-1]]')" '[999,"bad"]'

# the same after a crash, and with the twin gone and made again
kill_twind
start_twind
wrong=0
for rev in "${!was[@]}"; do [[ $(temperature_at "$rev") == "${was[$rev]}" ]] || wrong=$((wrong + 1)); done
is "the past is the same after kill -9" "$wrong" 0

# fast: far back in a twin that has moved 20,000 times since, while others did as well
"$BUILD/twinsim" --load --coap "coap://$COAP" --count 20 --prefix m- --fields count --values sequence --window 20 --messages 400000 \
  --seconds 60 --quiet >"$WORK/load.log" 2>&1 || give_up "load is acked" "$(cat "$WORK/load.log")"
busy=m-0000007
last=$(api GET "/twins/$busy" | jq .rev)
ms() { # REV: the median of 21 requests
  for _ in {1..21}; do curl -sS -o "$WORK/then.json" -w '%{time_total}\n' "http://$HTTP/api/v1/twins/$busy?rev=$1"; done | sort -g | awk 'NR == 11 { print $1 * 1000 }'
}
near=$(ms $((last - 100))) far=$(ms $((last - 200000)))
echo "# a past 100 revisions ago: $near ms, 200,000 ago: $far ms, by curl"
ok "near in under $NEAR_MS ms" awk "BEGIN { exit !($near < $NEAR_MS) }"
ok "far in under $FAR_MS ms" awk "BEGIN { exit !($far < $FAR_MS) }"
is "and right" "$(jq '.derived.twice.value == 2 * .telemetry.count.value' "$WORK/then.json")" true
history_ms() { for _ in {1..5}; do curl -sS -o "$WORK/history.json" -w '%{time_total}\n' "http://$HTTP/api/v1/twins/$busy/history?fields=count,twice&points=500"; done | sort -g | awk 'NR == 3 { print $1 * 1000 }'; }
whole=$(history_ms)
echo "# the history of 20,000 revisions: $whole ms, by curl"
ok "a history of 20,000 revisions in under $HISTORY_MS ms" awk "BEGIN { exit !($whole < $HISTORY_MS) }"
is "reduced to what was asked for, to the newest" "$(jq --argjson last "$(api GET "/twins/$busy" | jq .telemetry.count.value)" '(.fields.count.value | length <= 500) and .fields.count.max[-1] == $last' "$WORK/history.json")" true
stop_twind
finish
