// node rows.mjs HOST:PORT TWIN FIELD: each value of the field that one subscription is told, a line each, then "closed".
import { openSocket } from "./socket.mjs";

const [address, id, field] = process.argv.slice(2);

function hear(message) {
  if (message.op === "version") console.log(`version ${message.state}`);
  if (message.op !== "data") return;
  for (const row of message.rows) console.log(row[2]);
}

openSocket(address, {
  hear,
  opened: (send) => send({ id: 1, op: "sub", sel: { ids: [id], fields: [field] } }),
  closed: () => { console.log("closed"); process.exit(0); },
});
