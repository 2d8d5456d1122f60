// Checks, each with its mark; one that did not hold with expected, actual and difference.

function checkList(checks, file) {
  if (!checks.length) return null;
  const passed = checks.filter((check) => check.outcome === "passed");
  const others = checks.filter((check) => check.outcome !== "passed");
  return el("ul", { class: "checks", "aria-label": "Checks" },
    others.map((check) => el("li", { class: check.outcome }, badCheck(check, file))),
    passed.map((check) => el("li", { class: "passed" }, mark("passed"), " ", el("code", {}, check.name), place(check, file), judgedFolds(check))));
}

/** What judges answered, in folds. */
function judgedFolds(check) {
  return (check.judged ?? []).map((judged) => fold(`${plural(judged.answers.length, "answer")} of judge ${judged.judge}`, () => [
    el("p", { class: "facts-line" }, judgeFacts(judged)), criteriaView(judged), ...answersView(judged)].filter(Boolean)));
}

function badCheck(check, file) {
  const facts = [["expected", check.expected], ["got", check.actual]].filter(([, value]) => value);
  return [
    el("p", { class: "check-head" }, mark(check.outcome), " ", el("code", {}, check.name), place(check, file), check.message && el("span", {}, check.message)),
    facts.length > 0 && el("dl", { class: "facts" }, facts.map(([name, value]) => el("div", { class: name }, el("dt", {}, name), el("dd", {}, value)))),
    check.difference?.length > 0 && differenceView(check.difference, linesAre(check)),
    check.excerpt && excerptView(check.excerpt),
    judgedFolds(check),
  ];
}

function linesAre(check) {
  if (check.code === "check-crashed") return "Traceback";
  return check.judged && check.name === "judge" ? "Answers" : "Difference";
}

/** The line of the scenario, without its indentation, scrolled so far that the caret is seen. */
function excerptView(text) {
  const lines = text.split("\n").map((line) => line.match(/^(\s*\d* \| ?)(.*)$/s) ?? [line, "", line]);
  const indent = Math.min(...lines.filter(([, , code]) => code.trim()).map(([, , code]) => code.length - code.trimStart().length));
  const pre = block("", "excerpt");
  const told = lines.map(([, margin, code]) => {
    const rest = code.slice(Number.isFinite(indent) ? indent : 0);
    const [, before, caret, after] = /^(\s*)(\^+)(.*)$/s.exec(rest) ?? [];
    return caret ? [margin, before, el("span", { class: "caret" }, caret), after] : [margin, rest];
  });
  pre.append(...told.flatMap((parts, index) => (index ? ["\n", ...parts] : parts)).filter((part) => part !== ""));
  new ResizeObserver(() => showCaret(pre)).observe(pre);
  return pre;
}

function showCaret(pre) {
  const caret = pre.querySelector(".caret");
  if (!caret) return;
  const box = caret.getBoundingClientRect();
  const frame = pre.getBoundingClientRect();
  // Its beginning counts: it may be wider than the window.
  const past = box.left + Math.min(box.width, frame.width / 2) + 16 - frame.right;
  if (past > 0) pre.scrollLeft += past;
}

function place(check, file) {
  if (!check.line) return null;
  const text = check.file && check.file !== file ? `${check.file}:${check.line}` : `line ${check.line}`;
  return el("span", { class: "muted line" }, ` ${text}`);
}

function differenceView(lines, label = "Difference") {
  const pre = el("pre", { class: "difference", tabindex: "0", "aria-label": label });
  pre.append(...lines.flatMap((line) => {
    const kind = { "+": "added", "-": "removed", "?": "hint" }[line[0]] ?? "";
    return [el("span", { class: kind }, line), "\n"];
  }));
  return pre;
}
