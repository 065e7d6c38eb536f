// twind as node-coap sees it, a client that shares no line with libcoap: node node_coap.mjs HOST:PORT
// Prints TAP. Expects the end-to-end tests' model `meter` (ids m*).
import coap from "coap";

const [host, port] = process.argv[2].split(":");
const WAIT_MS = 8000;
const SENML = 110;
let count = 0;
let failures = 0;

async function test(name, body) {
  count += 1;
  try {
    await Promise.race([body(), later(WAIT_MS).then(() => { throw new Error(`no end within ${WAIT_MS} ms`); })]);
    console.log(`ok ${count} - ${name}`);
  } catch (error) {
    failures += 1;
    console.log(`not ok ${count} - ${name}\n#   ${String(error.message ?? error).replaceAll("\n", "\n#   ")}`);
  }
}

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref());

function equal(got, wanted, what = "got") {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) throw new Error(`${what} ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`);
}

/** One request; `options` are CoAP's by name. Answers { code, payload, options, response }. */
function ask(method, pathname, { payload, options = {}, query, observe = false, confirmable = true } = {}) {
  return new Promise((resolve, reject) => {
    // Closing an observation closes its socket, so each has its own.
    const agent = observe ? new coap.Agent({ type: "udp4" }) : undefined;
    const request = coap.request({ hostname: host, port: Number(port), method, pathname, query, observe, confirmable, agent });
    for (const [name, value] of Object.entries(options)) request.setOption(name, value);
    request.on("response", (response) => resolve({ code: response.code, payload: String(response.payload), response }));
    request.on("error", reject);
    request.on("timeout", () => reject(new Error("timeout")));
    request.end(payload);
  });
}

const format = (number) => ({ "Content-Format": Buffer.of(number) });
const post = (id, records) => ask("POST", `/t/${id}`, { payload: JSON.stringify(records), options: format(SENML) });

/** The notifications of an observation, as they come: next() waits for one that `is_wanted`. */
async function observe(pathname) {
  const { response } = await ask("GET", pathname, { observe: true });
  const seen = [];
  let wake = () => {};
  response.on("data", (bytes) => {
    seen.push(String(bytes));
    wake();
  });
  return {
    async next(is_wanted) {
      for (;;) {
        while (seen.length > 0) {
          const payload = seen.shift();
          if (is_wanted(payload)) return payload;
        }
        await new Promise((resolve) => { wake = resolve; });
      }
    },
    close: () => response.close(),
  };
}

await test("POST of a SenML pack is 2.04", async () => {
  equal((await post("m-1", [{ bn: "", n: "count", v: 1 }, { n: "temperature", u: "Cel", v: 20.5 }])).code, "2.04");
});

await test("PUT of one value is 2.04", async () => {
  equal((await ask("PUT", "/t/m-1/count", { payload: "2", options: format(0) })).code, "2.04");
});

await test("a map of values is 2.04, as JSON and as CBOR", async () => {
  equal((await ask("POST", "/t/m-1", { payload: '{"count":3,"open":true}', options: format(50) })).code, "2.04");
  const cbor = Buffer.concat([Buffer.of(0xa1, 0x65), Buffer.from("count"), Buffer.of(0x04)]);
  equal((await ask("POST", "/t/m-1", { payload: cbor, options: format(60) })).code, "2.04");
});

await test("GET of a twin is a pack of its values", async () => {
  const { code, payload } = await ask("GET", "/t/m-1");
  equal(code, "2.05");
  const values = Object.fromEntries(JSON.parse(payload).map((record) => [String(record.n).split("/").pop(), record.v ?? record.vb ?? record.vs]));
  equal([values.count, values.temperature, values.open], [4, 20.5, true]);
});

await test("GET of a field is its value as text", async () => {
  const { code, payload } = await ask("GET", "/t/m-1/count");
  equal([code, payload], ["2.05", "4"]);
});

await test("a message that asks for no confirmation is taken too", async () => {
  await ask("PUT", "/t/m-1/count", { payload: "5", options: format(0), confirmable: false });
  equal((await ask("GET", "/t/m-1/count")).payload, "5");
});

await test("a refusal carries its sentence", async () => {
  const { code, payload } = await ask("PUT", "/t/m-1/counter", { payload: "1", options: format(0) });
  equal(code, "4.04");
  if (!payload.includes("count")) throw new Error(`says only: ${payload}`);
});

await test("an observer of a field sees each new value", async () => {
  const field = await observe("/t/m-1/count");
  await ask("PUT", "/t/m-1/count", { payload: "6", options: format(0) });
  await field.next((payload) => payload === "6");
  await ask("PUT", "/t/m-1/count", { payload: "7", options: format(0) });
  await field.next((payload) => payload === "7");
  field.close();
});

await test("an observer of a twin sees its pack change", async () => {
  const twin = await observe("/t/m-1");
  await post("m-1", [{ n: "temperature", v: 31.5 }]);
  await twin.next((payload) => payload.includes("31.5"));
  twin.close();
});

await test("a device that observes its desired sees a new one", async () => {
  await post("m-1", [{ n: "speed", v: 900 }]);
  const desired = await observe("/t/m-1/desired");
  const answer = await fetch(`http://${process.argv[3]}/api/v1/twins/m-1/desired`, {
    method: "PATCH", headers: { "content-type": "application/merge-patch+json" }, body: '{"speed":1234}',
  });
  if (!answer.ok) throw new Error(`PATCH answered ${answer.status}`);
  await desired.next((payload) => payload.includes("1234"));
  desired.close();
});

await test("a pack of 30 KB goes up in blocks and is one whole", async () => {
  const records = [];
  for (let i = 0; JSON.stringify(records).length < 30_000; i += 1) records.push({ n: i % 2 ? "count" : "temperature", v: i % 100, t: i - 5000 });
  records.push({ n: "count", v: 777 });
  const { code } = await ask("POST", "/t/m-block", { payload: JSON.stringify(records), options: { ...format(SENML), Block1: Buffer.of(6) } });
  equal(code, "2.04");
  equal((await ask("GET", "/t/m-block/count")).payload, "777");
});

await test("what is long comes down in blocks", async () => {
  for (let i = 0; i < 40; i += 1) await ask("PUT", `/t/m-many-${String(i).padStart(20, "0")}/count`, { payload: "1", options: format(0) });
  const { code, payload } = await ask("GET", "/.well-known/core");
  equal(code, "2.05");
  if (payload.length <= 1024) throw new Error(`only ${payload.length} bytes`);
});

await test("discovery finds a twin, as links", async () => {
  const { code, payload, response } = await ask("GET", "/.well-known/core", { query: "href=/t/m-1*" });
  equal(code, "2.05");
  const type = response.options.find((option) => option.name === "Content-Format")?.value;
  equal(String(type), "application/link-format");
  if (!/<\/t\/m-1>/.test(payload)) throw new Error(`no link to /t/m-1 in ${payload}`);
  if (/<\/senml>/.test(payload)) throw new Error(`not filtered: ${payload}`);
});

await test("a gateway's pack stores what can be stored", async () => {
  const { code, payload } = await ask("POST", "/senml", {
    payload: JSON.stringify([{ n: "m-5/count", v: 1 }, { n: "zebra-1/count", v: 1 }]), options: format(SENML),
  });
  equal(code, "2.04");
  const body = JSON.parse(payload);
  equal([body.accepted, body.refused.length, body.refused[0].code], [1, 1, "4.04"]);
});

console.log(`1..${count}`);
process.exit(failures > 0 ? 1 : 0);
