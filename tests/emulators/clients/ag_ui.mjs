// Runs an agent with the protocol's own client. Prints what it received as JSON.
// Usage: node ag_ui.mjs FOLDER URL TOKEN
import { createRequire } from "node:module";

const [folder, url, token] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const { HttpAgent } = require("@ag-ui/client");

const tools = [
  { name: "get_location", description: "Where the user is", parameters: { type: "object" } },
];
const agent = new HttpAgent({ url, headers: { Authorization: `Bearer ${token}` } });
const types = [];
agent.subscribe({ onEvent: ({ event }) => void types.push(event.type) });

async function say(content) {
  types.length = 0;
  agent.addMessage({ id: crypto.randomUUID(), role: "user", content });
  await agent.runAgent({ tools });
  return [...types];
}

const received = { events: {} };
received.events.hello = await say("Hello");
received.events.chunks = await say("Answer in chunks");
received.events.rome = await say("What is the weather in Rome?");
received.events.here = await say("What is the weather here?");
const call = agent.messages.flatMap((message) => message.toolCalls ?? []).at(-1);
received.call = call.function;
agent.addMessage({
  id: crypto.randomUUID(),
  role: "tool",
  toolCallId: call.id,
  content: JSON.stringify({ city: "Oslo" }),
});
types.length = 0;
await agent.runAgent({ tools });
received.events.answered = [...types];
received.events.added = await say("Add milk");
received.state = agent.state;
received.events.listed = await say("What is on my list?");
received.texts = agent.messages
  .filter((message) => message.role === "assistant" && message.content)
  .map((message) => message.content);
received.results = agent.messages.filter((message) => message.role === "tool").length;
try {
  received.events.failed = await say("Please fail");
} catch (error) {
  received.error = error.message;
  received.events.failed = [...types];
}
console.log(JSON.stringify(received));
