#!/usr/bin/env bash
# A recorded asset over CoAP: a run of the SKAB water circuit, row by row, ends in what its last row says.
. "$(dirname "$0")/lib.sh"
file=$RECORDED/skab/valve1/0.csv
[[ -r $file ]] || skip_all "no data"
MODELS=$WORK/models SCRIPTS=$WORK/scripts
mkdir -p "$MODELS" "$SCRIPTS"
cat >"$MODELS/bench.lua" <<'END'
-- The water circuit of SKAB.
return { model = "bench", level = "asset", match = "skab-*", telemetry = { pressure = { unit = "bar" }, flow = { unit = "l/min" }, temperature = { unit = "Cel" } } }
END
start_twind
is "it is played to its end" "$("$BUILD/twinsim" --coap "coap://$COAP" --play "$file" --twin skab-1 --time datetime --speed 1000000 \
  --map Pressure=pressure --map 'Volume Flow RateRMS=flow' --map Temperature=temperature --acked "$WORK/acked" --quiet 2>&1 && echo played)" played
rows=$(($(wc -l <"$file") - 1))
is "every row of it was acked" "$(wc -l <"$WORK/acked")" $((rows * 3))
column() { head -n 1 "$file" | tr ';' '\n' | tr -d '\r' | grep -nx "$1" | cut -d: -f1; }
for pair in Pressure=pressure 'Volume Flow RateRMS=flow' Temperature=temperature; do
  wanted=$(tail -n 1 "$file" | tr -d '\r' | cut -d';' -f"$(column "${pair%=*}")")
  is "the last ${pair#*=} is that of the file" "$(jq -n "$(value skab-1 "${pair#*=}") == $wanted")" true
done
stop_twind
finish
