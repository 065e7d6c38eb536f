#!/usr/bin/env bash
# A bad sample is corrected or taken away: its history and all that was derived from it becomes what it would have been,
# over restarts too; what the twin shows follows when it is asked to; nothing is told again; the original stays in the audit.
. "$(dirname "$0")/lib.sh"
mkdir -p "$WORK/models" "$WORK/scripts/behavior"
cat >"$WORK/models/meter.lua" <<'END'
return {
  model = "meter", match = "m-*",
  telemetry = { flow = { unit = "l/min", range = { 0, 1000 } }, lid = { type = "boolean" } },
  derived = { twice = {}, calm = {}, beside = {}, busy = { unit = "s", run_time = "flow", above = 500 } },
  state = { mean = { ewma = "1h", of = "flow" }, most = "number" },
  relationships = { next = "meter" },
  alarms = { high = { field = "flow", above = 500, severity = "warning" } },
}
END
cat >"$WORK/scripts/behavior/meter.lua" <<'END'
local function on_flow(meter, flow)
  meter.derived.twice, meter.derived.calm = flow * 2, meter.state.mean.mean
  meter.state.most = math.max(meter.state.most or 0, flow)
  for other in meter:related("next") do meter.derived.beside = other.telemetry.flow end
end
return { on = { flow = on_flow } }
END
MODELS=$WORK/models SCRIPTS=$WORK/scripts
base=$(($(date +%s) - 3600))
send() { coap POST "/t/$1" -t 110 -e "[{\"bt\":$(($2 + base)),\"n\":\"flow\",\"v\":$3}]"; }
history() { api GET "/twins/$1/history?fields=$2&points=1000${3:+&$3}" | jq -c ".fields.$2.value"; }
shown() { api GET "/twins/$1" | jq -c ".derived | map_values(.value) | del(.beside)"; }
amend() { "$BUILD/twinctl" --url "http://$HTTP" amend "$@" 2>&1; }
start_twind
# m-1 gets the bad sample, m-2 the right one: what m-1 is amended to is what m-2 is.
for id in m-0 m-1 m-2; do api PUT "/twins/$id" -d '{"model":"meter","relationships":{"next":["m-0"]}}' >/dev/null; done
for i in 1 2 3 4 5 6 7 8; do
  send m-0 $((i * 60)) $((i * 10))
  send m-1 $((i * 60)) "$((i == 4 ? 900 : 100 + i))"
  send m-2 $((i * 60)) $((100 + i))
done
like "the bad one raised an alarm" "$(api GET '/twins/m-1/revisions' | jq -c '[.revisions[].changes[] | select(.alarm)]')" '"state":"active"'
bad=$((base + 240)) # its time
state=$(api GET /state)
dry=$(amend m-1 flow "$(date -u -d "@$bad" +%FT%TZ)" 104 --dry-run)
like "a dry run says what would come of it" "$dry" 'twice +1 .*m-1 flow of rev [0-9]+: 900 -> 104; .*nothing is changed'
is "and changes nothing" "$(api GET /state)" "$state"
said=$(amend m-1 flow $bad 104 --why 'a fly on the lens')
like "it is kept, and said" "$said" 'm-1 flow of rev [0-9]+: 900 -> 104; [0-9]+ revisions run again.*kept as rev [0-9]+; what the twin shows now is as before'
for field in flow twice calm beside busy; do is "the history of $field is what it would have been" "$(history m-1 $field)" "$(history m-2 $field)"; done
is "its extremes, too" "$(api GET "/twins/m-1/history?fields=flow&from=$base&to=$((base + 600))&points=1&agg=max" | jq -c .fields.flow.value)" '[108]'
like "what the twin shows is not touched" "$(shown m-1)" '"calm":1[0-9]*[^"]*'
ok "it is not yet what it would be" test "$(shown m-1)" != "$(shown m-2)"
audit=$(api GET '/audit?twin=m-1' | jq -c '.entries[0] // .[0]')
like "the audit has who, why and what it was" "$audit" '"input":"amend","actor":\{"kind":"http".*"part":"sample".*"value":104,"was":900.*"text":"a fly on the lens"'
rev=$(jq .rev <<<"$audit")
alarms=$(api GET '/twins/m-1/revisions?limit=100' | jq '[.revisions[].changes[] | select(.alarm)] | length')
amend m-1 flow $bad 104 --apply >/dev/null
is "applied, the twin shows what it would" "$(shown m-1)" "$(shown m-2)"
is "in one revision" "$(api GET "/twins/m-1/revisions" | jq '[.revisions[] | select(.changes[] | .part == "current")] | unique | length')" 1
is "and no alarm moved" "$(api GET '/twins/m-1/revisions?limit=100' | jq '[.revisions[].changes[] | select(.alarm)] | length')" "$alarms"
send m-1 540 120 && send m-2 540 120
is "what comes next follows from it, memory and all" "$(shown m-1)" "$(shown m-2)"
send m-1 600 130
amend m-1 flow $((base + 600)) --remove --apply >/dev/null
is "a sample is taken away as if it never came" "$(shown m-1)" "$(shown m-2)"
is "out of the history, too" "$(history m-1 calm)" "$(history m-2 calm)"
amend m-1 flow $bad 900 >/dev/null
is "an amendment is amended back" "$(history m-1 flow)" '[101,102,103,900,105,106,107,108,120]'
amend m-1 flow $bad 104 >/dev/null
stop_twind
start_twind
is "a restart keeps it" "$(history m-1 flow)$(history m-1 busy)" "$(history m-2 flow)$(history m-2 busy)"
kill_twind
start_twind
is "so does a kill -9" "$(history m-1 flow)$(history m-1 calm)" "$(history m-2 flow)$(history m-2 calm)"
is "the past is what was known then" "$(api GET "/twins/m-1?rev=$((rev - 1))" | jq '.telemetry.flow.value')" 108

send m-1 660 50
amend m-1 flow $((base + 660)) 51 --apply >/dev/null
is "of a twin whose stretch is on disk" "$(history m-1 flow | jq -c '.[-2:]')" '[120,51]'

# ---- more than one stretch: one in the middle of it, one taken away, and all of the oldest stretch
for part in 0 1 2; do
  seq 0 999 | awk -v part=$part -v base="$base" '{ n = part * 1000 + $1; printf "{\"twin\":\"m-long\",\"model\":\"meter\",\"time\":%d,\"values\":{\"flow\":%d}}\n", base - 9000 + n, n % 500 }' >"$WORK/lines"
  api POST /series -H 'Content-Type: application/x-ndjson' --data-binary "@$WORK/lines" >/dev/null
done
long() { api GET "/twins/m-long/history?fields=flow&points=5000" | jq -c "[(.fields.flow.value | length), (.fields.flow.value | add)]"; }
is "a long past is there" "$(long)" '[3000,748500]'
stop_twind
start_twind
amend m-long flow $((base - 9000 + 1500)) 7 >/dev/null
is "one of an older stretch is another" "$(long)" '[3000,748507]'
amend m-long flow $((base - 9000 + 300)) --remove >/dev/null
is "one is taken away" "$(long)" '[2999,748207]'
stop_twind
start_twind
is "on disk, too" "$(long)" '[2999,748207]'
send m-lone 0 5 && send m-lone 60 6 # a sample that made its twin stays
like "what made its twin is not taken away" "$(amend m-lone flow "$base" --remove)" 'the sample made the twin'
amend m-lone flow $((base + 60)) --remove >/dev/null
is "the last one of a stretch" "$(history m-lone flow)" '[5]'
send m-lone 120 7
is "and the next goes on" "$(history m-lone flow)" '[5,7]'

# ---- what cannot be
like "a time without a sample names the nearest" "$(amend m-1 flow $((base + 61)) 1)" "no sample of flow has that time; the nearest in the log is of $((base + 60))"
like "a value that it did not have" "$(amend m-1 flow $bad 1 --was 42)" 'no sample of flow has that time and value'
like "a field that gets no samples" "$(amend m-1 twice $bad 1)" "gets no samples of 'twice', and only samples can be amended"
like "a value of another type" "$(amend m-1 flow $bad much)" "'value' must be a number, as flow is, not a text"
like "a time that is none" "$(amend m-1 flow yesterday 1)" "'time' must be Unix seconds or a time like"
like "no twin" "$(amend m-9 flow $bad 1)" "there is no twin 'm-9'"
send m-1 240 900
like "two of one time" "$(amend m-1 flow $bad 1)" "two samples of flow have that time.*say by 'was' which one"
http POST /api/v1/twins/m-1/amend -d '{"field":"flow","time":1}'
like "no value" "$CODE $BODY" "^400.*'value' is missing"
finish
