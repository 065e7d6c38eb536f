// The Numenta Anomaly Benchmark, standard profile: Lavin and Ahmad 2015, "Evaluating real-time anomaly detection algorithms", with the
// constants of its scorer. One threshold for all files: the best on the open ones; held out: the best on the other families.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { backtest, figure, folderOf, parseCsv } from "./judge.mjs";

const HIT = 1, FALSE_ALARM = 0.11, MISS = 1;
const folder = folderOf("nab");
const windows = JSON.parse(readFileSync(join(folder, "windows.json"), "utf8"));

const sigmoid = (y) => (y > 3 ? -1 : 2 / (1 + Math.exp(5 * y)) - 1);
const probation = (rows) => Math.min(Math.floor(0.15 * rows), 750);
const moment = (text) => Date.parse(text.replace(" ", "T").replace(/\.?\d*$/, (tail) => tail.slice(0, 4)) + "Z");

/** What each alarm brings: [score, { window } or { cost }] of the rows that count, and the number of windows. */
function weigh(times, spans, scores) {
  const ranges = spans.map(([begin, end]) => [times.findIndex((t) => t >= moment(begin)), times.findLastIndex((t) => t <= moment(end))]);
  const rows = [];
  for (let i = probation(times.length); i < times.length; i++) {
    if (!(scores[i] > 0)) continue;
    const window = ranges.findIndex(([begin, end]) => i >= begin && i <= end);
    if (window >= 0) {
      const [begin, end] = ranges[window];
      rows.push({ score: scores[i], window, value: (HIT * sigmoid(-(end - i + 1) / (end - begin + 1))) / sigmoid(-1) });
    } else {
      const before = ranges.filter(([, end]) => end < i).at(-1);
      const y = before ? (i - before[1]) / (before[1] - before[0]) : Infinity;
      rows.push({ score: scores[i], window, value: FALSE_ALARM * sigmoid(y) });
    }
  }
  return { rows, windows: ranges.length, length: times.length };
}

/** Raw score, windows found and false alarms of a file at a threshold. */
function scoreAt(file, threshold) {
  const best = new Array(file.windows).fill(-MISS);
  let cost = 0, alarms = 0;
  for (const row of file.rows) {
    if (row.score < threshold) continue;
    if (row.window >= 0) best[row.window] = Math.max(best[row.window], row.value);
    else { cost += row.value; alarms++; }
  }
  return { raw: best.reduce((sum, x) => sum + x, 0) + cost, found: best.filter((x) => x > -MISS).length, alarms };
}

const normal = (files, raw) => {
  const count = files.reduce((sum, file) => sum + file.windows, 0);
  return (100 * (raw + count * MISS)) / (count * (HIT + MISS));
};
const rawAt = (files, threshold) => files.reduce((sum, file) => sum + scoreAt(file, threshold).raw, 0);

function bestThreshold(files) {
  const all = [...new Set(files.flatMap((file) => file.rows.map((row) => Math.round(row.score * 1000) / 1000)))].sort((a, b) => a - b);
  const step = Math.max(1, Math.floor(all.length / 400));
  return all.filter((_, i) => i % step === 0).reduce((best, threshold) => {
    const raw = rawAt(files, threshold);
    return raw > best.raw ? { threshold, raw } : best;
  }, { threshold: Infinity, raw: rawAt(files, Infinity) });
}

/** Windowed Gaussian: how far in the tail of a normal distribution of the last 6,400 values. */
function windowedGaussian(values) {
  let sum = 0, squares = 0;
  return values.map((value, i) => {
    const count = Math.min(i, 6400), average = count ? sum / count : value;
    const std = Math.sqrt(Math.max(count ? squares / count - average * average : 0, 1e-12));
    sum += value; squares += value * value;
    if (i >= 6400) { sum -= values[i - 6400]; squares -= values[i - 6400] ** 2; }
    return count < 2 ? 0 : Math.abs(value - average) / std;
  });
}

const ours = [], gaussian = [], days = [];
for (const name of Object.keys(windows).sort()) {
  const path = join(folder, name);
  if (!existsSync(path)) continue;
  const table = parseCsv(readFileSync(path, "utf8"));
  const times = table.map((row) => moment(row.timestamp));
  const family = name.startsWith("artificial") ? "artificial" : name.split("/")[0];
  const scores = backtest("metric", path, ["anomaly"], ["--time", "timestamp"]).map((row) => row.anomaly);
  ours.push({ family, ...weigh(times, windows[name], scores) });
  gaussian.push({ family, ...weigh(times, windows[name], windowedGaussian(table.map((row) => Number(row.value)))) });
  days.push((times.at(-1) - times[0]) / 86400000);
}

const best = bestThreshold(ours);
const families = [...new Set(ours.map((file) => file.family))];
const heldOut = families.reduce((raw, family) => {
  const { threshold } = bestThreshold(ours.filter((file) => file.family !== family));
  return raw + rawAt(ours.filter((file) => file.family === family), threshold);
}, 0);
const sums = ours.map((file) => scoreAt(file, best.threshold));
const total = (name) => sums.reduce((sum, file) => sum + file[name], 0);
const count = ours.reduce((sum, file) => sum + file.windows, 0);
figure("nab", `standard, ${ours.length} files, one threshold (${best.threshold.toFixed(2)})`, normal(ours, best.raw),
  { floor: 70, goal: 75, beside: { "windowed Gaussian": normal(gaussian, bestThreshold(gaussian).raw), null: 0 } });
figure("nab", "threshold from the other families", normal(ours, heldOut), { floor: 62, goal: 66 });
figure("nab", "threshold 0.5, that of the model's alarm", normal(ours, rawAt(ours, 0.5)));
figure("nab", `windows found, of ${count}`, total("found"), { digits: 0 });
figure("nab", "false alarms a day and series", total("alarms") / days.reduce((sum, x) => sum + x, 0), { digits: 3 });
