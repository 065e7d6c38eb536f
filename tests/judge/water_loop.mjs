// SKAB: the first 400 rows of a run are what the twin learns from, the rest is judged, pooled over runs (Katser and Kozitsin 2020).
// J = 100 - false alarms - missed alarms, both in %: always-alarm, whose F1 is high here, has J 0.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { backtest, figure, folderOf, parseCsv } from "./judge.mjs";

const LEARN = 400;
const folder = folderOf("skab");

const count = () => ({ hits: 0, falls: 0, misses: 0, rests: 0 });
function add(counts, isAlarm, isAnomaly) {
  counts[isAnomaly ? (isAlarm ? "hits" : "misses") : isAlarm ? "falls" : "rests"]++;
}
const f1 = ({ hits, falls, misses }) => (2 * hits) / (2 * hits + falls + misses);
const falseShare = ({ falls, rests }) => (100 * falls) / (falls + rests);
const missedShare = ({ hits, misses }) => (100 * misses) / (hits + misses);

for (const set of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== "anomaly-free")) {
  const ours = count(), always = count();
  const files = readdirSync(join(folder, set.name)).filter((name) => name.endsWith(".csv"));
  for (const name of files) {
    const file = join(folder, set.name, name);
    const labels = parseCsv(readFileSync(file, "utf8")).map((row) => Number(row.anomaly) > 0.5);
    const said = backtest("water_loop", file, ["anomaly"], ["--time", "datetime", "--map", "Volume Flow RateRMS=VolumeFlowRateRMS"]);
    for (let i = LEARN; i < said.length; i++) {
      add(ours, said[i].anomaly > 0.5, labels[i]);
      add(always, true, labels[i]);
    }
  }
  const j = (counts) => 100 - falseShare(counts) - missedShare(counts);
  figure("skab", `${set.name}, ${files.length} runs, J`, j(ours), { floor: 50, goal: 58, beside: { "always-alarm": j(always), false: falseShare(ours), missed: missedShare(ours) } });
  figure("skab", `${set.name}, F1`, f1(ours), { floor: 0.76, goal: 0.78, digits: 3, beside: { "always-alarm": f1(always) } });
}
