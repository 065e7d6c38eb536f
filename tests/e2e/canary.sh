#!/usr/bin/env bash
# A canary serves part of the fleet first: promoted, the rest follows; broken, it is withdrawn by itself.
. "$(dirname "$0")/lib.sh"
SOURCE=$WORK/source MODELS=$WORK/source/models SCRIPTS=$WORK/source/scripts FLEET=40
mkdir "$SOURCE"
cp -R tests/e2e/models tests/e2e/scripts "$SOURCE"
behavior=$SCRIPTS/behavior/meter.lua
write_behavior() { # EXPRESSION of value
  printf '%s\n' 'local function on_count(meter, value)' "  meter.derived.twice = $1" 'end' '' \
    'return { on = { count = on_count } }' >"$behavior"
}
version() { api GET /info | jq -r .version; }
listed() { ctl -o json versions | jq -r "select(.version == \"$1\") | .$2"; } # VERSION FIELD
store() { # sets STORED
  STORED=$(api POST /versions -d "$(jq -n --rawfile model "$MODELS/meter.lua" --rawfile behavior "$behavior" \
    '{files: {"models/meter.lua": $model, "scripts/behavior/meter.lua": $behavior}, promote: false}')" | jq -r .version)
}
feed() { # one gateway's pack: each meter counts to 10
  coap POST /senml -t 110 -e "$(jq -nc --argjson fleet $FLEET '[range(1; $fleet + 1) | {n: "m-\(.)/count", v: 10}]')"
}
with() { api GET "/twins?model=meter&limit=1000" | jq "[.. | objects | .twice? // empty | select(.value == $1)] | length"; }
is_withdrawn() { feed && [[ $(listed "$STORED" state) == rolled_back ]]; }

write_behavior '2 * value'
start_twind
feed
present=$(version)
is "all meters count by the version that serves" "$(with 20)" $FLEET

write_behavior '3 * value'
store
for share in 0 100 -5 2.5 many; do
  refusal=$(ctl promote "$STORED" --canary "$share" 2>&1)
  is "a share of $share is refused" "$?" 3
  like "a share of $share is refused in words" "$refusal" 'whole number from 1 to 99'
done
ctl promote "$STORED" --canary 5 >/dev/null
is "the canary is listed with its share, beside what serves" \
  "$(listed "$STORED" state) $(listed "$STORED" share) $(listed "$present" state) $(version)" "canary 5 promoted $present"
feed
moved=$(with 30)
ok "a few meters count by it" test "$moved" -ge 1 -a "$moved" -le 8
is "the others as before" "$(with 20)" $((FLEET - moved))
is "its turns are counted" "$(listed "$STORED" turns)" "$moved"
refusal=$(ctl promote "$STORED" --canary 10 2>&1)
like "there is one at a time" "$refusal" 'is out on 5 %'
ctl rollback >/dev/null
feed
is "a rollback takes it back" "$(with 20) $(version)" "$FLEET $present"

ctl promote "$STORED" --canary 5 >/dev/null
feed
kill_twind
start_twind
feed
is "after kill -9 all are on the version that serves" "$(with 20) $(version)" "$FLEET $present"

ctl promote "$STORED" --canary 5 >/dev/null
feed
ctl promote "$STORED" >/dev/null
feed
is "promoted, the rest follows" "$(with 30) $(version)" "$FLEET $STORED"

present=$STORED
write_behavior 'value .. nothing_like_that'
store
ctl promote "$STORED" --canary 10 >/dev/null
ok "a broken canary is withdrawn by itself" wait_for 15 is_withdrawn
like "with its first failure" "$(listed "$STORED" why)" 'nothing_like_that'
feed
is "and all count by the version that serves" "$(with 30) $(version)" "$FLEET $present"
stop_twind
finish
