#!/usr/bin/env bash
# The order of the rooms and what may be in each: tests/layers.sh [DIR]
#
# Prints a line for each violation and fails when there is one. --self-test builds a tree that breaks every
# rule and shows that each is found.
set -euo pipefail

# Longer than 400 lines, each with the reason that a reader accepts.
long_files() {
  cat <<'END'
tests/unit/ingest/plant.h the one fixture that sends everything both ways
END
}

# The rooms each room may include, besides itself. The files in runtime/ itself know every room.
rooms_below() {
  case $1 in
    base) ;;
    predict) echo base ;;
    twin) echo base predict ;;
    store) echo base predict twin ;;
    script) echo base predict twin store ;;
    turn) echo base predict twin script ;;
    fork) echo base predict twin store script turn ;;
    ingest) echo base predict twin store script ;;
    push) echo base predict twin store script fork ingest ;;
    train) ;; # a program of its own, with a library that nothing else links
    ctl) echo base predict twin script fork/rehearsal.h train/matrix.h ;; # the turn, on a world in memory
    sim) echo base ingest/message.h ;;
    *) return 1 ;;
  esac
}

# Prints `file:line: text` with comments and texts blanked, so that a word in one is not a violation.
CODE='
FNR == 1 { in_comment = 0 }
{
  text = $0; out = ""
  while (text != "") {
    if (in_comment) {
      end = index(text, "*/")
      if (!end) break
      text = substr(text, end + 2); in_comment = 0
    } else if (text ~ /^\/\//) {
      break
    } else if (text ~ /^\/\*/) {
      in_comment = 1; text = substr(text, 3)
    } else if (text ~ /^"/ && out !~ /^[ \t]*#[ \t]*include/) {
      match(text, /^"([^"\\]|\\.)*"?/)
      out = out "\"\""; text = substr(text, RLENGTH + 1)
    } else if (match(text, /^[^\/"]+/)) {
      out = out substr(text, 1, RLENGTH); text = substr(text, RLENGTH + 1)
    } else {
      out = out substr(text, 1, 1); text = substr(text, 2)
    }
  }
  if (out ~ /[^ \t]/) print FILENAME ":" FNR ": " out
}'

check_includes() { # CODE on standard input
  local line file room path allowed
  while IFS= read -r line; do
    file=${line%%:*} room=${line#runtime/} path=${line#*\"}
    room=${room%%/*} path=${path%%\"*}
    allowed=$(rooms_below "$room") || continue
    [[ $path == */* && " $room $allowed " == *" ${path%%/*} "* || " $allowed " == *" $path "* ]] ||
      echo "${line%%: *}: $room may not include \"$path\" (only: $room $allowed)"
  done < <(grep -E '^runtime/[^:]*/[^:]*:[0-9]+: *# *include *"')
}

check_rooms() {
  local room
  for room in runtime/*/; do
    room=${room#runtime/} room=${room%/}
    rooms_below "$room" >/dev/null ||
      echo "runtime/$room is no room that tests/layers.sh knows; say there what it may include"
  done
}

# PATTERN of code|WHERE it may stand (each begins with ^runtime/)|what to say. The log's lines carry a time that
# nothing in the program reads; call.c reads the thread's own CPU time; sim and ctl are programs of their own.
confined() {
  cat <<'END'
# *include *<lmdb\.h>|^runtime/store/|lmdb.h belongs in store
# *include *<(lua|lauxlib|lualib|luaconf)\.h(pp)?>|^runtime/script/|Lua belongs in script
# *include *<coap|^runtime/ingest/|libcoap belongs in ingest
# *include *<libwebsockets|^runtime/(push|ctl|sim)/|^runtime/base/loop\.c:|libwebsockets belongs in push, base/loop.c, ctl and sim
# *include *<nlopt|^runtime/predict/|NLopt belongs in predict
# *include *<(cvode|nvector|sun)|^runtime/predict/|SUNDIALS belongs in predict
# *include *<curl/|^runtime/(ctl|sim)/|libcurl belongs in ctl and sim
(^|[^a-z_0-9])lua_(pcall|pcallk|sethook)[^a-z_0-9]|^runtime/script/call\.c:|the one door into Lua is script/call.c
(^|[^a-z_0-9.>])(time|gettimeofday|clock_gettime|timespec_get|clock) *\(|^runtime/(sim|ctl)/|^runtime/base/(loop|logger)\.c:|^runtime/script/call\.c:|the clock is read in base/loop.c alone
END
}

check_confined() { # CODE on standard input
  local code rule pattern where
  code=$(cat)
  while IFS= read -r rule; do
    pattern=${rule%%|^runtime*}
    where="^runtime${rule#*|^runtime}"
    where="(${where%|*}).*"
    { grep -E -- "^[^:]*:[0-9]+:.*($pattern)" <<<"$code" || true; } | grep -vE -- "$where" |
      cut -d: -f1,2 | sed "s|\$|: ${rule##*|}|" || true
  done < <(confined)
}

check_lengths() {
  local lines file
  while read -r lines file; do
    [[ $file == total || $lines -le 400 ]] && continue
    long_files | grep -q "^${file#./}  *[^ ]" ||
      echo "${file#./}: $lines lines, over 400; split it, or list it in tests/layers.sh with the reason"
  done < <(find runtime models scripts web tests .ci Makefile \
    \( -name node_modules -o -name dist -o -name .tests -o -path scripts/learned \) -prune -o -type f \
    \( -name '*.[ch]' -o -name '*.lua' -o -name '*.ts' -o -name '*.tsx' -o -name '*.mjs' -o -name '*.css' \
    -o -name '*.sh' -o -name Makefile \) -exec wc -l {} + 2>/dev/null)
}

check_top_level() {
  local name
  for name in *; do
    case $name in
      Makefile | README.md | runtime | scripts | models | web | tests) ;;
      build | data) ;; # made by running it, ignored by git
      *) echo "$name: the top level holds Makefile, README.md, runtime, scripts, models, web and tests" ;;
    esac
  done
}

check_tree() { # DIR: prints the violations
  cd "$1"
  local code
  code=$(find runtime -name '*.[ch]' | sort | xargs -d '\n' awk "$CODE")
  check_rooms
  check_includes <<<"$code"
  check_confined <<<"$code"
  check_lengths
  check_top_level
}

# A tree with one violation of each rule, each with the beginning of the line that must be printed for it.
broken_tree() {
  mkdir -p runtime/{base,predict,twin,store,script,ingest,push,ctl,sim,cellar}
  bad() { # FILE EXPECTED TEXT
    printf '%s\n' "$3" >"$1"
    printf '%s\n' "$2" >>expected
  }
  bad runtime/base/a.c 'runtime/base/a.c:1: base may not include "twin/twin.h"' '#include "twin/twin.h"'
  bad runtime/twin/a.c 'runtime/twin/a.c:2: twin may not include "store/log.h"' $'//\n#  include "store/log.h"'
  bad runtime/predict/a.h 'runtime/predict/a.h:1: predict may not include "twin/twin.h"' '#include "twin/twin.h"'
  bad runtime/script/a.c 'runtime/script/a.c:1: script may not include "push/push.h"' '#include "push/push.h"'
  bad runtime/ctl/a.c 'runtime/ctl/a.c:1: ctl may not include "store/log.h"' '#include "store/log.h"'
  bad runtime/sim/a.c 'runtime/sim/a.c:1: sim may not include "ingest/ingest.h"' '#include "ingest/ingest.h"'
  bad runtime/base/b.c 'runtime/base/b.c:1: base may not include "err.h"' '#include "err.h"'
  bad runtime/cellar/a.c 'runtime/cellar is no room' '//'
  bad runtime/twin/b.c 'runtime/twin/b.c:1: lmdb.h belongs' '#include <lmdb.h>'
  bad runtime/push/b.c 'runtime/push/b.c:1: Lua belongs' '#include <lua.h>'
  bad runtime/push/c.c 'runtime/push/c.c:1: libcoap belongs' '#include <coap3/coap.h>'
  bad runtime/ingest/c.c 'runtime/ingest/c.c:1: libwebsockets belongs' '#include <libwebsockets.h>'
  bad runtime/push/d.c 'runtime/push/d.c:1: NLopt belongs' '#include <nlopt.h>'
  bad runtime/store/c.c 'runtime/store/c.c:1: libcurl belongs' '#include <curl/curl.h>'
  bad runtime/script/d.c 'runtime/script/d.c:2: the one door' $'/* lua_pcall(L)\n */ int r = lua_pcall(L, 0, 0, 0);'
  bad runtime/store/d.c 'runtime/store/d.c:1: the clock' 'long now = time(NULL);'
  bad runtime/live.c 'runtime/live.c:1: the clock' '    clock_gettime(CLOCK_MONOTONIC, &t);'
  bad notes.txt 'notes.txt: the top level' 'x'
  { echo 'runtime/base/long.c: 401 lines'; } >>expected
  printf '//\n%.0s' {1..401} >runtime/base/long.c
  mv expected .expected
}

# What looks like a violation and is none.
sound_tree() {
  mkdir -p runtime/{base,script,sim}
  printf '%s\n' '// "twin/twin.h" and time(NULL) in a comment' '#include "base/err.h"' 'char *s = "time(0)";' \
    '/* clock_gettime(x) */ int64_t uptime(void); x->time(1);' >runtime/base/a.c
  printf '%s\n' '#include <lua.h>' '#include "twin/twin.h"' 'lua_pcall(L, 0, 0, 0);' >runtime/script/call.c
  printf '%s\n' '#include "ingest/message.h"' '#include <curl/curl.h>' 'time(NULL);' >runtime/sim/fleet.c
  printf '%s\n' '#include "push/push.h"' '#include "store/log.h"' >runtime/live.c
}

self_test() {
  local found line failed=0
  trees=$(mktemp -d)
  trap 'rm -rf "$trees"' EXIT
  mkdir "$trees/broken" "$trees/sound"
  (cd "$trees/broken" && broken_tree)
  (cd "$trees/sound" && sound_tree)
  found=$(check_tree "$trees/broken")
  while IFS= read -r line; do
    grep -qF -- "$line" <<<"$found" || { echo "not found: $line" && failed=1; }
  done <"$trees/broken/.expected"
  [[ $(wc -l <<<"$found") -eq $(wc -l <"$trees/broken/.expected") ]] ||
    { echo "found something else:" && echo "$found" && failed=1; }
  found=$(cd "$trees" && check_tree sound)
  [[ -z $found ]] || { echo "a sound tree is refused: $found" && failed=1; }
  return "$failed"
}

if [[ ${1:-} == --self-test ]]; then
  self_test
else
  found=$(check_tree "${1:-$(dirname "$0")/..}")
  [[ -z $found ]] || { echo "$found" && exit 1; }
fi
