#!/usr/bin/env bash
# The dashboard in a real browser, with a simulated plant behind it.
. "$(dirname "$0")/../e2e/lib.sh"
type -P chromium >/dev/null || skip_all "no chromium"
[[ -r web/dist/index.html ]] || skip_all "the page is not built; make web"
start_twind --web web/dist
launch "$BUILD/twinsim" --plant 1 --rate 4 --faults 1 --quiet --coap "coap://$COAP" --http "$HTTP" >"$WORK/twinsim.log" 2>&1
has_twins() { [[ $(api GET '/twins?limit=5' | jq '.twins|length') -eq 5 ]]; }
wait_for 15 has_twins || give_up "the plant is there" "$(cat "$WORK/twinsim.log")"
TWIND_HTTP=$HTTP TWIND_PID=$TWIND node tests/browser/smoke.mjs
