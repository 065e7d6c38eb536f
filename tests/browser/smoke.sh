#!/usr/bin/env bash
# The dashboard in a real browser, with a simulated plant behind it.
. "$(dirname "$0")/../e2e/lib.sh"
type -P chromium >/dev/null || skip_all "no chromium"
[[ -r web/dist/index.html ]] || skip_all "the page is not built; make web"
cp -r models "$WORK/models" # one that may be changed
MODELS=$WORK/models
start_twind --dev --web web/dist
launch "$BUILD/twinsim" --plant 1 --rate 4 --faults 1 --quiet --coap "coap://$COAP" --http "$HTTP" >"$WORK/twinsim.log" 2>&1
has_twins() { [[ $(api GET '/twins?limit=5' | jq '.twins|length') -eq 5 ]]; }
wait_for 15 has_twins || give_up "the plant is there" "$(cat "$WORK/twinsim.log")"
# Bash alone may wait for what it started, so the browser's side asks for a restart by a signal.
restart() {
  stop_twind
  start_twind --dev --web web/dist --coap "$COAP" --http "$HTTP"
}
trap restart USR1
TWIND_HTTP=$HTTP TWIND_PID=$TWIND TWIND_MODELS=$MODELS TWIND_RESTART="kill -USR1 $$" launch node tests/browser/smoke.mjs
SMOKE=$LAUNCHED
until ended "$SMOKE"; do wait "$SMOKE"; STATUS=$?; done # a signal ends the wait early
exit "$STATUS"
