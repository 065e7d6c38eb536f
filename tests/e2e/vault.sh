#!/usr/bin/env bash
# A backup under load, the crash after it, and the restore: what was acked before the backup began is in it, and
# what comes of it is a store that starts.
. "$(dirname "$0")/lib.sh"
MODELS=tests/e2e/models SCRIPTS=tests/e2e/scripts
FILE=$WORK/plant.backup

load() { # SECONDS: in the background; sets LOAD
  launch "$BUILD/twinsim" --load --coap "coap://$COAP" --count 200 --window 64 --values sequence --fields count \
    --acked "$WORK/acked" --seed 7 --seconds "$1" --quiet >"$WORK/twinsim.log" 2>&1
  LOAD=$LAUNCHED
}
has_acked() { [[ $(wc -l <"$WORK/acked") -ge $1 ]]; }
holds_acked() { # FILE of `ID count VALUE`: prints each twin that holds less than what was acked
  local cursor='' page
  while :; do
    page=$(api GET "/twins?model=meter&limit=500${cursor:+&cursor=$cursor}")
    jq -r '.twins[] | "\(.id) \(.telemetry.count.value)"' <<<"$page"
    cursor=$(jq -r '.cursor // "" | @uri' <<<"$page")
    [[ $cursor ]] || break
  done | awk 'FNR == NR { acked[$1] = $3; next } { holds[$1] = $2 }
    END { for (id in acked) if (holds[id] + 0 < acked[id] + 0) print id, "acked", acked[id], "holds", holds[id] }' \
    "$1" -
}
code() { # COMMAND...: its exit code; what it said is in $WORK/said
  "$@" >"$WORK/said" 2>&1
  echo $?
}

start_twind
: >"$WORK/acked"
load 30
ok "load runs" wait_for 10 has_acked 2000
cp "$WORK/acked" "$WORK/before"
is "a backup is taken while it runs" "$(code ctl backup "$FILE" -o json)" 0
rev=$(jq .rev "$WORK/said")
like "its end tells rev, twins, bytes and seconds" "$(<"$WORK/said")" '"rev":[0-9]+,"twins":[0-9]+,"bytes":[0-9]+,"seconds":'
is "nothing else is left beside it" "$(ls "$WORK" | grep -c backup)" 1
is "twind counted it" "$(metric twind_backups_total)" 1
ctl backup - >"$WORK/second" 2>"$WORK/said"
like "- is standard output" "$(<"$WORK/said")" '^rev=[0-9]+ twins=200 '
kill_twind
kill "$LOAD" && reap "$LOAD" 2>/dev/null

is "a restore needs a folder that is empty" "$(code ctl restore "$FILE" --data "$DATA")" 3
like "and says so" "$(<"$WORK/said")" 'is not empty, it holds [a-z]+: a restore writes into an empty folder only'
head -c -100 "$FILE" >"$WORK/short"
is "a backup that is cut short is refused" "$(code ctl restore "$WORK/short" --data "$WORK/none")" 2
like "with a sentence" "$(<"$WORK/said")" 'the backup is cut short'
head -c 5000 "$FILE" >"$WORK/bad" && printf x >>"$WORK/bad" && tail -c +5002 "$FILE" >>"$WORK/bad"
is "so is one with another byte in it" "$(code ctl restore "$WORK/bad" --data "$WORK/none")" 2
like "with a sentence too" "$(<"$WORK/said")" 'the backup is damaged at byte'
is "neither leaves anything" "$(ls -A "$WORK/none" | wc -l)" 0
is "what is whole is restored" "$(code ctl restore "$FILE" --data "$WORK/copy")" 0
like "and both ways of recovery give the same" "$(<"$WORK/said")" "rev=$rev twins=200 hash=[0-9a-f]+ log_hash=[0-9a-f]+ equal"
is "a pipe will do" "$(code ctl restore - --data "$WORK/piped" <"$WORK/second")" 0

DATA=$WORK/copy
start_twind
is "what was acked before the backup began is in it" "$(holds_acked "$WORK/before")" ""
coap POST /t/m-9 -t 110 -e '[{"n":"count","v":41}]'
is "and it goes on from there" "$CODE" 2.04
[[ $(api GET /twins/m-9 | jq .rev) -gt $((rev + 1000000)) ]] &&
  pass "no rev that was used after the backup is used again soon" || fail "no rev is used again"
stop_twind
# ---- the audit
start_twind
audit() { api GET "/audit$1" | jq -c "$2"; }
api PUT /twins/m-9 -H 'content-type: application/json' -d '{"model":"meter","attributes":{"hall":"north"}}' >/dev/null
api PATCH /twins/m-9/desired -H 'content-type: application/merge-patch+json' -d '{"speed":1200}' >/dev/null
api PATCH /twins/m-9/desired -H 'content-type: application/merge-patch+json' -d '{"speed":900}' >/dev/null
api PUT /twins/m-9/lifecycle -H 'content-type: application/json' -d '{"lifecycle":"maintenance"}' >/dev/null
coap POST /t/m-9 -t 110 -e '[{"n":"count","v":42}]'
api DELETE /twins/m-9 >/dev/null
is "what persons did to a twin is there, newest first, also when it is gone" \
  "$(audit "?twin=m-9" '[.entries[].input]')" '["retire","lifecycle","desired","desired","configure"]'
is "with what was before and after" \
  "$(audit "?twin=m-9" '[.entries[].changes[] | select(.change == "set") | [.field, .was, .value]]')" '[["speed",1200,900],["speed",null,1200]]'
like "and who it was" "$(audit "?twin=m-9&limit=1" '.entries[0].actor')" '"kind":"http","name":"127.0.0.1:[0-9]+"'
cursor=$(audit "?twin=m-9&limit=2" '.cursor' | tr -d '"')
is "a page goes on where the one before ended" "$(audit "?twin=m-9&limit=2&cursor=$cursor" '[.entries[].input]')" '["desired","desired"]'
is "devices are not in it" "$(audit "?actor=coap" .entries)" '[]'
is "versions are, with their reason" "$(audit "?actor=" '.detail' | grep -c 'actor must be')$(audit "" '.entries[-1] | [.input, .reason]')" '1["version_promoted","first start"]'
is "a time before it all has nothing" "$(audit "?to=2020-01-01" .entries)" '[]'
like "a reversed range is a sentence" "$(audit "?from=2026-01-02&to=2026-01-01" .detail)" 'from is later than to'
like "twinctl tells it in words" "$(ctl -o csv audit m-9)" 'desired,set speed 1200 -> 900'
kill_twind
start_twind
load 30
is "the doctor finds a running twind whole, under load" "$(code ctl doctor)" 0
is "and says so, too" "$(tail -n 1 "$WORK/said")" whole
kill "$LOAD" && reap "$LOAD" 2>/dev/null
is "and it is there after kill -9" "$(audit "?twin=m-9" '.entries | length')" 5
code ctl backup "$WORK/third" >/dev/null
stop_twind
code ctl restore "$WORK/third" --data "$WORK/third.data" >/dev/null
DATA=$WORK/third.data
start_twind
is "and in a backup" "$(audit "?twin=m-9" '.entries | length')" 5
coap POST /t/m-9 -t 110 -e '[{"n":"count","v":43}]' # so that the end leaves checkpoints
stop_twind

# ---- the doctor
flip() { # FILE OFFSET: another byte there
  local byte
  byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
  printf "\\x$(printf %02x $((byte ^ 16)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
is "the doctor finds a folder whole" "$(code ctl doctor --data "$DATA")" 0
is "and says so" "$(tail -n 1 "$WORK/said")" whole
revisions=$(grep -oE '^[0-9]+ revisions' "$WORK/said" | cut -d' ' -f1)
verified=$("$BUILD/twind" --verify --data "$DATA" 2>/dev/null)
detected=0 harmless=0 wrong=0
RANDOM=11
for ((round = 0; round < 50; round++)); do
  rm -rf "$WORK/sick" && cp -r --sparse=always "$DATA" "$WORK/sick"
  file=$WORK/sick/$([[ $((round % 3)) == 0 ]] && echo state || echo log)/data.mdb
  used=$(($(stat -c '%b * 512' "$file")))
  flip "$file" $(((RANDOM * 32768 + RANDOM) % used))
  case $(code ctl doctor --data "$WORK/sick") in
  0) # nothing that counts: what twind makes of the folder is what it made before
    [[ $("$BUILD/twind" --verify --data "$WORK/sick" 2>/dev/null) == "$verified" ]] && harmless=$((harmless + 1)) || wrong=$((wrong + 1)) ;;
  1)
    tail -n 1 "$WORK/said" | grep -qE '^[0-9]+ findings$' && detected=$((detected + 1)) || wrong=$((wrong + 1))
    if [[ ! -d $WORK/kept && $(<"$WORK/said") =~ ^revs\ ([0-9]+)\ to\ ([0-9]+):.*1\ findings$ ]]; then
      from=${BASH_REMATCH[1]} to=${BASH_REMATCH[2]} # a batch, and nothing else
      cp -r --sparse=always "$WORK/sick" "$WORK/kept"
    fi
    ;;
  *) wrong=$((wrong + 1)) && sed 's/^/# /' "$WORK/said" ;;
  esac
done
is "of 50 folders with a byte changed none is told as right that is not, and nothing crashes" "$wrong" 0
[[ $detected -gt 5 ]] && pass "$detected of them are found, in the $harmless others nobody reads that byte" ||
  fail "damage is found" "$detected detected, $harmless harmless"

# ---- a damaged batch is told, and hides nothing else
whole=$DATA DATA=$WORK/kept
start_twind
pages() { # what all twins' revisions say, a line a page: the HTTP code, how many there are, what is unreadable
  local id cursor
  for id in $(api GET "/twins?limit=500" | jq -r '.twins[].id'); do
    cursor=
    while :; do
      http GET "/api/v1/twins/$id/revisions?limit=100${cursor:+&from=$cursor}"
      echo "$CODE $(jq -r '"\(.revisions | length) \(.unreadable // "" | tostring)"' "$WORK/http.body")"
      cursor=$(jq -r '.cursor // ""' "$WORK/http.body")
      [[ $cursor ]] || break
    done
  done
}
pages >"$WORK/pages"
is "the past of all twins is answered beside a damaged batch" "$(cut -d' ' -f1 "$WORK/pages" | sort -u)" 200
like "and where it is missing it says which revs" "$(cut -d' ' -f3 "$WORK/pages" | sort -u | tr -d '\n')" "\[$from,[0-9]+\]"
told=$(awk '{ n += $2 } END { print n }' "$WORK/pages")
# What the batch held, and the life of m-9, which is retired.
[[ $told -ge $((revisions - (to - from + 1) - 10)) && $told -lt $revisions ]] && pass "all others are told, $told of $revisions" ||
  fail "all others are told" "$told of $revisions, $from to $to damaged"
is "the log says it once" "$(grep -c "event=log_damaged from=$from " "$WORK/twind.log")" 1
is "the doctor of the running twind finds it" "$(code ctl doctor)" 1
like "alone" "$(<"$WORK/said")" "^revs $from to $to: the checksum is wrong.*1 findings"
is "a metric has it" "$(metric twind_log_damaged_batches)" 1
coap POST /t/m-9 -t 110 -e '[{"n":"count","v":43}]'
is "and all goes on" "$CODE" 2.04
stop_twind
DATA=$whole
rm -rf "$WORK/sick" && cp -r --sparse=always "$DATA" "$WORK/sick"
truncate -s 100000 "$WORK/sick/log/data.mdb"
is "a file that is cut short is found" "$(code ctl doctor --data "$WORK/sick")" 1
like "with a sentence" "$(<"$WORK/said")" 'is cut short: 100000 of at least [0-9]+ bytes'
is "no folder is no folder" "$(code ctl doctor --data "$WORK/nowhere")" 2

mkdir -p "$WORK/half/restoring/log"
is "twind does not start on half a restore" "$(code "$BUILD/twind" --data "$WORK/half" --http 127.0.0.1:0)" 2
like "and says what it is" "$(<"$WORK/said")" 'holds a restore that did not end'
finish
