#!/usr/bin/env bash
# What no sensor should send, through every judged model: no crash, no failing script, no value out of its bounds, no certainty made of nothing.
. "$(dirname "$0")/lib.sh"
declare -A TELEMETRY=([metric]=value [turbofan]="setting1 setting2 setting3 $(seq -s ' ' -f 's%.0f' 1 21)"
  [water_loop]="Accelerometer1RMS Accelerometer2RMS Current Pressure Temperature Thermocouple Voltage VolumeFlowRateRMS"
  [air_station]="PT08_S1_CO PT08_S2_NMHC PT08_S3_NOx PT08_S4_NO2 PT08_S5_O3 T RH AH co_reference nox_reference"
  [battery]=capacity [patient]="ecg pressure" [incubator]="t1 t2 t3 heater fan")
declare -A SAYS=([metric]=anomaly [turbofan]=rul,rul_low,rul_high [water_loop]=anomaly [air_station]=co,nox
  [battery]=end_of_life,end_of_life_low,end_of_life_high [patient]=ecg_anomaly,pressure_anomaly [incubator]=lid_open)
declare -A MOST=([metric]=1 [turbofan]=125 [water_loop]=1 [air_station]=1e9 [battery]=1e9 [patient]=1 [incubator]=1)
series() { # KIND COLUMNS: rows of one kind of trouble, the same in every column
  awk -v kind="$1" -v columns="$2" 'BEGIN {
    srand(7)
    n = kind == "three" ? 3 : 900
    for (i = 0; i < n; i++) {
      at = i * 60
      if (kind == "gap" && i > 450) at += 7 * 86400
      if (kind == "backwards" && i > 450) at = (900 - i) * 60
      if (kind == "twice") at = int(i / 2) * 60
      line = at
      for (c = 0; c < columns; c++) {
        v = 50 + 5 * sin(i / 20) + rand()
        if (kind == "constant") v = 50
        if (kind == "missing" && rand() < 0.5) v = rand() < 0.5 ? "" : "NaN"
        if (kind == "infinite" && i % 50 == 9) v = "inf"
        if (kind == "huge") v = i % 2 ? 1e300 : -1e300
        if (kind == "zero") v = 0
        line = line "," v
      }
      print line
    }
  }'
}
for model in metric turbofan water_loop air_station battery patient incubator; do
  read -ra columns <<<"${TELEMETRY[$model]}"
  for kind in three constant zero missing infinite huge gap backwards twice; do
    { (IFS=, && echo "at,${columns[*]}") && series "$kind" "${#columns[@]}"; } >"$WORK/rows.csv"
    "$BUILD/twinctl" backtest --model "$model" --time at --emit "${SAYS[$model]}" --out "$WORK/out.csv" "$WORK/rows.csv" 2>"$WORK/said"
    is "$model, $kind: no script fails and every row has its line" "$? $(wc -l <"$WORK/out.csv")" "0 $(wc -l <"$WORK/rows.csv")"
    is "$model, $kind: what it says is a number within bounds, or nothing" \
      "$(awk -F, -v most="${MOST[$model]}" 'NR > 1 { for (i = 3; i <= NF; i++) if ($i != "" && ($i !~ /^-?[0-9.e+-]+$/ || $i < -1e-9 || $i > most + 0)) print NR ": " $i }' "$WORK/out.csv" | head -n 2)" ''
  done
done
like "a constant series is no anomaly" "$({ echo at,value; seq 600 | sed 's/$/,5/'; } >"$WORK/rows.csv"; "$BUILD/twinctl" backtest --model metric --time at "$WORK/rows.csv" 2>/dev/null | cut -d, -f3 | sort -u | tr '\n' ' ')" '^0 anomaly $|^anomaly 0 $'
finish
