// The charts of the overview, as SVG without a library.

const MOST_TICKS = 240;
/** Of a label of an axis, and of the narrowest axis, in pixels. */
const LETTER = 6.5;
const NARROWEST = 96;

/** A bar of all outcomes, as long as each is frequent. */
function outcomeBar(counts) {
  const bar = el("div", { class: "bar", "aria-hidden": "true" });
  for (const outcome of OUTCOMES) {
    if (!counts[outcome]) continue;
    const part = el("span", { class: outcome });
    part.style.flexGrow = counts[outcome];
    bar.append(part);
  }
  return bar;
}

/** Pass rates by provider; the line is the interval in which the true rate lies. */
function rateTable(rates) {
  const rows = rates.map((rate) => {
    const share = rate.told ? rate.passed / rate.told : 0;
    return el("tr", {},
      el("th", { scope: "row" }, rate.provider),
      el("td", { class: "plot" }, rate.told > 0 && ratePlot(share, rate)),
      el("td", { class: "number" }, rate.told ? percent(share) : "–"),
      el("td", { class: "number wide" }, rate.told ? `${percent(rate.low)} to ${percent(rate.high)}` : ""),
      el("td", { class: "number" }, `${rate.passed} of ${rate.told}`));
  });
  return table("Pass rates by provider", ["Provider", "", "Rate", "95 % interval", "Passed"], rows, [false, true, false, true, false]);
}

function ratePlot(share, rate) {
  return svg("svg", { class: "rate", height: 16, "aria-hidden": "true" },
    svg("rect", { class: "track", x: 0, y: 5, width: "100%", height: 6, rx: 3 }),
    svg("rect", { class: share === 1 ? "fill passed" : "fill", x: 0, y: 5, width: `${share * 100}%`, height: 6, rx: 3 }),
    svg("line", { class: "whisker", x1: `${rate.low * 100}%`, x2: `${rate.high * 100}%`, y1: 8, y2: 8 }),
    svg("line", { class: "whisker", x1: `${rate.low * 100}%`, x2: `${rate.low * 100}%`, y1: 4, y2: 12 }),
    svg("line", { class: "whisker", x1: `${rate.high * 100}%`, x2: `${rate.high * 100}%`, y1: 4, y2: 12 }));
}

/** Each turn a tick, the middle half a box, the median a line. */
function latencyTable(rows) {
  const byProvider = new Map();
  for (const row of rows) {
    for (const [, value] of row.latencies ?? []) {
      if (!byProvider.has(row.provider)) byProvider.set(row.provider, []);
      byProvider.get(row.provider).push(value);
    }
  }
  if (!byProvider.size) return null;
  const all = [...byProvider.values()].flat();
  const scale = scaleOf(all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b)));
  const body = [...byProvider].sort(([a], [b]) => a.localeCompare(b)).map(([provider, values]) => {
    values.sort((a, b) => a - b);
    return el("tr", {},
      el("th", { scope: "row" }, provider),
      el("td", { class: "plot" }, latencyPlot(values, scale)),
      el("td", { class: "number" }, seconds(quantile(values, 0.5))),
      el("td", { class: "number wide" }, seconds(quantile(values, 0.95))),
      el("td", { class: "number" }, seconds(values.at(-1))));
  });
  body.push(el("tr", { class: "axis", "aria-hidden": "true" }, el("td", {}), el("td", { class: "plot" }, axis(scale)), el("td", {}), el("td", { class: "wide" }), el("td", {})));
  const caption = `Seconds of a turn by provider${scale.isLogarithmic ? ", on a logarithmic scale" : ""}`;
  return table(caption, ["Provider", "", "Median", "95 of 100", "Slowest"], body, [false, true, false, true, false]);
}

function latencyPlot(values, scale) {
  const at = (value) => `${scale.at(value)}%`;
  const step = Math.max(1, values.length / MOST_TICKS);
  const plot = svg("svg", { class: "latency", height: 26, "aria-hidden": "true" });
  const from = scale.at(quantile(values, 0.25));
  const width = Math.max(0.4, scale.at(quantile(values, 0.75)) - from);
  plot.append(svg("rect", { class: "box", x: `${from}%`, y: 5, width: `${width}%`, height: 16, rx: 3 }));
  for (let index = 0; index < values.length; index += step) {
    const x = at(values[Math.floor(index)]);
    plot.append(svg("line", { class: "tick", x1: x, x2: x, y1: 9, y2: 17 }));
  }
  const last = at(values.at(-1));
  plot.append(svg("line", { class: "tick", x1: last, x2: last, y1: 9, y2: 17 }));
  const middle = at(quantile(values, 0.5));
  plot.append(svg("line", { class: "median", x1: middle, x2: middle, y1: 3, y2: 23 }));
  return plot;
}

function axis(scale) {
  const plot = svg("svg", { class: "latency", height: 18 });
  let end = -Infinity;
  for (const value of scale.marks) {
    const x = scale.at(value);
    const text = value ? seconds(value) : "0";
    const anchor = x < 8 ? "start" : x > 92 ? "end" : "middle";
    plot.append(svg("line", { class: "grid", x1: `${x}%`, x2: `${x}%`, y1: 0, y2: 4 }));
    const length = (text.length + 1) * LETTER;
    const left = (x / 100) * NARROWEST - { start: 0, middle: length / 2, end: length }[anchor];
    // A label that would touch the one before it is left out.
    if (left < end) continue;
    end = left + length;
    plot.append(svg("text", { x: `${x}%`, y: 15, "text-anchor": anchor }, text));
  }
  return plot;
}

/** From seconds to a place of 1 to 99. Times that differ fifty-fold are shown by their size. */
function scaleOf(least, most) {
  const low = Math.max(least, 0.0001);
  const high = Math.max(most, low * 1.01);
  const isLogarithmic = high / low > 50;
  const from = isLogarithmic ? Math.log(low) : 0;
  const to = isLogarithmic ? Math.log(high) : high;
  const at = (value) => {
    const place = isLogarithmic ? Math.log(Math.max(value, low)) : value;
    return 1 + (98 * (place - from)) / (to - from);
  };
  const marks = isLogarithmic ? powers(low, high) : steps(high);
  return { at, marks, isLogarithmic };
}

function powers(low, high) {
  const found = [];
  for (let power = Math.ceil(Math.log10(low)); 10 ** power <= high; power += 1) found.push(10 ** power);
  return found;
}

function steps(high) {
  const rough = high / 3;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * size).find((one) => one >= rough);
  const found = [];
  for (let value = 0; value <= high; value += step) found.push(value);
  return found;
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** `wide` tells which columns a narrow window goes without. */
function table(caption, names, body, isWide = []) {
  const kind = (index) => (isWide[index] ? (names[index] ? "number wide" : "plot") : index ? "number" : "");
  const head = names.map((name, index) => (name ? el("th", { scope: "col", class: kind(index) }, name) : el("td", { class: kind(index) })));
  return el("table", {}, el("caption", { class: "unseen" }, caption), el("thead", {}, el("tr", {}, head)), el("tbody", {}, body));
}
