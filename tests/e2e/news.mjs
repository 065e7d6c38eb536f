// node news.mjs HOST:PORT: the first news of a version that a new WebSocket session is told: state, file, line.
import { randomBytes } from "node:crypto";
import { request } from "node:http";

const [host, port] = process.argv[2].split(":");
const upgrade = request({
  host, port, path: "/ws",
  headers: {
    connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-protocol": "twin.v1",
    "sec-websocket-key": randomBytes(16).toString("base64"),
  },
});
let bytes = Buffer.alloc(0);

// Frames of a server are not masked; these are short and come whole.
function takeFrame() {
  const short = bytes[1] & 127;
  const head = short === 126 ? 4 : 2;
  if (bytes.length < head) return null;
  const length = short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < head + length) return null;
  const text = bytes.subarray(head, head + length).toString();
  bytes = bytes.subarray(head + length);
  return text;
}

function hear(piece) {
  bytes = Buffer.concat([bytes, piece]);
  for (let text; bytes.length >= 2 && (text = takeFrame()) !== null;) {
    const news = JSON.parse(text);
    if (news.op !== "version") continue;
    console.log([news.state, news.file, news.line].filter((word) => word !== undefined).join(" "));
    process.exit(0);
  }
}

upgrade.on("upgrade", (_response, socket, head) => { hear(head); socket.on("data", hear); });
upgrade.on("error", (reason) => { console.error(String(reason)); process.exit(1); });
setTimeout(() => process.exit(1), 5000);
upgrade.end();
