#!/usr/bin/env bash
# A disk that is full: nothing more is taken in, reads go on, nothing acked is lost, and with space it goes on.
. "$(dirname "$0")/lib.sh"
MODELS=tests/e2e/models SCRIPTS=tests/e2e/scripts
[[ $EUID -eq 0 ]] || skip_all "mounting a small disk needs root"
DISK=$WORK/disk
mkdir "$DISK"
mount -t tmpfs -o size=16m tmpfs "$DISK" 2>/dev/null || skip_all "no tmpfs can be mounted here"
end_disk() {
  local pid
  for pid in "${!STARTED[@]}"; do kill -9 "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
  umount -l "$DISK" 2>/dev/null
}
trap 'end_disk; end_all' EXIT
DATA=$DISK/data

acked=0
send() { # COUNT: true when it was taken
  coap PUT /t/m-1/count -t 0 -e "$1"
  [[ $CODE == 2.04 ]] && acked=$1
}
start_twind
send 1 || fail "a sample is taken" "$CODE $BODY"
dd if=/dev/zero of="$DISK/fill" bs=64k 2>/dev/null
dd if=/dev/zero of="$DISK/fill" bs=1 count=4096 oflag=append conv=notrunc 2>/dev/null

# Free pages of the file may take some more; the first one that cannot be stored is not answered at all.
COAP_SECONDS=2
codes=
for ((i = 2; i <= 400; i++)); do
  send "$i"
  codes+="${CODE:-none} "
  [[ $CODE == 5.03 ]] && break
done
is "a sample that cannot be stored is 5.03" "$CODE" 5.03
like "with a sentence" "$BODY" '[a-z]+ [a-z]+ .*(stor|space|disk)'
like "and when to come back" "$(grep -a 'c:5.03' "$WORK/coap.out")" 'Max-Age:[0-9]+'
echo "# $acked samples were taken after the disk was filled"
COAP_SECONDS=5
coap GET /t/m-1/count
is "devices still read" "$CODE" 2.05
http GET /api/v1/twins/m-1
is "so do operators" "$CODE" 200
http PATCH /api/v1/twins/m-1/desired -H 'content-type: application/merge-patch+json' -d '{"speed":5}'
is "what they write is refused too" "$CODE" 503
http GET /readyz
is "it is not ready" "$CODE" 503
http GET /healthz
is "but alive" "$CODE" 200
ok "and why is logged" grep -qiE 'no room|space' "$WORK/twind.log"
before=$acked

rm "$DISK/fill"
send_next() { send $((i + 1)); }
ok "with space it takes samples again" wait_for 15 send_next
http GET /readyz
is "and is ready" "$CODE" 200
last=$((i + 1))
kill_twind
start_twind
is "after kill -9 the last acked sample is there" "$(value m-1 count)" "$last"
ok "a clean stop" stop_twind
ok "both recoveries are equal" "$BUILD/twind" --verify --data "$DATA"

# The same, with the kill while it is full
DATA=$DISK/other acked=0
start_twind
send 1
dd if=/dev/zero of="$DISK/fill" bs=64k 2>/dev/null
dd if=/dev/zero of="$DISK/fill" bs=1 count=4096 oflag=append conv=notrunc 2>/dev/null
COAP_SECONDS=2
for ((i = 2; i <= 400; i++)); do
  send "$i"
  [[ $CODE == 5.03 ]] && break
done
kill_twind
rm "$DISK/fill"
start_twind
now=$(value m-1 count)
[[ $now == "$acked" || $now == $((acked + 1)) ]] && pass "killed while full, what was acked is there" ||
  fail "killed while full, what was acked is there" "acked $acked, holds $now"
stop_twind
finish
