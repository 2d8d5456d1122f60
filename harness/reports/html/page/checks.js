// Checks, each with its mark; one that did not hold with expected, actual and difference.

function checkList(checks, file) {
  if (!checks.length) return null;
  const passed = checks.filter((check) => check.outcome === "passed");
  const others = checks.filter((check) => check.outcome !== "passed");
  return el("ul", { class: "checks", "aria-label": "Checks" },
    others.map((check) => el("li", { class: check.outcome }, badCheck(check, file))),
    passed.map((check) => el("li", { class: "passed" }, mark("passed"), " ", el("code", {}, check.name), place(check, file))));
}

function badCheck(check, file) {
  const facts = [["expected", check.expected], ["got", check.actual]].filter(([, value]) => value);
  return [
    el("p", { class: "check-head" }, mark(check.outcome), " ", el("code", {}, check.name), place(check, file), check.message && el("span", {}, check.message)),
    facts.length > 0 && el("dl", { class: "facts" }, facts.map(([name, value]) => el("div", { class: name }, el("dt", {}, name), el("dd", {}, value)))),
    check.difference?.length > 0 && differenceView(check.difference, check.code === "check-crashed" ? "Traceback" : "Difference"),
    check.excerpt && block(check.excerpt, "excerpt"),
  ];
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
