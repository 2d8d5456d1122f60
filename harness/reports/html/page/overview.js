// The first page: what is red and why, before everything else.

const MOST_OF_A_CODE = 5;
const MOST_RANKED = 8;

function overview() {
  const counts = countBy(store.rows, (row) => row.outcome);
  return [
    verdict(counts),
    unread(),
    store.head.user_faults && card("Simulated users", el("p", {}, store.head.user_faults)),
    wrong(store.rows.filter((row) => BAD.has(row.outcome))),
    card("Pass rates", rateTable(store.rates), "Passed, of those that could be judged. The line is the 95 % interval of the true rate."),
    latencyCard(),
    costCard(),
    el("div", { class: "pair" }, slowest(), flakiest()),
    drifted(),
  ];
}

function verdict(counts) {
  const bad = (counts.failed ?? 0) + (counts.broken ?? 0);
  const words = [counts.failed && `${counts.failed} failed`, counts.broken && `${counts.broken} could not be judged`].filter(Boolean);
  const errors = store.head.errors?.length ?? 0;
  const title = bad ? words.join(", ") : errors ? `${plural(errors, "file")} could not be read` : store.rows.length ? "Everything passed" : "Nothing was played";
  const state = bad || errors ? "bad" : "good";
  const isWaived = !bad && !errors && counts.passed !== store.rows.length && store.rows.length;
  const said = isWaived ? "Nothing failed" : title;
  return el("section", { class: `verdict ${state}` },
    el("h1", { tabindex: "-1" }, said, " ", el("small", {}, `of ${plural(store.rows.length, "conversation")}`)),
    outcomeBar(counts),
    el("ul", { class: "legend" }, OUTCOMES.filter((outcome) => counts[outcome]).map((outcome) =>
      el("li", {}, el("button", { type: "button", onclick: () => list.show({ outcomes: [outcome] }) }, mark(outcome), ` ${counts[outcome].toLocaleString("en")} ${outcomeWord(outcome)}`)))),
    store.head.command && el("p", { class: "command" }, el("span", { class: "unseen" }, "Command: "), el("code", {}, store.head.command)),
    (store.head.notes ?? []).map((note) => el("p", { class: "notice" }, note)),
    !store.head.ended && el("p", { class: "notice" }, "The run was killed before its end. Only conversations that had ended are shown."));
}

function unread() {
  const errors = store.head.errors ?? [];
  if (!errors.length) return null;
  return el("section", { class: "card" },
    el("h2", {}, plural(errors.length, "file"), " could not be read"),
    errors.map((error) => el("div", { class: "problem" }, el("code", { class: "path" }, error.file), block(error.message))));
}

/** What failed or broke, by the code of its first problem, the most frequent first. */
function wrong(rows) {
  if (!rows.length) return null;
  const groups = new Map();
  for (const row of rows) {
    const code = row.problem?.name ?? row.codes?.[0] ?? row.outcome;
    if (!groups.has(code)) groups.set(code, []);
    groups.get(code).push(row);
  }
  const ordered = [...groups].sort(([, a], [, b]) => b.length - a.length);
  return el("section", { class: "card wrong" }, el("h2", {}, "What went wrong"), ordered.map(([code, members]) => group(code, members)));
}

function group(code, rows) {
  const hidden = rows.length - MOST_OF_A_CODE;
  const isKnown = rows.every((row) => row.codes?.includes(code));
  const showAll = () => list.show(isKnown ? { code } : { outcomes: [...BAD] });
  return el("section", {},
    el("h3", {}, el("code", {}, code), el("span", { class: "tally" }, plural(rows.length, "conversation"))),
    el("ul", { class: "problems" }, rows.slice(0, MOST_OF_A_CODE).map((row) => el("li", {}, problemLink(row)))),
    hidden > 0 && el("button", { type: "button", onclick: showAll }, `Show all ${rows.length}`));
}

function problemLink(row) {
  const problem = row.problem ?? {};
  const where = problem.turn > 0 ? `turn ${problem.turn}` : problem.turn === 0 ? "whole conversation" : "";
  return el("a", { class: `problem ${row.outcome}`, href: linkTo(row.id, problem) },
    el("span", { class: "what" }, mark(row.outcome), el("span", {}, el("strong", {}, row.title || row.scenario), " ",
      el("span", { class: "muted" }, [row.provider, row.row, problem.take && `take ${problem.take}`, where].filter(Boolean).join(" · ")))),
    (problem.expected || problem.actual) && el("span", { class: "versus" },
      problem.expected && el("span", {}, el("b", {}, "expected"), el("span", {}, problem.expected)),
      problem.actual && el("span", {}, el("b", {}, "got"), el("span", {}, problem.actual))),
    !problem.expected && problem.message && el("span", { class: "versus" }, el("span", {}, problem.message)),
    problem.more > 0 && el("span", { class: "muted" }, `and ${plural(problem.more, "more check")} that failed`));
}

function latencyCard() {
  const plot = latencyTable(store.rows);
  return plot && card("Latency", plot, "From sending a message to the end of its reply. Each tick is a turn, the box is the middle half, the line is the median.");
}

function costCard() {
  const costs = store.head.costs;
  if (!costs) return null;
  const rows = costs.map((one) => el("tr", {},
    el("th", { scope: "row" }, one.purpose),
    el("td", {}, one.provider, one.recorded && el("span", { class: "muted" }, " when it was recorded")),
    el("td", { class: "number" }, one.replies.toLocaleString("en")),
    el("td", { class: "number" }, one.tokens),
    el("td", { class: "number" }, one.cost)));
  return card("Costs", table("Costs by purpose and provider", ["For", "Provider", "Replies", "Tokens", "Cost"], rows),
    "What the replies report, at the prices of harness.yaml. Nothing is paid in a replay.");
}

function slowest() {
  const turns = [];
  for (const row of store.rows) for (const [turn, value, take] of row.latencies ?? []) turns.push({ row, turn, value, take });
  if (!turns.length) return null;
  turns.sort((a, b) => b.value - a.value);
  return ranking("Slowest turns", turns.slice(0, MOST_RANKED).map(({ row, turn, value, take }) =>
    [linkTo(row.id, { turn, take }), row.title || row.scenario, `${row.provider} · turn ${turn}`, seconds(value)]));
}

function flakiest() {
  const rows = store.rows.filter((row) => row.takes && row.takes[0] > 0 && row.takes[0] < row.takes[1]);
  if (!rows.length) return null;
  const doubt = ({ takes: [passed, told] }) => Math.abs(passed / told - 0.5);
  rows.sort((a, b) => doubt(a) - doubt(b) || b.takes[1] - a.takes[1]);
  return ranking("Flakiest", rows.slice(0, MOST_RANKED).map((row) =>
    [linkTo(row.id), row.title || row.scenario, `${row.provider} · ${row.takes[2] ? `${row.takes[2]} must pass` : "until decided"}`, `${row.takes[0]} of ${row.takes[1]}`]));
}

function drifted() {
  const rows = store.rows.filter((row) => row.drift);
  if (!rows.length) return null;
  return ranking("Drifted from their recordings", rows.slice(0, 20).map((row) => [linkTo(row.id), row.title || row.scenario, row.provider, row.drift.join(", ")]));
}

function ranking(title, entries) {
  return card(title, el("ol", { class: "ranking" }, entries.map(([href, name, about, value]) =>
    el("li", {}, el("a", { href }, el("span", { class: "name" }, name), el("span", { class: "muted" }, about)), el("span", { class: "value" }, value)))));
}

function card(title, content, about = "") {
  return el("section", { class: "card" }, el("h2", {}, title), content, about && el("p", { class: "muted about" }, about));
}

function countBy(values, key) {
  const counts = {};
  for (const value of values) counts[key(value)] = (counts[key(value)] ?? 0) + 1;
  return counts;
}

/** The address of a conversation, of a take and of a turn in it. */
function linkTo(id, { turn, take } = {}) {
  const name = encodeURIComponent(id).replaceAll("%2F", "/").replaceAll("%3A", ":");
  return `#/${name}${take ? `/take/${take}` : ""}${turn > 0 ? `/turn/${turn}` : ""}`;
}
