#!/usr/bin/env bash
# The README's two commands in a bare Debian: tests/fresh.sh [bookworm|trixie ...], both without arguments.
#
# Makes the system with debootstrap under build/fresh/, copies the last commit into it, as a clone would, and
# runs `make run` (twice: the second time must be quick), then `make test`. Needs root and debootstrap. All mounts and
# processes live in namespaces of their own, so nothing is left behind however this ends.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ $EUID -eq 0 ]] || { echo "tests/fresh.sh: debootstrap and chroot need root; try: sudo make fresh" >&2 && exit 2; }
type -P debootstrap >/dev/null || { echo "tests/fresh.sh: try: apt-get install debootstrap" >&2 && exit 2; }
FOLDER=$PWD/build/fresh
QUICK_SECONDS=20 # for the second `make run`, until the address is printed
READY_SECONDS=900

make_system() { # RELEASE ROOT
  rm -rf "$2"
  mkdir -p "$FOLDER/packages"
  debootstrap --variant=minbase --cache-dir="$FOLDER/packages" "$1" "$2" >"$FOLDER/$1.debootstrap.log" 2>&1 ||
    { tail "$FOLDER/$1.debootstrap.log" >&2 && return 1; }
  # A machine behind a proxy trusts its certificate; so must what is made on it.
  mkdir -p "$2/usr/local/share/ca-certificates"
  cp /usr/local/share/ca-certificates/*.crt "$2/usr/local/share/ca-certificates/" 2>/dev/null || true
  mkdir -p "$2/root/twind"
  git archive HEAD | tar -x -C "$2/root/twind"
}

# Runs standard input as a script in the system, as root, alone: /proc, /dev and its processes go with it.
inside() { # ROOT
  unshare --mount --pid --fork --kill-child bash -c '
    set -e
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    mount -t tmpfs shm "$1/dev/shm"
    exec chroot "$1" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin CI=true \
      http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" bash -s' bash "$1"
}

# What is typed on a fresh machine. Only make is there beforehand: without it there are no two commands.
typed() {
  cat <<END
QUICK_SECONDS=$QUICK_SECONDS READY_SECONDS=$READY_SECONDS
END
  cat <<'END'
set -euo pipefail
cd /root/twind
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update </dev/null && apt-get -qq install -y --no-install-recommends make >/dev/null 2>&1 </dev/null

page() { # ADDRESS PATH: the first line of the answer and the body
  exec 3<>"/dev/tcp/${1%:*}/${1##*:}"
  printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$2" "$1" >&3
  timeout 10 cat <&3
  exec 3>&-
}

run_once() { # SECONDS
  local log=/root/run.log started=$SECONDS job address
  : >"$log"
  set -m # so that the job gets Ctrl-C as from a terminal, also when this runs in the background, where it is ignored
  env --default-signal=INT make run >"$log" 2>&1 </dev/null &
  job=$!
  set +m
  until address=$(grep -oE 'Dashboard +http://[0-9.:]+' "$log" | grep -oE '[0-9.]+:[0-9]+$'); do
    kill -0 "$job" 2>/dev/null || { cat "$log" && echo "make run has ended" && return 1; }
    [[ $((SECONDS - started)) -lt $1 ]] || { cat "$log" && echo "make run took over $1 s" && return 1; }
    sleep 0.2
  done
  echo "make run: the address after $((SECONDS - started)) s"
  [[ $(page "$address" /) == *"200"*"<title>"* ]] || { echo "the page does not answer" && return 1; }
  until [[ $(page "$address" '/api/v1/twins?limit=1') == *'"telemetry"'* ]]; do
    [[ $((SECONDS - started)) -lt $(($1 + 30)) ]] || { cat "$log" && echo "no twin has come" && return 1; }
    sleep 0.2
  done
  kill -INT -- "-$job"
  for _ in {1..300}; do [[ $(jobs -rp) ]] || break; sleep 0.1; done
  ! grep -xE 'twind|twinsim|make' /proc/[0-9]*/comm 2>/dev/null ||
    { jobs -l && tail -n 5 "$log" && echo "Ctrl-C left these running" && return 1; }
}
run_once "$READY_SECONDS"
run_once "$QUICK_SECONDS"
started=$SECONDS
make test >/root/test.log 2>&1 </dev/null || { tail -n 300 /root/test.log && exit 1; }
tail -n 14 /root/test.log
echo "make test: $((SECONDS - started)) s"
tail -n 1 /root/test.log | grep -qE '^[0-9]+ passed, 0 failed, [0-9]+ skipped$'
END
}

failed=0
[[ -z $(git status --porcelain) ]] || echo "What is not committed is not in it."
[[ $# -gt 0 ]] || set -- bookworm trixie
for release in "$@"; do
  started=$SECONDS
  echo "== $release"
  if make_system "$release" "$FOLDER/$release" && echo "made in $((SECONDS - started)) s" &&
    typed | inside "$FOLDER/$release"; then
    echo "== $release: good, $((SECONDS - started)) s"
    rm -rf "${FOLDER:?}/$release"
  else
    echo "== $release: FAILED; it is still in $FOLDER/$release"
    failed=1
  fi
done
exit "$failed"
