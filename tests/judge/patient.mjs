// ECG: area under the precision-recall curve against the beats' labels, as TSB-UAD has it (Paparrizos and others 2022). Pressure: the
// highest score after the training part lies within a hundred samples of the bleeding, whose place the UCR archive's file names say.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { backtest, figure, folderOf, mean, writeCsv } from "./judge.mjs";

const NEAR = 100, HZ = 128;
const folder = folderOf("health");

/** Average precision; equal scores are one step. */
function averagePrecision(scores, labels) {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a]);
  const all = labels.filter(Boolean).length;
  let hits = 0, area = 0;
  for (let i = 0; i < order.length;) {
    let j = i, fresh = 0;
    for (; j < order.length && scores[order[j]] === scores[order[i]]; j++) fresh += labels[order[j]] ? 1 : 0;
    hits += fresh;
    area += (fresh * hits) / j;
    i = j;
  }
  return area / all;
}
const run = (field, values) => backtest("patient", writeCsv("signal.csv", ["time", field], values.map((value, i) => [(i / HZ).toFixed(6), value])),
  [`${field}_anomaly`], ["--time", "time"]).map((row) => row[`${field}_anomaly`] || 0);

for (const name of readdirSync(folder).filter((file) => /^MBA_ECG.*\.out$/.test(file)).sort()) {
  const rows = readFileSync(join(folder, name), "utf8").trim().split("\n").map((line) => line.split(","));
  const labels = rows.map(([, label]) => Number(label) > 0.5);
  const area = averagePrecision(run("ecg", rows.map(([value]) => value)), labels);
  figure("ecg", `${name.slice(4, 10)}, area under precision and recall`, area, { floor: 0.5, goal: 0.6, digits: 3, beside: { random: mean(labels.map(Number)) } });
}
const bleedings = readdirSync(folder).filter((file) => /InternalBleeding/.test(file)).sort();
let found = 0;
for (const name of bleedings) {
  const [train, begin, end] = name.match(/_(\d+)_(\d+)_(\d+)\.txt$/).slice(1).map(Number);
  const scores = run("pressure", readFileSync(join(folder, name), "utf8").trim().split(/\s+/));
  const place = scores.reduce((best, score, i) => (i >= train && score > scores[best] ? i : best), train);
  found += place >= begin - NEAR && place <= end + NEAR ? 1 : 0;
}
if (bleedings.length > 0)
  figure("pressure", `bleedings found in the right place, of ${bleedings.length}`, found, { floor: Math.ceil(bleedings.length / 2), goal: bleedings.length, digits: 0 });
