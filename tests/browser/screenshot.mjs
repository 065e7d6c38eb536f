// Makes a picture of the dashboard: node screenshot.mjs ADDRESS OUT.png [ROUTE] [dark|light] [WIDTHxHEIGHT]
// ROUTE is what follows "#", such as "/t/pump-1". Waits until the page is live and, for a minute at most, until there is a forecast to
// see; on a twin's page until every tile's line has some points.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const { chromium } = createRequire(fileURLToPath(new URL("../../web/package.json", import.meta.url)))("playwright-core");

const [address, out, route = "/", scheme = "light", size = "1440x900"] = process.argv.slice(2);
if (address === undefined || out === undefined) {
  console.error("usage: node screenshot.mjs ADDRESS OUT.png [ROUTE] [dark|light] [WIDTHxHEIGHT]");
  process.exit(2);
}
const [width, height] = size.split("x").map(Number);
const url = address.includes("://") ? address : `http://${address}`;

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
page.on("console", (message) => { if (message.type() === "error") console.error(message.text()); });
page.on("pageerror", (error) => console.error(String(error)));
const seen = (what, isThere) => page.waitForFunction(isThere, null, { timeout: 60_000 }).catch(() => console.error(`${what} is not there yet`));
await page.goto(`${url}/#${route}`);
await page.waitForSelector('#connection[data-state="live"]');
if (route.startsWith("/t/")) {
  await page.waitForSelector(".chart canvas");
  await seen("a forecast", () => document.querySelector(".outlook b") !== null);
  await seen("a line on each tile", () => [...document.querySelectorAll(".tile:not(.tile-missing) .spark path")]
    .every((path) => (path.getAttribute("d") ?? "").split("L").length > 12));
} else {
  await page.waitForSelector(".heat canvas");
  await seen("a need", () => document.querySelector(".need") !== null);
  await page.waitForTimeout(1500); // for the figures to be painted
}
await page.screenshot({ path: out });
await browser.close();
