// A pump's life before the eyes of the page: it is born, forecast, alarmed, acknowledged, gets another model and another server, and
// is deleted. For the models that come with twind.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { WAIT_MS, api, axe, base, changes, check, claim, context, live, page, server } from "./page.mjs";

const STORY = "pump-smoke";
const RULE = "high_vibration";

/** As a device does. */
async function send(method, path, ...options) {
  const { coap } = await api("/info");
  execFileSync("coap-client-notls", ["-m", method, ...options, `coap://${coap}${path}`], { timeout: WAIT_MS });
}

function sendValue(twin, field, value) {
  return send("put", `/t/${twin}/${field}`, "-t", "0", "-e", String(value));
}

/** A pump of our own whose vibration has risen for five minutes and reaches its limit in three more. */
async function beginStory() {
  const records = Array.from({ length: 21 }, (_, i) => ({ n: "vibration", u: "mm/s", t: i * 15, v: Number((2 + i * 0.15).toFixed(2)) }));
  records[0].bt = Math.floor(Date.now() / 1000) - 300;
  await send("post", `/t/${STORY}`, "-t", "110", "-e", JSON.stringify(records));
  await sendValue(STORY, "flow", 390);
  await sendValue(STORY, "flow", 400);
}

async function recentPast() {
  await check("a_twin_opened_late_shows_its_recent_past", async () => {
    await beginStory();
    await page.goto(`${base}/#/t/${STORY}`);
    const said = () => page.locator(".chart-since").allTextContents();
    await page.waitForFunction(() => document.querySelector(".chart-since")?.textContent?.startsWith("from") === true);
    const texts = await said();
    claim(texts.every((text) => text.startsWith("from")), "a field that no prediction needs has no past");
    const from = /from (\d\d):(\d\d):(\d\d)/.exec(texts[0]);
    const now = new Date();
    const age = (now.getHours() * 3600 + now.getMinutes() * 60 + now.getSeconds() - from[1] * 3600 - from[2] * 60 - from[3] + 86400) % 86400;
    claim(age >= 295 && age < 360, `the past is ${age} s long`);
    return texts[0];
  });
  await check("its_forecast_is_told_in_words_and_goes_on", async () => {
    await page.waitForSelector("#forecast-bearing_wear");
    const text = await page.textContent("#forecast-bearing_wear b");
    claim(/^Vibration limit 7\.1 mm\/s in \d/.test(text), text);
    // Each second by itself, and not only when the page asks for the twin again.
    const before = Date.now();
    for (let i = 0; i < 4; i++) await changes("#forecast-bearing_wear");
    claim(Date.now() - before < 12_000, `four changes took ${Date.now() - before} ms`);
    return text;
  });
}

async function alarm(other) {
  await check("a_raised_alarm_shows_on_the_open_page", async () => {
    await other.goto(`${base}/`);
    await other.waitForSelector(".count");
    await sendValue(STORY, "vibration", 9);
    await page.waitForSelector(`.alarm[data-alarm="${RULE}"] button`);
    await changes(`.alarm[data-alarm="${RULE}"] .alarm-since`);
  });
  await check("a_limit_that_is_passed_is_not_a_forecast", async () => {
    await sendValue(STORY, "vibration", 9.1);
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
    const critical = new Set((await api("/alarms?limit=1000")).alarms.filter(({ severity }) => severity === "critical").map(({ twin }) => twin)).size;
    await other.waitForFunction((critical) => [...document.querySelectorAll(".count")]
      .some((one) => one.textContent === `${critical}critical`), critical);
    await page.click(".brand");
    await page.waitForSelector(`.need[data-alarm="${STORY} ${RULE}"]`);
    await axe("plant with an alarm");
  });
  await check("an_acknowledged_alarm_is_so_on_every_page", async () => {
    await other.goto(`${base}/#/t/${STORY}`);
    await other.waitForSelector(`.alarm[data-alarm="${RULE}"] button`);
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
    await sendValue(STORY, "smoke", 42);
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
    await sendValue(STORY, "speed", 1200);
    await page.waitForFunction(() => document.querySelector('[data-property="speed"] dd b')?.textContent === "1200");
    const { epoch } = await api("/info");
    server.isUpset = true;
    execFileSync("sh", ["-c", process.env.TWIND_RESTART], { timeout: WAIT_MS });
    await page.waitForSelector('#connection[data-state="stale"]');
    await live();
    server.isUpset = false;
    claim((await api("/info")).epoch !== epoch, "it is the same server");
    claim(await page.textContent('[data-property="speed"] dd b') === "1200", "the reported speed is another");
    await page.waitForSelector(`.alarm[data-alarm="${RULE}"] .acked`);
    await sendValue(STORY, "speed", 1300);
    await page.waitForFunction(() => document.querySelector('[data-property="speed"] dd b')?.textContent === "1300");
    claim((await page.textContent(".chart-since")).startsWith("from"), "the recent past is lost");
  });
}

async function endStory() {
  await check("a_deleted_twin_leaves_the_page", async () => {
    server.isUpset = true; // it may just have asked for that twin
    const answer = await fetch(`${base}/api/v1/twins/${STORY}`, { method: "DELETE" });
    claim(answer.status === 204, `DELETE answered ${answer.status}`);
    await page.waitForSelector(".empty h1");
    await page.click("text=Back to the plant");
    await page.waitForSelector(".heat canvas");
    await page.waitForSelector(`.need[data-alarm="${STORY} ${RULE}"]`, { state: "detached" });
    server.isUpset = false;
  });
}

export async function tellStory() {
  const other = await context.newPage();
  await recentPast();
  await alarm(other);
  await other.close();
  if (process.env.TWIND_MODELS) await reload();
  if (process.env.TWIND_RESTART) await restart();
  await endStory();
}
