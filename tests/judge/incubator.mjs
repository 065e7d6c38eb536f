// An incubator's runs: open loop from each run's first row, with the parameters calibrated to it, to the other runs, or to none; and
// every opening of the lid found, none invented. A run with openings has them in a file of its own, "..._events_...".
import { readdirSync, readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { backtest, build, figure, folderOf, mean, parseCsv, root } from "./judge.mjs";

const folder = folderOf("incubator");
const WITHIN = 60; // s
const options = ["--map", "heater_on=heater", "--map", "fan_on=fan"];

const read = (name) => parseCsv(readFileSync(join(folder, name), "utf8"));
const unitOf = (time) => (Number(time) > 1e17 ? 1e9 : 1); // ns or s
const files = readdirSync(folder).filter((name) => name.endsWith(".csv")).sort();
const runs = files.filter((name) => !name.includes("event")).map((name) => {
  const rows = read(name), unit = unitOf(rows[0].time);
  return { name, file: join(folder, name), unit, box: rows.map((row) => (Number(row.t2) + Number(row.t3)) / 2), openings: [] };
});
for (const name of files.filter((each) => each.includes("event"))) {
  const run = runs.find((each) => each.name === name.replace("event", "experiment").replace("experiments", "experiment"));
  if (run) run.openings = read(name).filter((row) => row.event.includes("Open")).map((row) => Number(row.time) / unitOf(row.time));
}

const time = (run) => ["--time", run.unit === 1e9 ? "time:ns" : "time"];
const rootMeanSquare = (list) => Math.sqrt(mean(list.map((x) => x * x)));

function calibrate(those) {
  const text = execFileSync(join(build, "twinctl"), ["-o", "json", "calibrate", "--dir", root, "incubator", ...those.map((run) => run.file), ...time(those[0]), ...options],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return text.trim().split("\n").map((line) => JSON.parse(line)).flatMap((row) => ["--param", `${row.parameter}=${row.value}`]);
}
function openLoop(run, parameters) {
  const rows = backtest("incubator", run.file, ["simulated"], [...time(run), ...options, ...parameters]);
  return rootMeanSquare(rows.map((row, i) => row.simulated - run.box[i]).filter(Number.isFinite));
}

const closed = runs.filter((run) => run.openings.length === 0);
for (const run of closed) {
  const still = rootMeanSquare(run.box.map((box) => box - run.box[0]));
  figure("incubator", `${run.name}, calibrated to it, Cel`, openLoop(run, calibrate([run])),
    { floor: 0.45, isLess: true, digits: 3, beside: { "stays as it began": still } });
}
for (const run of closed) {
  const others = closed.filter((each) => each !== run);
  figure("incubator", `${run.name}, not calibrated, Cel`, openLoop(run, []), { floor: 0.8, isLess: true, digits: 3,
    beside: others.length ? { "calibrated to all others": openLoop(run, calibrate(others)) } : {} });
}

let opened = 0, found = 0, invented = 0, latest = 0;
for (const run of runs) {
  const rows = backtest("incubator", run.file, ["lid_open"], [...time(run), ...options]);
  const begins = rows.filter((row, i) => row.lid_open >= 0.5 && !(i > 0 && rows[i - 1].lid_open >= 0.5)).map((row) => Number(row.time) / run.unit);
  for (const opening of run.openings) {
    const delay = Math.min(...begins.map((begin) => begin - opening).filter((each) => each >= 0));
    opened++;
    if (delay <= WITHIN) { found++; latest = Math.max(latest, delay); }
  }
  invented += begins.filter((begin) => !run.openings.some((opening) => begin >= opening && begin <= opening + WITHIN)).length;
}
if (opened > 0) figure("incubator", `of ${opened} openings found, after ${latest.toFixed(0)} s at most`, found, { floor: opened, digits: 0 });
figure("incubator", "openings invented", invented, { floor: 0, isLess: true, digits: 0 });
