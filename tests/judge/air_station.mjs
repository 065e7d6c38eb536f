// UCI Air Quality (De Vito and others 2008): mean absolute error of CO and NOx after four weeks of hourly references, with one
// reference a day from then on. Beside it: a straight line fitted to the four weeks, of the sensor that is made for the gas.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { backtest, figure, folderOf, mean, parseCsv, writeCsv } from "./judge.mjs";

const FOUR_WEEKS = 28 * 24, NOON = 12;
const folder = folderOf("airquality");
const sensors = { "PT08.S1(CO)": "PT08_S1_CO", "PT08.S2(NMHC)": "PT08_S2_NMHC", "PT08.S3(NOx)": "PT08_S3_NOx",
  "PT08.S4(NO2)": "PT08_S4_NO2", "PT08.S5(O3)": "PT08_S5_O3", T: "T", RH: "RH", AH: "AH" };
const gases = { co: { column: "CO(GT)", sensor: "PT08.S1(CO)", floor: 0.41, goal: 0.38 }, nox: { column: "NOx(GT)", sensor: "PT08.S3(NOx)", floor: 74, goal: 65 } };

const rows = readdirSync(folder).filter((name) => name.endsWith(".csv")).sort().flatMap((name) => parseCsv(readFileSync(join(folder, name), "utf8")));
const cell = (text) => (Number(text) <= -200 || text === "" ? "" : text);

/** The hours whose reference the twin is given. */
function taught(column) {
  const given = new Set();
  let day = "";
  rows.forEach((row, i) => {
    if (cell(row[column]) === "") return;
    if (i < FOUR_WEEKS) given.add(i);
    else if (row.Date !== day && Number(row.Time.slice(0, 2)) >= NOON) {
      day = row.Date;
      given.add(i);
    }
  });
  return given;
}

const given = Object.fromEntries(Object.entries(gases).map(([gas, { column }]) => [gas, taught(column)]));
const table = rows.map((row, i) => [`${row.Date}T${row.Time}`, ...Object.keys(sensors).map((name) => cell(row[name])),
  given.co.has(i) ? row["CO(GT)"] : "", given.nox.has(i) ? row["NOx(GT)"] : ""]);
const said = backtest("air_station", writeCsv("air.csv", ["time", ...Object.values(sensors), "co_reference", "nox_reference"], table),
  ["co", "nox"], ["--time", "time"]);

function line(xs, ys) {
  const x = mean(xs), y = mean(ys);
  const slope = xs.reduce((sum, value, i) => sum + (value - x) * (ys[i] - y), 0) / xs.reduce((sum, value) => sum + (value - x) ** 2, 0);
  return (value) => y + slope * (value - x);
}

for (const [gas, { column, sensor, floor, goal }] of Object.entries(gases)) {
  const known = rows.map((row, i) => i).filter((i) => cell(rows[i][column]) !== "" && cell(rows[i][sensor]) !== "");
  const first = known.filter((i) => i < FOUR_WEEKS), rest = known.filter((i) => i >= FOUR_WEEKS && !Number.isNaN(said[i][gas]));
  const straight = line(first.map((i) => Number(rows[i][sensor])), first.map((i) => Number(rows[i][column])));
  const average = mean(first.map((i) => Number(rows[i][column])));
  const error = (predict) => mean(rest.map((i) => Math.abs(predict(i) - Number(rows[i][column]))));
  figure("airquality", `${gas}, ${rest.length} hours, mean absolute error`, error((i) => said[i][gas]),
    { floor, goal, isLess: true, digits: 3, beside: { "static line": error((i) => straight(Number(rows[i][sensor]))), "the mean": error(() => average) } });
}
