#!/usr/bin/env bash
# What editors and luacheck are told of the author's API is what the program has: tests/lua/api.sh
set -uo pipefail
cd "$(dirname "$0")/../.."
twinctl=${BUILD:-build}/twinctl count=0 failed=0
same() { # NAME FILE TEXT
  local difference
  if difference=$(diff "$2" - <<<"$3"); then
    echo "ok $((++count)) - $1"
  else
    echo "not ok $((++count)) - $1" && sed 's/^/# /' <<<"$difference"
    echo "# $2 is old; try: make api"
    failed=1
  fi
}
same "the annotations are those of the binding tables" scripts/twin.d.lua "$("$twinctl" api --luacats)"
same "luacheck's globals are the sandbox's" .luacheckrc "$("$twinctl" api --luacheck)"
echo "1..$count"
exit "$failed"
