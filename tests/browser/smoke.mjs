// The dashboard in a real browser against a running twind: node smoke.mjs
//   TWIND_HTTP   address of the page, "127.0.0.1:8080" if not given
//   TWIND_PID    twind's process id; with it, the server is stopped for a while to see the page say so
//   TWIND_RESTART   a command that ends twind and starts it again at the same address; with it, the page must come back by itself
//   TWIND_MODELS    the folder of models that twind watches, which may be changed; with it, the page must follow a reload
// The plant must hold a twin with a writable number property and telemetry that changes by itself (make run has many). An empty plant
// is fine too: then the page's own example line is run, with coap-client, and must make the page live.
// TAP; exit 0 when all passed.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const need = createRequire(fileURLToPath(new URL("../../web/package.json", import.meta.url)));
const { chromium } = need("playwright-core");
const AXE = readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");

const address = process.env.TWIND_HTTP ?? "127.0.0.1:8080";
const base = address.includes("://") ? address.replace(/\/$/, "") : `http://${address}`;
const FIRST_LOAD_LIMIT = 64 * 1024; // headers included
const WAIT_MS = 30_000;

let coapAddress = "";
let passed = 0;
let failed = 0;

async function check(name, body) {
  try {
    const note = await body();
    passed += 1;
    console.log(`ok ${passed + failed} - ${name}${note === undefined ? "" : ` (${note})`}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok ${passed + failed} - ${name}: ${String(error.message ?? error).split("\n")[0]}`);
  }
}

function claim(isTrue, text) {
  if (!isTrue) throw new Error(text);
}

async function api(path) {
  const answer = await fetch(`${base}/api/v1${path}`);
  claim(answer.ok, `GET ${path} answered ${answer.status}`);
  return answer.json();
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
await context.addInitScript(() => {
  document.addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
});
const page = await context.newPage();
page.setDefaultTimeout(WAIT_MS);
const complaints = [];
let isUpset = false; // what the page asks for now may rightly fail
page.on("console", (message) => { if (message.type() === "error" && !isUpset) complaints.push(`${message.text()} ${message.location().url}`); });
page.on("pageerror", (error) => complaints.push(String(error)));

const devtools = await context.newCDPSession(page);

/** Bytes on the wire of the page's own files, from now on: a function that says how much it was. */
async function meter(of) {
  const session = await of.context().newCDPSession(of);
  await session.send("Network.enable");
  const files = new Map();
  session.on("Network.responseReceived", ({ requestId, type }) => {
    if (["Document", "Script", "Stylesheet"].includes(type)) files.set(requestId, 0);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (files.has(requestId)) files.set(requestId, encodedDataLength);
  });
  return () => {
    const size = [...files.values()].reduce((sum, one) => sum + one, 0);
    claim(files.size > 0 && size <= FIRST_LOAD_LIMIT, `${size} bytes in ${files.size} files`);
    return `${(size / 1024).toFixed(1)} KB in ${files.size} files`;
  };
}
const firstLoad = await meter(page);

const live = () => page.waitForSelector('#connection[data-state="live"]');

/** Waits until the element shows another text, or the canvas another picture, than it does now; answers what it was. */
async function changes(selector) {
  const read = (selector) => {
    const element = document.querySelector(selector);
    return element instanceof HTMLCanvasElement ? element.toDataURL() : (element?.textContent ?? "");
  };
  const before = await page.evaluate(read, selector);
  await page.waitForFunction(({ selector, before }) => {
    const element = document.querySelector(selector);
    return (element instanceof HTMLCanvasElement ? element.toDataURL() : (element?.textContent ?? "")) !== before;
  }, { selector, before });
  return before;
}

async function axe(where) {
  // Through the developer tools, because the page's policy rightly forbids it to the page.
  await devtools.send("Runtime.evaluate", { expression: AXE });
  const results = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const grave = results.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const said = grave.map(({ id, nodes }) => `${id}: ${nodes[0].target.join(" ")} ${nodes[0].any[0]?.message ?? ""}`).join("; ");
  claim(grave.length === 0, `${where}: ${said}`);
}

/** A twin with telemetry and a writable number property, or undefined. */
async function pick() {
  const { models } = await api("/models");
  const { twins } = await api("/twins?limit=1000");
  for (const { model, properties = {}, telemetry = {} } of models) {
    const property = Object.entries(properties).find(([, member]) => member.writable === true && Array.isArray(member.range));
    const twin = twins.find((one) => one.model === model && Object.keys(one.telemetry ?? {}).length > 0) ?? twins.find((one) => one.model === model);
    if (property !== undefined && twin !== undefined && Object.keys(telemetry).length > 0) {
      return { id: twin.id, property: property[0], range: property[1].range };
    }
  }
  return undefined;
}

/** As a device does. */
function send(method, path, ...options) {
  execFileSync("coap-client-notls", ["-m", method, ...options, `coap://${coapAddress}${path}`], { timeout: WAIT_MS });
}

function sendValue(twin, field, value) {
  send("put", `/t/${twin}/${field}`, "-t", "0", "-e", String(value));
}

async function emptyPlant() {
  await check("an_empty_plant_shows_the_line_to_type", async () => {
    const line = await page.textContent("#example");
    claim(/^coap-client-notls .* coap:\/\/[^/]+\/t\/pump-1$/.test(line), line);
  });
  await check("its_first_message_makes_the_page_live", async () => {
    const line = await page.textContent("#example");
    execFileSync("sh", ["-c", line], { timeout: WAIT_MS });
    await page.waitForSelector(".heat canvas");
    await live();
    await page.goto(`${base}/#/t/pump-1`);
    await page.waitForSelector(".tile .tile-value");
  });
}

async function plantPage() {
  await check("the_heat_map_is_painted", async () => {
    await page.waitForFunction(() => {
      const canvas = document.querySelector(".heat canvas");
      const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      for (let i = 3; i < data.length; i += 4) if (data[i] !== 0) return true;
      return false;
    });
  });
  await check("the_tree_has_rows", async () => { await page.waitForSelector('[role="treeitem"]'); });
  await check("first_load_is_small", firstLoad);
  await check("colour_by_a_field_is_kept_in_the_address", async () => {
    const options = await page.locator("#color option").evaluateAll((all) => all.map((one) => one.value));
    const field = options.find((value) => value.startsWith("telemetry."));
    await page.selectOption("#color", field);
    claim(page.url().includes(encodeURIComponent(field)) || page.url().includes(field), page.url());
    await page.waitForSelector(".legend .ramp");
    await page.selectOption("#color", "alarm");
  });
  await check("the_plant_page_is_accessible_in_light", () => axe("plant, light"));
  await check("search_opens_with_a_slash", async () => {
    await page.locator("body").press("/");
    claim(await page.evaluate(() => document.activeElement?.id === "search"), "the focus is elsewhere");
    await page.locator("#search").press("Escape");
  });
}

async function twinPage({ id, property, range }) {
  await check("search_finds_a_twin", async () => {
    await page.fill("#search", id);
    await page.waitForSelector('#search-list [role="option"]');
    await page.locator("#search").press("Enter");
    await page.waitForSelector("h1");
    claim(decodeURIComponent(page.url()).endsWith(`#/t/${id}`), page.url());
  });
  await check("a_tile_changes_by_itself", async () => {
    await page.waitForSelector(".tile[data-field] .tile-value b");
    await page.waitForFunction(() => !(document.querySelector(".tile-value")?.textContent ?? "–").startsWith("–"));
    const name = await page.getAttribute(".tile[data-field]", "data-field");
    return `${name} was ${await changes(`.tile[data-field="${name}"] .tile-value`)}`;
  });
  await check("the_chart_is_drawn_and_moves", async () => {
    await page.waitForSelector(".chart canvas");
    await page.waitForFunction(() => (document.querySelector(".chart canvas")?.toDataURL().length ?? 0) > 3000);
    await changes(".chart canvas");
  });
  await check("a_twin_opened_directly_is_small_too", async () => {
    const fresh = await browser.newContext(); // that has nothing of the page yet
    const other = await fresh.newPage();
    const load = await meter(other);
    await other.goto(`${base}/#/t/${encodeURIComponent(id)}`);
    await other.waitForSelector(".chart canvas");
    const note = load();
    await fresh.close();
    return note;
  });
  await check("a_refused_value_shows_the_servers_words", async () => {
    await page.fill(`#set-${property}`, String(range[1] * 10 + 1));
    await page.click(`[data-property="${property}"] button[type=submit]`);
    const said = await page.textContent(`[data-property="${property}"] .problem`);
    claim(said.length > 10, said);
    return said.trim();
  });
  await check("a_desired_value_is_pending_or_followed", async () => {
    const reported = Number(await page.textContent(`[data-property="${property}"] dd b`)) || range[0];
    const wanted = Math.round((reported + (reported > (range[0] + range[1]) / 2 ? range[0] : range[1])) / 2);
    await page.fill(`#set-${property}`, String(wanted));
    await page.click(`[data-property="${property}"] button[type=submit]`);
    await page.waitForFunction(({ property, wanted }) => {
      const card = document.querySelector(`[data-property="${property}"]`);
      return Number(card?.querySelector("dd.desired b")?.textContent) === wanted && (card?.querySelector(".follow")?.textContent ?? "") !== "";
    }, { property, wanted });
    return page.textContent(`[data-property="${property}"] .follow`);
  });
  await check("a_desired_value_can_be_withdrawn", async () => {
    await page.click(`[data-property="${property}"] >> text=Withdraw`);
    await page.waitForSelector(`[data-property="${property}"] .not-set`);
  });
  await check("the_twin_page_is_accessible_in_light", () => axe("twin, light"));
  await check("pause_stops_the_page_and_resume_goes_on", async () => {
    await page.click("#pause");
    await page.waitForSelector('#connection[data-state="paused"]');
    claim(await page.isDisabled(`#set-${property}`), "a value can be written while paused");
    await page.click("#pause");
    await live();
  });
  await check("dark_is_dark", async () => {
    const before = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.click("#theme");
    await page.waitForFunction((color) => getComputedStyle(document.body).backgroundColor !== color, before);
  });
  await check("the_twin_page_is_accessible_in_dark", () => axe("twin, dark"));
  await check("the_plant_page_is_accessible_in_dark", async () => {
    await page.click(".brand");
    await page.waitForSelector(".heat canvas");
    await axe("plant, dark");
  });
  await check("a_phone_does_not_scroll_sideways", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const hash of ["#/", `#/t/${encodeURIComponent(id)}`]) {
      await page.goto(`${base}/${hash}`);
      await page.waitForSelector("h1", { state: "attached" });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      claim(wide <= 0, `${hash} is ${wide} px too wide`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });
}

const STORY = "pump-smoke";
const RULE = "high_vibration";

/** A pump of our own whose vibration has risen for five minutes and reaches its limit in three more. */
function beginStory() {
  const records = Array.from({ length: 21 }, (_, i) => ({ n: "vibration", u: "mm/s", t: i * 15, v: Number((2 + i * 0.15).toFixed(2)) }));
  records[0].bt = Math.floor(Date.now() / 1000) - 300;
  send("post", `/t/${STORY}`, "-t", "110", "-e", JSON.stringify(records));
  sendValue(STORY, "flow", 400);
}

async function recentPast() {
  await check("a_twin_opened_late_shows_its_recent_past", async () => {
    beginStory();
    await page.goto(`${base}/#/t/${STORY}`);
    const said = () => page.locator(".chart-since").allTextContents();
    await page.waitForFunction(() => document.querySelector(".chart-since")?.textContent?.startsWith("recent window from") === true);
    const texts = await said();
    claim(texts.some((text) => text.startsWith("since you opened this page at")), "a field without a window says the same");
    const from = /from (\d\d):(\d\d):(\d\d), then live/.exec(texts[0]);
    const now = new Date();
    const age = (now.getHours() * 3600 + now.getMinutes() * 60 + now.getSeconds() - from[1] * 3600 - from[2] * 60 - from[3] + 86400) % 86400;
    claim(age >= 295 && age < 360, `the past is ${age} s long`);
    return texts[0];
  });
  await check("its_forecast_is_told_in_words_and_goes_on", async () => {
    await page.waitForSelector("#forecast-bearing_wear");
    const text = await page.textContent("#forecast-bearing_wear b");
    claim(/^Vibration limit 7\.1 mm\/s in \d/.test(text), text);
    await changes("#forecast-bearing_wear");
    return text;
  });
}

async function alarm(other) {
  await check("a_raised_alarm_shows_on_the_open_page", async () => {
    sendValue(STORY, "vibration", 9);
    await page.waitForSelector(`.alarm[data-alarm="${RULE}"] button`);
    await changes(`.alarm[data-alarm="${RULE}"] .alarm-since`);
  });
  await check("a_limit_that_is_passed_is_not_a_forecast", async () => {
    sendValue(STORY, "vibration", 9.1);
    await page.waitForFunction(() => document.querySelector("#forecast-bearing_wear b")?.textContent === "Vibration has passed its limit of 7.1 mm/s");
  });
  await check("an_alarm_cannot_be_acknowledged_while_paused", async () => {
    await page.click("#pause");
    await page.waitForSelector('#connection[data-state="paused"]');
    claim(await page.isDisabled(`.alarm[data-alarm="${RULE}"] button`), "the button is open");
    await page.click("#pause");
    await live();
  });
  await check("the_alarm_is_counted_and_needs_somebody", async () => {
    await other.goto(`${base}/#/t/${STORY}`);
    await other.waitForSelector(`.alarm[data-alarm="${RULE}"] button`);
    await page.click(".brand");
    await page.waitForSelector(`.need[data-alarm="${STORY} ${RULE}"]`);
    const critical = new Set((await api("/alarms?limit=1000")).alarms.filter(({ severity }) => severity === "critical").map(({ twin }) => twin)).size;
    await page.waitForFunction((critical) => [...document.querySelectorAll(".count")]
      .some((one) => one.textContent === `${critical}critical`), critical);
    await axe("plant with an alarm");
  });
  await check("an_acknowledged_alarm_is_so_on_every_page", async () => {
    await page.click(`.need[data-alarm="${STORY} ${RULE}"] button`);
    await page.waitForSelector(`.need[data-alarm="${STORY} ${RULE}"] .acked`);
    const { alarms } = await api("/alarms?limit=1000");
    claim(alarms.find(({ id }) => id === `${STORY}.${RULE}`)?.acked === true, "the server does not know");
    await other.waitForSelector(`.alarm[data-alarm="${RULE}"] .acked`);
  });
  await check("a_need_leads_to_its_twin", async () => {
    await page.click(`.need[data-alarm="${STORY} ${RULE}"]`, { position: { x: 60, y: 32 } }); // beside its name and its button
    await page.waitForSelector(`.alarm[data-alarm="${RULE}"] .acked`);
    await axe("twin with an alarm");
  });
}

async function reload() {
  const file = `${process.env.TWIND_MODELS}/pump.lua`;
  const before = readFileSync(file, "utf8");
  await check("a_changed_model_reaches_the_open_page", async () => {
    writeFileSync(file, before.replace("telemetry = {", 'telemetry = {\n    smoke = { title = "Smoke density", unit = "%" },'));
    await page.waitForSelector('.tile[data-field="smoke"]');
    claim(await page.textContent('.tile[data-field="smoke"] .tile-name') === "Smoke density", "its title is not the model's");
    sendValue(STORY, "smoke", 42);
    await page.waitForFunction(() => document.querySelector('.tile[data-field="smoke"] .tile-value b')?.textContent?.startsWith("42"));
    await live();
  });
  await check("what_the_model_lost_is_gone_from_the_page", async () => {
    writeFileSync(file, before);
    await page.waitForSelector('.tile[data-field="smoke"]', { state: "detached" });
    await live();
  });
}

async function restart() {
  await check("a_restarted_server_is_followed_with_right_values", async () => {
    sendValue(STORY, "speed", 1200);
    await page.waitForFunction(() => document.querySelector('[data-property="speed"] dd b')?.textContent === "1200");
    const { epoch } = await api("/info");
    isUpset = true;
    execFileSync("sh", ["-c", process.env.TWIND_RESTART], { timeout: WAIT_MS });
    await page.waitForSelector('#connection[data-state="stale"]');
    await live();
    isUpset = false;
    claim((await api("/info")).epoch !== epoch, "it is the same server");
    claim(await page.textContent('[data-property="speed"] dd b') === "1200", "the reported speed is another");
    await page.waitForSelector(`.alarm[data-alarm="${RULE}"] .acked`);
    sendValue(STORY, "speed", 1300);
    await page.waitForFunction(() => document.querySelector('[data-property="speed"] dd b')?.textContent === "1300");
    claim((await page.textContent(".chart-since")).startsWith("recent window from"), "the recent past is lost");
  });
}

async function endStory() {
  await check("a_deleted_twin_leaves_the_page", async () => {
    isUpset = true; // it may just have asked for that twin
    const answer = await fetch(`${base}/api/v1/twins/${STORY}`, { method: "DELETE" });
    claim(answer.status === 204, `DELETE answered ${answer.status}`);
    await page.waitForSelector(".empty h1");
    await page.click("text=Back to the plant");
    await page.waitForSelector(".heat canvas");
    await page.waitForSelector(`.need[data-alarm="${STORY} ${RULE}"]`, { state: "detached" });
    isUpset = false;
  });
}

async function silentServer({ property }) {
  const pid = Number(process.env.TWIND_PID);
  await check("a_silent_server_is_said_and_writing_is_closed", async () => {
    isUpset = true;
    process.kill(pid, "SIGSTOP");
    try {
      await page.waitForSelector('#connection[data-state="stale"]');
      claim(/^Stale since \d\d:\d\d:\d\d$/.test(await page.textContent('#connection [role="status"]')), "it does not say since when");
      claim(await page.isDisabled(`#set-${property}`), "a value can be written");
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });
  await check("it_is_live_again_by_itself", async () => {
    await live();
    isUpset = false;
    claim(!(await page.isDisabled(`#set-${property}`)), "a value cannot be written");
  });
}

try {
  await page.goto(`${base}/`);
  await check("the_plant_page_becomes_live", async () => { await live(); });
  const { coap, twins } = await api("/info");
  coapAddress = coap;
  if (twins === 0) {
    await emptyPlant();
  } else {
    await plantPage();
    const twin = await pick();
    if (twin === undefined) await check("the_plant_has_a_twin_to_try", () => claim(false, "no twin with telemetry and a writable number property"));
    else {
      await twinPage(twin);
      if (process.env.TWIND_PID) await silentServer(twin);
    }
    // With the models that come with twind, a pump's whole story can be told.
    if ((await api("/models")).models.some(({ model, predictions }) => model === "pump" && predictions?.bearing_wear !== undefined)) {
      const other = await context.newPage();
      await recentPast();
      await alarm(other);
      await other.close();
      if (process.env.TWIND_MODELS) await reload();
      if (process.env.TWIND_RESTART) await restart();
      await endStory();
    }
  }
  await check("the_console_is_clean", () => claim(complaints.length === 0, complaints.join(" | ")));
} finally {
  await browser.close();
}
console.log(`1..${passed + failed}`);
process.exit(failed === 0 ? 0 : 1);
