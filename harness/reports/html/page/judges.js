// What judges were asked and answered: questions whose answers differ come first.

const JUDGES = "#judges";
const QUESTIONS = 20;
const RANKS = ["the answers differ", "an answer does not count", "not true", "all agree"];

function hasJudges() {
  return store.rows.some((row) => row.judged);
}

/** All questions of the run, in the order of their ranks. */
function allQuestions() {
  const questions = store.rows.flatMap((row) => (row.judged ?? []).map(([rank, check, number, take]) => ({ row, rank, check, number, take })));
  return questions.toSorted((a, b) => a.rank - b.rank);
}

async function judgesPage() {
  const questions = allQuestions();
  const counts = countBy(questions, ({ rank }) => rank);
  const shown = el("div", { class: "questions" });
  const more = el("button", { type: "button", onclick: () => next() }, "");
  let drawn = 0;
  const next = async () => {
    const some = questions.slice(drawn, drawn + QUESTIONS);
    drawn += some.length;
    const left = questions.length - drawn;
    more.textContent = `Show ${Math.min(left, QUESTIONS)} more of ${left.toLocaleString("en")}`;
    more.hidden = left <= 0;
    const views = [];
    for (const one of some) views.push(questionView(one, await store.conversation(one.row.position)));
    shown.append(...views);
    if (drawn > QUESTIONS) views[0]?.querySelector("h2")?.focus({ preventScroll: true });
  };
  await next();
  return [
    el("section", { class: "about-one" },
      el("h1", { tabindex: "-1" }, "Judges"),
      el("p", { class: "facts-line" }, el("span", {}, plural(questions.length, "question")), RANKS.map((words, rank) => counts[rank] && el("span", { class: "tag" }, `${words}: ${counts[rank].toLocaleString("en")}`)))),
    shown,
    more,
  ];
}

function questionView({ row, rank, check: position, number, take }, conversation) {
  const told = take ? conversation.takes.find((one) => one.take === take) : conversation;
  const check = told.checks[position];
  const judged = check.judged[number];
  const where = [check.turn > 0 ? `turn ${check.turn}` : "whole conversation", take > 0 && `take ${take}`].filter(Boolean).join(" · ");
  const quotes = judged.answers.flatMap((answer) => Object.values(answer.votes ?? {}).map((vote) => vote.quote ?? ""));
  return el("article", { class: "card question" },
    el("h2", { tabindex: "-1" }, mark(check.outcome), " ", el("a", { href: linkTo(row.id, { turn: check.turn, take }) }, row.title || row.scenario)),
    el("p", { class: "facts-line" }, el("span", { class: "tag" }, RANKS[rank]), el("span", {}, [row.provider, row.row, where].filter(Boolean).join(" · ")), judgeFacts(judged)),
    criteriaView(judged),
    el("div", { class: "talk", role: "group", "aria-label": "What the judge saw" }, seenTurns(judged, check, told).map((turn) => seenTurn(turn, judged, quotes))),
    answersView(judged));
}

function judgeFacts(judged) {
  const agree = judged.answers.length > 1 && `${judged.agree} of ${judged.answers.length} must agree`;
  return [`judge ${judged.judge}`, `prompt ${judged.prompt}`, judged.seen && `sees ${judged.seen}`, agree, judged.calibration || "not calibrated"]
    .filter(Boolean).map((words) => el("span", { class: "muted" }, words));
}

function criteriaView(judged) {
  return el("dl", { class: "criteria" },
    Object.entries(judged.criteria).map(([name, words]) => el("div", {}, el("dt", {}, el("code", {}, name)), el("dd", {}, words, judged.scale && ` (passes: ${judged.scale})`))),
    judged.reference && el("div", {}, el("dt", {}, "reference"), el("dd", {}, judged.reference)));
}

/** The turns that the judge saw: one, those until then, or all. */
function seenTurns(judged, check, told) {
  const turns = told.transcript?.turns ?? [];
  if (check.turn === 0) return turns;
  const isLong = judged.seen?.includes("conversation");
  return turns.filter(({ number }) => (isLong ? number <= check.turn : number === check.turn));
}

function seenTurn(turn, judged, quotes) {
  const bubbleOf = (kind, who, text) => el("div", { class: `bubble ${kind}` }, el("span", { class: "who" }, who), el("p", { class: "said" }, quoted(text, quotes)));
  const replies = turn.reply?.messages ?? [];
  return [
    judged.seen !== "the bot's reply" && bubbleOf("user", "User", turn.user.pressed ?? turn.user.text),
    turn.refusal && bubbleOf("assistant refusal", "Refused", turn.refusal.message),
    replies.map(({ text }) => bubbleOf("assistant", "Bot", text)),
  ];
}

/** The answers side by side, and the question as the judge read it. */
function answersView(judged) {
  return [
    el("ul", { class: "answers", "aria-label": "Answers" }, judged.answers.map((answer) => el("li", {}, judgedAnswer(answer)))),
    judged.question && fold("The question, as the judge read it", () => block(judged.question)),
  ];
}

function judgedAnswer(answer) {
  const model = answer.model ? `${answer.provider} (${answer.model})` : answer.provider;
  const votes = Object.entries(answer.votes ?? {});
  const tokens = Object.entries(answer.usage ?? {}).map(([name, number]) => `${name} ${number.toLocaleString("en")}`).join(", ");
  return [
    el("h3", {}, model, `, answer ${answer.sample}`),
    answer.code && el("p", { class: "not-counted" }, mark("broken"), " not counted: ", el("code", {}, answer.code)),
    answer.fault && el("p", { class: "said" }, answer.fault),
    votes.map(([name, vote]) => voteView(name, vote, votes.length > 1)),
    el("p", { class: "muted" }, answer.recorded ? "recorded" : "asked", tokens && ` · ${tokens}`),
    answer.unread && fold("The first answer, which could not be read", () => block(answer.unread.text ?? "")),
    answer.text && fold("The answer, as it was written", () => block(answer.text)),
  ];
}

function voteView(name, vote, hasName) {
  const outcome = { yes: "passed", no: "failed" }[vote.verdict] ?? "skipped";
  const words = vote.level === undefined ? vote.verdict : `level ${vote.level}`;
  return el("div", { class: "vote" },
    el("p", {}, el("span", { class: `badge ${outcome}` }, words), hasName && [" ", el("code", {}, name)]),
    vote.reason && el("p", { class: "said" }, vote.reason),
    vote.quote && el("blockquote", {}, vote.quote));
}
