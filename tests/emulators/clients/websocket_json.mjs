// Talks to the emulator with npm's `ws`. Prints what it received as JSON.
// Usage: node websocket_json.mjs FOLDER URL KEY
import { once } from "node:events";
import { createRequire } from "node:module";

const [folder, url, key] = process.argv.slice(2);
const WebSocket = createRequire(`${folder}/`)("ws");

const refused = new WebSocket(url, { headers: { Authorization: `Bearer ${key}x` } });
const [, response] = await once(refused, "unexpected-response");
refused.on("error", () => {});
refused.terminate();

const socket = new WebSocket(url, { headers: { Authorization: `Bearer ${key}` } });
const events = [];
let waiting = () => {};
socket.on("message", (content) => {
  events.push(JSON.parse(content));
  if (["done", "error"].includes(events.at(-1).type)) waiting();
});
const turn = () => new Promise((resolve) => { waiting = resolve; });
await turn();
const turns = [events.splice(0)];
for (const text of ["Hello", "Tell me a story", "Where is order 13?"]) {
  const answered = turn();
  socket.send(JSON.stringify({ type: "message", text }));
  await answered;
  turns.push(events.splice(0));
}
const closed = once(socket, "close");
socket.send(JSON.stringify({ type: "message", text: "Tell me a story [[close]]" }));
const [code, reason] = await closed;
console.log(JSON.stringify({ status: response.statusCode, turns, code, reason: String(reason) }));
