// Finds what a judge quotes in what was said, where blanks and typographic characters may differ.

const ALIKE = { "\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "..." };

/** A text in plain characters, and for each of them its position in the text. */
function plainText(text) {
  let plain = "";
  const positions = [];
  for (let index = 0; index < text.length; index += 1) {
    const isBlank = /\s/.test(text[index]);
    if (isBlank && plain.endsWith(" ")) continue;
    const said = isBlank ? " " : ALIKE[text[index]] ?? text[index];
    for (const character of said) {
      plain += character;
      positions.push(index);
    }
  }
  return { plain, positions };
}

/** The text as nodes, in which every quote is marked; `quotes` are texts. */
function quoted(text, quotes) {
  const shown = text.normalize("NFC");
  const { plain, positions } = plainText(shown);
  const ranges = [];
  for (const quote of quotes) {
    const wanted = plainText(quote.normalize("NFC")).plain.replace(/^[ "']+|[ "']+$/g, "");
    for (let at = wanted ? plain.indexOf(wanted) : -1; at >= 0; at = plain.indexOf(wanted, at + wanted.length)) {
      ranges.push([positions[at], positions[at + wanted.length - 1] + 1]);
    }
  }
  ranges.sort((a, b) => a[0] - b[0]);
  const nodes = [];
  let end = 0;
  for (const [from, to] of ranges) {
    if (to <= end) continue;
    const start = Math.max(from, end);
    nodes.push(shown.slice(end, start), el("mark", { class: "quote" }, shown.slice(start, to)));
    end = to;
  }
  return [...nodes, shown.slice(end)];
}
