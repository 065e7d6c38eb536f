#!/usr/bin/env bash
# A process in what-if: its stages and the buffers between them run on, hold each other up as they do, and what then comes is that.
. "$(dirname "$0")/lib.sh"
start_twind
launch "$BUILD/twinsim" --plant bottling --count 1 --seed 5 --coap "$COAP" --http "$HTTP" --quiet >"$WORK/twinsim.log" 2>&1
runs() { [[ $(api GET /twins/packer-1 | jq '.telemetry.rate.value > 170') == true && $(api GET /twins/belt-2 | jq .telemetry.level.value) != null ]]; }
ok "a simulated bottling line" wait_for 20 runs
api POST /twins/bottling-1/whatif -d '{"horizon":"3m","step":"1s","samples":0,
  "emit":["throughput","packed","filler_blocked","packer_starved","belt-1/level","belt-2/level","filler-1/rate","packer-1/rate"],
  "branches":[{"name":"slow capper","set":{"capper-1/set_rate":60}},{"name":"packer stands","set":{"packer-1/set_rate":0}},{"name":"fast packer","set":{"packer-1/set_rate":300}}]}' >"$WORK/asked"
asked=$(date +%s.%N)
ends() { jq -c "[.branches[$1].fields | .[\"$2\"] | last | round]" "$WORK/asked"; }
rev=$(ctl -o json set capper-1 set_rate=60 | jq .rev)
is "untouched, its packer holds it up and the belts are full" "$(ends 0 throughput)$(ends 0 belt-1/level)$(ends 0 filler-1/rate)" '[180][100][180]'
is "with a slow capper it makes what that makes" "$(ends 1 throughput)$(ends 1 belt-2/level)$(ends 1 packer-1/rate)" '[60][0][60]'
is "its packer is starved, its filler blocked" "$(jq -c '[.branches[1].fields | (.packer_starved, .filler_blocked) | last > 15]' "$WORK/asked")" '[true,true]'
is "with a packer that stands nothing goes" "$(ends 2 throughput)$(ends 2 belt-2/level)$(ends 2 filler-1/rate)" '[0][100][0]'
is "with a fast one the capper holds it up" "$(ends 3 throughput)" '[200]'
is "bottles are counted on" "$(jq '.branches[1].fields.packed | map(select(. != null)) | last - first | . > 150 and . < 400' "$WORK/asked")" true

# ---- the capper was slowed: what comes is what was foreseen
sleep 12
now=$(api GET /twins/belt-2 | jq -c '[.telemetry.level.value, .telemetry.level.at]')
is "the belt behind it sinks as foreseen, to ten bottles of 120" "$(jq --argjson now "$now" '($now[1] | sub("\\.[0-9]+"; "") | fromdate) as $at
  | .time as $time | .branches[1].fields["belt-2/level"] as $level | ([range(0; $time | length) | select($time[.] <= $at)] | last) as $place
  | $level[$place] - $now[0] | fabs < 9' "$WORK/asked")" true
finish
