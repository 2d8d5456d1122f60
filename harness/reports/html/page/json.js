// JSON laid out for people. Numbers and escapes stay as they came: 1.0 is not made 1.

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const MOST_COLOURED = 60_000;

/** A body as elements: JSON in colour, other texts as they are. */
function pretty(text) {
  const parts = layout(text);
  if (parts === null) return block(text);
  if (text.length > MOST_COLOURED) return block(parts.map(([, part]) => part).join(""));
  const pre = block("", "json");
  pre.append(...parts.map(([kind, part]) => (kind ? el("span", { class: kind }, part) : part)));
  return pre;
}

function prettyText(text) {
  return layout(text)?.map(([, part]) => part).join("") ?? text;
}

/** Pairs of kind and text; null where the text is no JSON. */
function layout(text) {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const tokens = text.match(TOKEN) ?? [];
  const parts = [];
  let depth = 0;
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    if (token === "{" || token === "[") {
      const isEmpty = next === "}" || next === "]";
      depth += 1;
      parts.push(["", isEmpty ? token : `${token}\n${"  ".repeat(depth)}`]);
    } else if (token === "}" || token === "]") {
      const previous = tokens[index - 1];
      depth -= 1;
      const isEmpty = previous === "{" || previous === "[";
      parts.push(["", isEmpty ? token : `\n${"  ".repeat(depth)}${token}`]);
    } else if (token === ",") parts.push(["", `,\n${"  ".repeat(depth)}`]);
    else if (token === ":") parts.push(["", ": "]);
    else parts.push([kindOf(token, next), token]);
  });
  return parts;
}

function kindOf(token, next) {
  if (next === ":") return "key";
  if (token.startsWith('"')) return "string";
  return /^[-\d]/.test(token) ? "number" : "word";
}
