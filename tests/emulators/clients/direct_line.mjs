// Talks to a Direct Line service with Microsoft's own client. Prints what it received as JSON.
// Usage: node direct_line.mjs FOLDER URL secret|token VALUE
import { createRequire } from "node:module";

const [folder, url, kind, credentials] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
global.XMLHttpRequest = require("xhr2");
// Node 20 has none; the client polls here.
global.WebSocket = undefined;
const { DirectLine, ConnectionStatus } = require("botframework-directlinejs");

const user = { id: "dl_qa", name: "Quality" };
const client = new DirectLine({
  [kind]: credentials,
  domain: `${url}/v3/directline`,
  webSocket: false,
  pollingInterval: 200,
});
const statuses = [];
const activities = [];
client.connectionStatus$.subscribe((status) => statuses.push(ConnectionStatus[status]));

function until(condition) {
  return new Promise((resolve) => {
    const check = () => (condition() ? resolve() : setTimeout(check, 10));
    check();
  });
}

client.activity$.subscribe((activity) => activities.push(activity));
await until(() => activities.some((activity) => activity.from.id !== user.id));
const posted = [];
for (const text of ["Hello", "Where to?"]) {
  const id = await client.postActivity({ type: "message", from: user, text }).toPromise();
  posted.push(id);
  await until(() => activities.some((one) => one.type === "message" && one.replyToId === id));
}
await client.postActivity({ type: "endOfConversation", from: user }).toPromise();
console.log(JSON.stringify({ statuses, posted, activities }));
process.exit(0);
