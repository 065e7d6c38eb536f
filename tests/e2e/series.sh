#!/usr/bin/env bash
# Series: what was sampled is there, late samples in their place, over a kill -9 and a clean start; reduced with what
# would be hidden; of many twins; a damaged stretch costs what is in it.
. "$(dirname "$0")/lib.sh"
MODELS=tests/e2e/models SCRIPTS=tests/e2e/scripts
base=$(($(date +%s) - 7200))
send() { coap POST "/t/$1" -t 110 -e "[{\"bt\":$2,\"n\":\"temperature\",\"v\":$3}]"; }
history() { api GET "/twins/$1/history?fields=temperature&$2"; }
values() { history "$1" "$2" | jq -c .fields.temperature.value; }
start_twind
for i in 1 2 3 5 6; do send m-1 $((base + i * 60)) "$i"; done
send m-1 $((base + 240)) 4 # late
send m-2 "$base" 21.5
is "each sample is there, the late one in its place" "$(values m-1 points=100)" '[1,2,3,4,5,6]'
like "with times, qualities and the unit" "$(history m-1 points=100)" '"unit":"Cel","time":\[[0-9]+,.*"quality":\["good",'
is "a span has both its ends" "$(values m-1 "from=$((base + 120))&to=$((base + 300))")" '[2,3,4,5]'
is "and what came in after its end" "$(values m-1 "to=$((base + 240))")" '[1,2,3,4]'
kill_twind
start_twind
is "it is all there after a kill -9, and once" "$(values m-1 points=100)" '[1,2,3,4,5,6]'
send m-1 $((base + 420)) 7
stop_twind
start_twind
is "and after a clean start" "$(values m-1 points=100)" '[1,2,3,4,5,6,7]'
send m-1 $((base + 90)) 1.5
is "a late sample finds its stretch on disk" "$(values m-1 points=100)" '[1,1.5,2,3,4,5,6,7]'
reduced=$(history m-1 points=2 | jq -c '.fields.temperature | [(.value | length), (.min | min), (.max | max)]')
is "fewer points hide no extreme" "$reduced" '[2,1,7]'
is "an aggregate is of each stretch" "$(history m-1 "from=$((base + 60))&to=$((base + 420))&points=3&agg=count" | jq '.fields.temperature.value | add')" 8
like "an unknown one is refused" "$(history m-1 agg=median)" 'agg must be mean, min, max, last or count'
like "so is an unknown field" "$(api GET '/twins/m-1/history?fields=temprature')" "has no telemetry, property or derived field 'temprature'"
like "and a reversed span" "$(history m-1 'from=20&to=10')" 'from is later than to'
is "many twins are one request" "$(api GET '/series?sel=m-*&fields=temperature' | jq -c '[.series[] | .twin]')" '["m-1","m-2"]'
page=$(api GET '/series?model=meter&fields=temperature&limit=1')
is "by pages" "$(jq -r '.series[0].twin' <<<"$page")$(api GET "/series?model=meter&fields=temperature&limit=1&cursor=$(jq .cursor <<<"$page")" | jq -r '.series[0].twin')" m-1m-2
like "or as CSV" "$(api GET '/series?sel=m-2&fields=temperature' -H 'Accept: text/csv')" $'^twin,time,field,value,unit,quality,min,max.*\nm-2,.*,temperature,21.5,Cel,good'
like "that nothing fits is a sentence" "$(api GET '/series?sel=nobody')" 'no twin fits'

# More than an answer holds: an export reads window by window, and each sample is in it once.
"$BUILD/twinsim" --load --coap "coap://$COAP" --prefix m-bulk- --count 1 --messages 25000 --window 256 --fields temperature --quiet
wait_for 10 sh -c "[ \$(curl -s 'http://$HTTP/metrics' | awk '\$1 == \"twind_series_samples_total\" { print \$2 }') -ge 25000 ]"
bulk=$(ctl ls --where 'model = meter' -o csv 2>/dev/null | grep -o '^m-bulk-[0-9]*' | head -n 1)
ctl export "$bulk" --fields temperature --out "$WORK/bulk.csv"
is "an export of 25,000 samples has each once" "$(tail -n +2 "$WORK/bulk.csv" | wc -l)" 25000
is "in order of time" "$(tail -n +2 "$WORK/bulk.csv" | awk -F, '$1 < at { print } { at = $1 }')" ''
finish
