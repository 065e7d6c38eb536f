#!/usr/bin/env bash
# twind as node-coap meets it, once by our own way and once with every datagram handed to libcoap.
. "$(dirname "$0")/../e2e/lib.sh"
MODELS=tests/e2e/models SCRIPTS=tests/e2e/scripts
[[ -d tests/strangers/node_modules/coap ]] || skip_all "node-coap is not installed; make test installs it"
for way in "" --coap-library-only; do
  DATA=$WORK/data$way
  start_twind $way
  node tests/strangers/node_coap.mjs "$COAP" "$HTTP" >"$WORK/tap"
  while IFS= read -r line; do
    case $line in
      "ok "*) pass "${line#* - }${way:+, through libcoap alone}" ;;
      "not ok "*) fail "${line#* - }${way:+, through libcoap alone}" ;;
      "#"*) echo "$line" ;;
    esac
  done <"$WORK/tap"
  ok "twind still stops cleanly" stop_twind
done
finish
