#!/usr/bin/env bash
# Runs test suites and counts: tests/run.sh [SUITE ...], all of them without arguments. `make test` builds first.
#
# A suite is a list of programs that print TAP; a program that is killed, runs out of time or says nothing is a
# failure. Each program's output is kept in $BUILD/test/SUITE/; that of a failed one is printed. The last lines
# are one a suite and then `N passed, M failed, K skipped`.
set -uo pipefail
cd "$(dirname "$0")/.."
export BUILD=${BUILD:-build} TWIND_DATA=${TWIND_DATA:-$PWD/../shared/data}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1}
SUITES=(layers unit sanitized fuzz lua web e2e strangers browser)
SANITIZED=build/sanitize-address-undefined
FUZZ_SECONDS=${FUZZ_SECONDS:-3}
LOG_LINES=80 # of a failed program that are printed

# What a suite runs: `NAME SECONDS COMMAND ...` a line, SECONDS being the longest it may take.
programs_of() {
  local program
  case $1 in
    layers)
      echo "self_test 60 as_test 'layers.sh finds each violation' tests/layers.sh --self-test"
      echo "rooms 60 as_test 'the rooms keep their order' tests/layers.sh"
      ;;
    unit) each unit "$BUILD" 60 ;;
    sanitized) each unit "$SANITIZED" 120 ;;
    fuzz) each fuzz "$SANITIZED" $((FUZZ_SECONDS + 60)) "$FUZZ_SECONDS" ;;
    lua)
      echo "luacheck 60 as_test 'luacheck has nothing to say' luacheck -q models scripts"
      echo "check 60 as_test 'twinctl check finds nothing wrong' $BUILD/twinctl check ."
      echo "test 60 $BUILD/twinctl test ."
      echo "api 60 tests/lua/api.sh"
      echo "examples 60 tests/lua/examples.sh"
      ;;
    web) echo "node 120 npm --prefix web test -s" ;;
    *) # a folder of scripts
      for program in tests/"$1"/*.sh; do
        [[ -x $program && $program != */lib.sh ]] && echo "$(basename "$program" .sh) ${E2E_SECONDS:-300} $program"
      done
      ;;
  esac
}

each() { # FOLDER BUILD SECONDS ARGUMENTS: what was built of every tests/FOLDER/**/*.c
  local program
  find "tests/$1" -name 'test_*.c' -o -name 'fuzz_*.c' | sort | while read -r program; do
    program=${program#"tests/$1/"} program=${program%.c}
    echo "$program $3 $2/$1/$program ${4:-}"
  done
}

as_test() { # NAME COMMAND...: one test that passes when the command does and otherwise shows what it said
  local name=$1 said
  shift
  said=$("$@" 2>&1) && { echo "ok 1 - $name" && return; }
  sed 's/^/# /' <<<"$said"
  echo "not ok 1 - $name"
  return 1
}
export -f as_test

passed=0 failed=0 skipped=0 summary=()
run_program() { # SUITE NAME SECONDS COMMAND...
  local suite=$1 name=$2 seconds=$3 log started=$EPOCHREALTIME status ok bad skip
  shift 3
  log=$BUILD/test/$suite/${name//\//.}.log
  mkdir -p "$(dirname "$log")"
  timeout --kill-after=10 "$seconds" bash -c "$*" >"$log" 2>&1 </dev/null
  status=$?
  skip=$(grep -ciE '^(ok .*|1\.\.0 .*)# *skip' "$log")
  ok=$(($(grep -c '^ok ' "$log") - $(grep -ciE '^ok .*# *skip' "$log")))
  bad=$(grep -c '^not ok' "$log")
  if [[ $bad -eq 0 && ($status -ne 0 || $((ok + skip)) -eq 0) ]]; then
    bad=1
    case $status in
      0) echo "# no test was run" ;;
      124 | 137) echo "# stopped after $seconds s" ;;
      *) echo "# ended with status $status" ;;
    esac >>"$log"
  fi
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
  printf '  %-6s %-44s %4d passed %6.1f s\n' "$([[ $bad -gt 0 ]] && echo FAILED || echo ok)" "$suite/$name" "$ok" \
    "$(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')"
  [[ $bad -eq 0 ]] || { tail -n "$LOG_LINES" "$log" | sed 's/^/    | /' && echo "    | (all of it: $log)"; }
  grep -iE '^(ok .*|1\.\.0 .*)# *skip' "$log" | sed -E 's/^.*# *[Ss][Kk][Ii][Pp](PED)?:? */         skipped: /' || true
}

run_suite() { # SUITE
  local name seconds command before=("$passed" "$failed" "$skipped") started=$SECONDS
  while read -r name seconds command; do
    run_program "$1" "$name" "$seconds" "$command"
  done < <(programs_of "$1")
  [[ $((passed + failed + skipped)) -gt $((before[0] + before[1] + before[2])) ]] ||
    { echo "  FAILED $1: no such suite, or nothing in it" && failed=$((failed + 1)); }
  summary+=("$(printf '%-10s %5d passed %4d failed %4d skipped %5d s' "$1" $((passed - before[0])) \
    $((failed - before[1])) $((skipped - before[2])) $((SECONDS - started)))")
}

[[ $# -gt 0 ]] && SUITES=("$@")
[[ ${SANITIZE:-} ]] && SANITIZED=$BUILD # the whole run is a sanitized one
for suite in "${SUITES[@]}"; do run_suite "$suite"; done
echo
printf '%s\n' "${summary[@]}"
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 && $passed -gt 0 ]]
