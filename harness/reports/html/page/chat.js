// One conversation as a chat, with every check beside the reply that it judged.

function conversationView(conversation, row, wanted) {
  const takes = conversation.takes ?? [];
  const number = takes.length ? Math.min(takes.length, Math.max(1, wanted.take ?? row.problem?.take ?? 1)) : 0;
  const told = number ? takes[number - 1] : conversation;
  return [
    el("section", { class: "about-one" },
      el("h1", { tabindex: "-1" }, conversation.title || conversation.scenario),
      facts(conversation, row),
      conversation.description && el("p", {}, conversation.description),
      conversation.expected_failure !== undefined && el("p", { class: "notice" }, `It was expected to fail: ${conversation.expected_failure || "no reason given"}`),
      takes.length > 0 && takeLinks(conversation, number),
      noteList(told.notes ?? (number ? [] : conversation.notes)),
      stopView(told),
      wrongHere(told, conversation, number),
      failureView(told.failure ?? conversation.failure)),
    wholeChecks(told, conversation.file),
    ...chat(told, conversation, number),
    aroundView(told),
  ];
}

function facts(conversation, row) {
  const line = conversation.line ? `${conversation.file}:${conversation.line}` : conversation.file;
  const about = [conversation.provider, conversation.row, conversation.latency !== undefined && `replies took ${seconds(conversation.latency)}`, row.spent].filter(Boolean);
  return [
    el("p", { class: "facts-line" }, badge(row.outcome), about.map((word) => el("span", {}, word)),
      (conversation.tags ?? []).map((tag) => el("span", { class: "tag" }, tag))),
    el("p", { class: "facts-line" }, el("code", { class: "path" }, line), copyButton(() => line, "Copy", "Copy the place in the scenario"),
      el("span", { class: "muted" }, conversation.scenario)),
  ];
}

function takeLinks(conversation, current) {
  const { passed, told, wanted, interval, stopped, until } = conversation.repeat;
  const need = until ? `until it is decided between ${percent(until.bad)} and ${percent(until.good)}` : `${wanted} must pass`;
  const end = stopped ? `, stopped after ${conversation.takes.length} of ${stopped}` : "";
  const rate = interval ? `, so the rate is ${percent(interval[0])} to ${percent(interval[1])} (95 % interval)` : "";
  return el("nav", { class: "takes", "aria-label": "Takes" },
    el("p", {}, `${passed} of ${plural(told, "take")} passed, ${need}${end}${rate}.`),
    el("ol", {}, conversation.takes.map((take) =>
      el("li", {}, el("a", { href: linkTo(conversation.id, { take: take.take }), "aria-current": take.take === current ? "true" : null }, mark(take.outcome), ` take ${take.take}`)))));
}

function noteList(notes) {
  if (!notes?.length) return null;
  return el("ul", { class: "notes" }, notes.map((note) => el("li", {}, note)));
}

function stopView(told) {
  const stop = told.transcript?.stop;
  if (!stop) return null;
  const where = stop.turn > 0 ? `in turn ${stop.turn}` : stop.turn === 0 ? "before the first turn" : "while closing";
  return el("div", { class: "stop" },
    el("p", {}, mark("broken"), " ", el("code", {}, stop.code), ` It ended ${where}.`),
    el("p", { class: "said" }, stop.message),
    stop.details?.length > 0 && block(stop.details.join("\n")),
    stop.hint && el("p", { class: "muted" }, stop.hint));
}

function failureView(failure) {
  if (!failure) return null;
  return fold("As the terminal shows it", () => [copyButton(() => failure, "Copy", "Copy the failure"), block(failure)]);
}

/** Links to the turns in which something was wrong. */
function wrongHere(told, conversation, take) {
  const wrong = (told.checks ?? []).filter((check) => BAD.has(check.outcome));
  if (!wrong.length) return null;
  return el("ul", { class: "wrong-here", "aria-label": "What was wrong" }, wrong.map((check) => {
    const where = check.turn > 0 ? `turn ${check.turn}` : "whole conversation";
    const told = [mark(check.outcome), el("span", { class: "muted" }, where), el("code", {}, check.name), check.expected && el("span", {}, `expected ${check.expected}`)];
    return el("li", {}, el("a", { href: linkTo(conversation.id, { turn: check.turn, take }) }, told));
  }));
}

function wholeChecks(told, file) {
  const checks = (told.checks ?? []).filter((check) => check.turn === 0);
  if (!checks.length) return null;
  return el("section", { class: "card" }, el("h2", {}, "Over the whole conversation"), checkList(checks, file));
}

/** The plan's entries in order: lines of the bot, turns that were played, and turns that were not. */
function chat(told, conversation, take) {
  const turns = new Map((told.transcript?.turns ?? []).map((turn) => [turn.number, turn]));
  const plan = told.plan ?? [...turns.keys()].map((number) => ({ turn: number }));
  return plan.map((entry) => {
    if (entry.assistant !== undefined) return el("section", { class: "turn opening" }, el("div", { class: "talk" }, bubble("assistant", entry.assistant, "The bot spoke first")));
    const turn = turns.get(entry.turn);
    return turn ? turnView(turn, entry, told, conversation, take) : el("section", { class: "turn unplayed", "data-turn": entry.turn }, el("h2", { tabindex: "-1" }, turnName(entry)), el("p", { class: "muted" }, "was not played"));
  });
}

function turnName(entry) {
  return `Turn ${entry.turn}${entry.id ? ` · ${entry.id}` : ""}`;
}

function turnView(turn, entry, told, conversation, take) {
  const checks = (told.checks ?? []).filter((check) => check.turn === turn.number);
  const drift = (told.drift ?? []).find((one) => one.turn === turn.number && one.kind !== "same");
  const time = latencyOf(turn);
  const bad = checks.some((check) => BAD.has(check.outcome));
  return el("section", { class: `turn${bad ? " bad" : ""}`, "data-turn": turn.number },
    el("h2", { tabindex: "-1" }, el("a", { href: linkTo(conversation.id, { turn: turn.number, take }) }, turnName(entry)),
      el("span", { class: "muted" }, [time !== undefined && ` ${seconds(time)}`, entry.line && ` line ${entry.line}`].filter(Boolean).join(" ·"))),
    el("div", { class: "beside" },
      el("div", { class: "talk" }, userBubble(turn.user), answer(turn)),
      el("div", { class: "judged" }, checkList(checks, conversation.file), missing(turn))),
    drift && driftView(drift, turn),
    el("div", { class: "raw" },
      exchangeList(turn.exchanges),
      exchangeList(turn.looked_up, "Requests for the provider's own record"),
      turn.reply?.payload !== undefined && jsonFold("Payload of the reply", turn.reply.payload),
      turn.history !== undefined && jsonFold("The provider's own record", turn.history),
      turn.variables && Object.keys(turn.variables).length > 0 && jsonFold("Variables", turn.variables)));
}

function jsonFold(title, value) {
  return fold(title, () => {
    const text = JSON.stringify(value);
    return el("div", { class: "body" }, el("div", { class: "copies" }, copyButton(() => prettyText(text), "Copy", `Copy: ${title}`)), pretty(text));
  });
}

function userBubble(user) {
  const pressed = user.pressed !== undefined && el("span", { class: "pressed" }, el("span", { class: "unseen" }, "pressed the button "), user.pressed);
  return bubble("user", user.text, "User", [pressed, attachments(user.attachments), user.metadata && jsonFold("Metadata", user.metadata)]);
}

function answer(turn) {
  if (turn.refusal) {
    const { refusal } = turn;
    return bubble("assistant refusal", refusal.message, `Refused: ${refusal.code}`, refusal.details?.length > 0 && block(refusal.details.join("\n")));
  }
  if (!turn.reply) return el("p", { class: "muted none" }, "No reply came.");
  const { messages, actions = {}, products = [] } = turn.reply;
  return [
    toolCalls(turn.reply.tools),
    messages.map((message) => bubble("assistant", message.text, "Bot")),
    messages.length === 0 && el("p", { class: "muted none" }, "A reply without a message."),
    products.length > 0 && el("ul", { class: "products", "aria-label": "Products" }, products.map(productView)),
    attachments(turn.reply.attachments),
    Object.keys(actions).length > 0 && el("ul", { class: "actions", "aria-label": "Buttons" }, Object.entries(actions).map(([label, prompt]) =>
      el("li", { title: prompt === label ? null : `sends: ${prompt}` }, label))),
  ];
}

function bubble(kind, text, who, more = null) {
  return el("div", { class: `bubble ${kind}` }, el("span", { class: "who" }, who), text ? el("p", { class: "said" }, text) : el("p", { class: "muted" }, "(no text)"), more);
}

function productView(product) {
  if (typeof product !== "object" || product === null) return el("li", {}, String(product));
  const name = product.name ?? product.title ?? product.id ?? "product";
  const more = Object.entries(product).filter(([key, value]) => value !== name && typeof value !== "object" && key !== "id").slice(0, 5);
  return el("li", {}, el("strong", {}, String(name)), more.map(([key, value]) => el("span", {}, el("b", {}, key), ` ${value}`)));
}

/** Names and addresses as text: what a bot names is no link. */
function attachments(found) {
  if (!found?.length) return null;
  return el("ul", { class: "attachments", "aria-label": "Attachments" }, found.map(({ name, content = "" }) =>
    el("li", {}, el("strong", {}, name), content && el("span", { class: "muted" }, content.length > 200 ? ` ${plural(content.length, "character")}` : ` ${content}`))));
}

/** The tools that the bot called, and what the scenario answered. */
function toolCalls(calls) {
  if (!calls?.length) return null;
  return el("ul", { class: "calls", "aria-label": "Tool calls" }, calls.map((call) =>
    el("li", {}, el("p", {}, el("code", {}, `${call.name} `), longText(call.arguments, "arguments")),
      call.result !== undefined && el("p", { class: call.is_error ? "failed" : null }, call.is_error ? "failed: " : "→ ", longText(call.result, "answer")))));
}

const LONGEST_CALL = 600;

/** A value as text; a long one in a fold. */
function longText(value, name) {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  if (text.length <= LONGEST_CALL) return el("code", {}, text);
  return fold(`${name}: ${plural(text.length, "character")}`, () => pretty(text));
}

function missing(turn) {
  if (!turn.missing?.length) return null;
  return el("ul", { class: "checks" }, turn.missing.map(([name, reason]) => el("li", { class: "broken" }, mark("broken"), " capture ", el("code", {}, name), ` ${reason}`)));
}

/** What was recorded beside what came. */
function driftView(drift, turn) {
  const now = (turn.reply?.messages ?? []).map((message) => message.text);
  return el("div", { class: "drift" }, el("h3", {}, `Drifted from its recording: ${drift.kind}`),
    drift.recorded && el("div", { class: "halves" },
      el("section", {}, el("h4", {}, "Recorded"), drift.recorded.map((text) => el("p", { class: "said" }, text))),
      el("section", {}, el("h4", {}, "Today"), now.map((text) => el("p", { class: "said" }, text)))),
    differenceView(drift.lines));
}

function aroundView(told) {
  const around = told.transcript?.around ?? [];
  const closing = (told.drift ?? []).find((one) => one.turn < 0);
  if (!around.length && !closing) return null;
  return el("section", { class: "card" },
    closing && el("div", { class: "drift" }, el("h3", {}, `Closing drifted from its recording: ${closing.kind}`), differenceView(closing.lines)),
    exchangeList(around.filter((exchange) => exchange.turn >= 0), "Before the first turn"),
    exchangeList(around.filter((exchange) => exchange.turn < 0), "Closing"));
}

/** Seconds from sending the message to the end of the reply. */
function latencyOf(turn) {
  const sent = (turn.exchanges ?? []).filter((one) => one.response && /^(send|tools)\./.test(one.step)).map((one) => one.response);
  if (!sent.length || sent.some((response) => response.seconds === undefined)) return undefined;
  return (sent.at(-1).started ?? 0) + sent.at(-1).seconds - (sent[0].started ?? 0);
}
