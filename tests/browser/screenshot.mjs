// Makes a picture of the dashboard: node screenshot.mjs ADDRESS OUT.png [ROUTE] [dark|light] [WIDTHxHEIGHT]
// ROUTE is what follows "#", such as "/t/pump-1". Waits until the page is live and, on a twin's page, its chart has a line.
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
await page.goto(`${url}/#${route}`);
await page.waitForSelector('#connection[data-state="live"]');
if (route.startsWith("/t/")) {
  await page.waitForSelector(".chart canvas");
  await page.waitForFunction(() => (document.querySelector(".tile .spark path")?.getAttribute("d") ?? "").split("L").length > 40, null, { timeout: 90_000 })
    .catch(() => console.error("the chart has few points yet"));
} else {
  await page.waitForSelector(".heat canvas");
  await page.waitForFunction(() => document.querySelectorAll(".need").length > 0, null, { timeout: 15_000 }).catch(() => undefined);
}
await page.screenshot({ path: out });
await browser.close();
