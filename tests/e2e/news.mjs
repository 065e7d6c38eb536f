// node news.mjs HOST:PORT: the first news of a version that a new WebSocket session is told: state, file, line.
import { openSocket } from "./socket.mjs";

function hear(news) {
  if (news.op !== "version") return;
  console.log([news.state, news.file, news.line].filter((word) => word !== undefined).join(" "));
  process.exit(0);
}

openSocket(process.argv[2], { hear });
setTimeout(() => process.exit(1), 5000);
