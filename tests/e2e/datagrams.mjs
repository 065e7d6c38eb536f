// Sends datagrams as they are, one after the other from one socket: node datagrams.mjs HOST:PORT HEX ...
// Prints what came back after each, in hex, or "-" when nothing came in time.
import { createSocket } from "node:dgram";

const SILENCE_MS = 400;
const [address, ...datagrams] = process.argv.slice(2);
const colon = address.lastIndexOf(":");
const socket = createSocket("udp4");
let on_answer = () => {};
socket.on("message", (bytes) => on_answer(bytes.toString("hex")));

for (const datagram of datagrams) {
  const answer = new Promise((resolve) => {
    on_answer = resolve;
    setTimeout(() => resolve("-"), SILENCE_MS);
  });
  socket.send(Buffer.from(datagram, "hex"), Number(address.slice(colon + 1)), address.slice(0, colon));
  console.log(await answer);
}
socket.close();
