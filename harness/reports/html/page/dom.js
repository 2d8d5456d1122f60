// Elements and words. Whatever a bot said becomes a text node: nothing here reads HTML.

const SVG = "http://www.w3.org/2000/svg";
const MARKS = { passed: "✓", failed: "✗", broken: "!", skipped: "–", known: "≈" };
const OUTCOMES = ["failed", "broken", "known", "skipped", "passed"];
const WORDS = { known: "failed as expected" };
const BAD = new Set(["failed", "broken"]);

/** An element with attributes and children; a child is a node, a text, or nothing. */
function el(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false && child !== ""));
  return element;
}

function byId(id) {
  return document.getElementById(id);
}

function seconds(value) {
  if (value === undefined || value === null) return "";
  // With no-break spaces, so that a time stays on one line.
  if (value < 0.001) return `${(value * 1000).toFixed(1)}\u00a0ms`;
  if (value < 1) return `${Math.round(value * 1000)}\u00a0ms`;
  return `${value < 100 ? value.toFixed(2) : Math.round(value)}\u00a0s`;
}

function percent(rate) {
  const value = rate * 100;
  return `${value === 100 || value === 0 ? value : value.toFixed(value > 99 || value < 1 ? 2 : 1)}\u00a0%`;
}

function plural(count, word) {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

function outcomeWord(outcome) {
  return WORDS[outcome] ?? outcome;
}

function mark(outcome) {
  return el("span", { class: `mark ${outcome}`, role: "img", "aria-label": outcomeWord(outcome) }, MARKS[outcome] ?? "?");
}

function badge(outcome) {
  return el("span", { class: `badge ${outcome}` }, outcomeWord(outcome));
}

/** `<pre>` that a keyboard can scroll. */
function block(text, kind = "") {
  return el("pre", { class: kind, tabindex: "0" }, text);
}

/** A fold whose content is made when it is opened for the first time. */
function fold(summary, make, isOpen = false) {
  const details = el("details", {}, el("summary", {}, summary));
  let isMade = false;
  const fill = () => {
    if (isMade || !details.open) return;
    isMade = true;
    details.append(...[make()].flat());
  };
  details.addEventListener("toggle", fill);
  details.open = isOpen;
  fill();
  return details;
}

/** A button that copies what `text()` gives. */
function copyButton(text, label = "Copy", name = label) {
  const button = el("button", { type: "button", class: "copy", "aria-label": name }, label);
  button.addEventListener("click", async () => {
    button.textContent = (await copied(text())) ? "Copied" : "Not copied";
    setTimeout(() => { button.textContent = label; }, 1500);
  });
  return button;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not every browser lends a file its clipboard.
    const area = el("textarea", { class: "unseen" });
    area.value = text;
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    return isDone;
  }
}
