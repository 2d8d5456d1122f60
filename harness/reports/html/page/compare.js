// Two runs, or two providers of a run, side by side: a fold for each conversation.

const CHUNK = 100;
const KINDS = { only: "only on one side", outcome: "other outcome", checks: "other failures", text: "other texts", buttons: "other buttons" };
const DIFFERENT = "different";

const sides = () => store.head.sides;
const view = { shown: [], drawn: 0, kind: DIFFERENT, text: "" };

function shownOutcome(outcome) {
  return outcome ? mark(outcome) : el("span", { class: "mark absent", role: "img", "aria-label": "not played" }, "·");
}

function sideTable() {
  const names = ["", "Run", "Began", "Mode", "Branch", "Commit", "Conversations"];
  const rows = sides().map((side) => el("tr", {},
    el("th", { scope: "row" }, side.name),
    el("td", {}, el("code", {}, side.run ?? "")),
    el("td", {}, side.started ? new Date(side.started).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }) : ""),
    el("td", {}, side.mode ?? ""),
    el("td", {}, side.branch ?? ""),
    el("td", {}, side.commit ? `${side.commit.slice(0, 8)}${side.changed ? " with uncommitted changes" : ""}` : ""),
    el("td", { class: "counts" }, OUTCOMES.filter((outcome) => side.outcomes[outcome]).map((outcome) =>
      el("span", {}, mark(outcome), ` ${side.outcomes[outcome].toLocaleString("en")} `)))));
  return el("div", { class: "wide-table", tabindex: "0", role: "region", "aria-label": "What is compared" },
    el("table", {}, el("caption", { class: "unseen" }, "What is compared"),
      el("thead", {}, el("tr", {}, names.map((name) => (name ? el("th", { scope: "col" }, name) : el("td", {}))))),
      el("tbody", {}, rows)));
}

function commands() {
  return sides().filter((side) => side.command).map((side) =>
    el("p", { class: "command" }, `${side.name}: `, el("code", {}, side.command)));
}

function filters() {
  const different = store.rows.filter((row) => row.differs.length).length;
  const choices = [[DIFFERENT, "different", different], ["", "all", store.rows.length], ...Object.entries(KINDS).map(([kind, name]) => [kind, name, store.head.differing[kind] ?? 0])];
  const buttons = choices.filter(([kind, , count]) => count || kind === DIFFERENT || kind === "").map(([kind, name, count]) =>
    el("button", { type: "button", class: "chip", "data-kind": kind, "aria-pressed": "false", onclick: () => { view.kind = kind; filter(); } }, `${name} ${count.toLocaleString("en")}`));
  const text = el("input", { type: "search", placeholder: "Search titles and tags", "aria-label": "Search titles and tags", autocomplete: "off", spellcheck: "false" });
  text.addEventListener("input", () => { view.text = text.value.trim().toLowerCase(); filter(); });
  return el("form", { class: "pickers", role: "search", onsubmit: (event) => event.preventDefault() },
    text, el("div", { class: "outcomes", role: "group", "aria-label": "Difference", id: "kinds" }, buttons),
    el("p", { class: "muted", role: "status", id: "count" }));
}

function filter() {
  view.shown = store.rows.filter((row) =>
    (view.kind === "" || (view.kind === DIFFERENT ? row.differs.length : row.differs.includes(view.kind))) &&
    (!view.text || row.found.includes(view.text)));
  for (const button of byId("kinds").children) button.setAttribute("aria-pressed", String(button.dataset.kind === view.kind));
  const all = plural(store.rows.length, "conversation");
  byId("count").textContent = view.shown.length === store.rows.length ? all : `${view.shown.length.toLocaleString("en")} of ${all}`;
  view.drawn = 0;
  byId("pairs").replaceChildren();
  draw();
}

function draw() {
  const next = view.shown.slice(view.drawn, view.drawn + CHUNK);
  view.sentinel.remove();
  byId("pairs").append(...next.map(pairFold));
  view.drawn += next.length;
  if (view.drawn < view.shown.length) byId("pairs").append(view.sentinel);
}

function pairFold(row) {
  const details = el("details", { "data-id": row.id }, el("summary", {},
    shownOutcome(row.outcomes[0]), el("span", { "aria-hidden": "true" }, " → "), shownOutcome(row.outcomes[1]), " ",
    el("span", { class: "name" }, row.title), " ",
    row.differs.map((kind) => [el("span", { class: "tag" }, KINDS[kind] ?? kind), " "])));
  let isMade = false;
  details.addEventListener("toggle", async () => {
    if (!details.open || isMade) return;
    isMade = true;
    details.append(...pairView(await store.conversation(row.position)));
  });
  return el("li", {}, details);
}

function pairView(pair) {
  const isRepeated = pair.takes.length > 1;
  return [
    el("p", { class: "muted" }, el("code", {}, pair.id)),
    ...pair.takes.flatMap((take, index) => [
      isRepeated && el("h3", {}, `Take ${index + 1}: `, shownOutcome(take.outcomes[0]), " → ", shownOutcome(take.outcomes[1])),
      ...take.turns.map(turnPair),
    ]).filter(Boolean),
  ];
}

function turnPair(turn) {
  const name = turn.number > 0 ? `Turn ${turn.number}` : turn.number === 0 ? "Whole conversation" : "Closing";
  const users = turn.user.filter((text) => text !== null);
  return el("section", { class: "turn" }, el("h4", {}, name),
    turn.number > 0 && (users.length === 1
      ? el("div", { class: "talk" }, bubbleOf("user", users[0], "User"))
      : el("div", { class: "across" }, users.map((text, index) => el("div", { class: "talk" }, bubbleOf("user", text, `User, ${sides()[index].name}`))))),
    el("div", { class: "across" }, turn.pairs.flatMap((pair) => [0, 1].map((side) => messageOf(pair, side)))),
    el("div", { class: "across" }, turn.sides.map((side, index) => aboutSide(side, sides()[index].name))));
}

/** A message on one side; what only this side has is marked. */
function messageOf(pair, side) {
  const parts = pair.length === 1 ? [[false, pair[0]]] : pair[side];
  if (!parts) return el("div", { class: "talk" }, el("p", { class: "muted none" }, "no such message"));
  const tag = side ? "ins" : "del";
  return el("div", { class: "talk" }, bubbleOf("assistant", parts.map(([isOnly, text]) => (isOnly ? el(tag, {}, text) : text)), sides()[side].name));
}

function bubbleOf(kind, text, who) {
  return el("div", { class: `bubble ${kind}` }, el("span", { class: "who" }, who), el("p", { class: "said" }, text.length ? text : "(no text)"));
}

function aboutSide(side, name) {
  if (side === null) return el("div", { class: "side-facts" }, el("p", { class: "muted" }, `${name}: not played`));
  const usage = Object.entries(side.usage ?? {}).map(([key, value]) => `${key} ${value}`);
  const facts = [side.latency !== undefined && seconds(side.latency), ...usage, side.tools && `called ${side.tools.join(", ")}`].filter(Boolean);
  return el("div", { class: "side-facts" },
    side.refusal && el("p", { class: "bubble assistant refusal said" }, `Refused: ${side.refusal}`),
    side.is_silent && el("p", { class: "muted" }, "No reply came."),
    side.buttons && el("ul", { class: "actions", "aria-label": `Buttons, ${name}` }, side.buttons.map((label) => el("li", {}, label))),
    el("p", { class: "muted" }, [name, ...facts].join(" · ")),
    side.bad ? el("ul", { class: "checks", "aria-label": `What was wrong, ${name}` }, side.bad.map(([check, outcome, message]) =>
      el("li", { class: outcome }, el("p", { class: "check-head" }, mark(outcome), " ", el("code", {}, check), " ", message)))) : null);
}

async function start() {
  themes();
  await store.open();
  const [before, after] = sides();
  byId("about").textContent = before.project ?? "";
  view.sentinel = el("li", { class: "sentinel", "aria-hidden": "true" });
  new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && draw(), { rootMargin: "600px" }).observe(view.sentinel);
  const isSame = store.rows.every((row) => !row.differs.length);
  byId("main").replaceChildren(
    el("h1", { tabindex: "-1" }, `${before.name} and ${after.name}`),
    sideTable(), ...commands(),
    isSame ? el("p", {}, "Nothing differs.") : "",
    filters(), el("ol", { class: "pairs", id: "pairs", "aria-label": "Conversations" }));
  if (isSame) view.kind = "";
  filter();
  document.documentElement.dataset.ready = "true";
}

start();
