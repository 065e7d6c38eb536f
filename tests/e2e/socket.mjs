// A WebSocket client of a few lines, for what the end-to-end tests ask of one: texts in, texts out, all of them short.
import { randomBytes } from "node:crypto";
import { request } from "node:http";

const TEXT = 0x81;

// Frames of a server are not masked; these come whole or in pieces, and are no longer than 64 KiB.
function takeFrame(bytes) {
  const short = bytes[1] & 127;
  const head = short === 126 ? 4 : 2;
  if (bytes.length < head) return null;
  const length = short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < head + length) return null;
  return { text: bytes.subarray(head, head + length).toString(), rest: bytes.subarray(head + length), first: bytes[0] };
}

function frameOf(text) {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new Error("a text of a test is at most 125 bytes");
  const mask = randomBytes(4);
  const masked = payload.map((byte, i) => byte ^ mask[i % 4]);
  return Buffer.concat([Buffer.from([TEXT, 0x80 | payload.length]), mask, masked]);
}

// Calls hear(message) with each message, opened(send) when it is open, and closed() at its end.
export function openSocket(address, { hear, opened = () => {}, closed = () => process.exit(1) }) {
  const [host, port] = address.split(":");
  const upgrade = request({
    host, port, path: "/ws",
    headers: {
      connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-protocol": "twin.v1",
      "sec-websocket-key": randomBytes(16).toString("base64"),
    },
  });
  let bytes = Buffer.alloc(0);
  function take(piece) {
    bytes = Buffer.concat([bytes, piece]);
    for (let frame; bytes.length >= 2 && (frame = takeFrame(bytes)) !== null;) {
      bytes = frame.rest;
      if (frame.first === TEXT) hear(JSON.parse(frame.text));
    }
  }
  upgrade.on("upgrade", (_response, socket, head) => {
    socket.on("data", take);
    socket.on("close", closed);
    opened((message) => socket.write(frameOf(JSON.stringify(message))));
    take(head);
  });
  upgrade.on("error", (reason) => { console.error(String(reason)); process.exit(1); });
  upgrade.end();
}
