// The list of conversations, its order and its filters. Rows are drawn by the hundred, as they come into view.

const CHUNK = 100;
const COLUMNS = [
  { name: "Result", key: (row) => OUTCOMES.indexOf(row.outcome) },
  { name: "Conversation", key: (row) => (row.title || row.scenario).toLowerCase() },
  { name: "Time", key: (row) => timeOf(row) ?? -1, isFalling: true },
];

/** Seconds of all replies; of a repeated scenario, of an average take. */
function timeOf(row) {
  if (!row.latencies?.length) return undefined;
  const total = row.latencies.reduce((sum, [, value]) => sum + value, 0);
  return total / new Set(row.latencies.map(([, , take]) => take)).size;
}

const list = {
  shown: [],
  drawn: 0,
  at: -1,
  open: -1,
  filters: { text: "", outcomes: new Set(), provider: "", tag: "", code: "" },
  column: 0,
  isFalling: false,

  build() {
    const counts = countBy(store.rows, (row) => row.outcome);
    byId("outcomes").append(...OUTCOMES.filter((outcome) => counts[outcome]).map((outcome) =>
      el("button", { type: "button", class: `chip ${outcome}`, "aria-pressed": "false", "data-outcome": outcome, onclick: () => this.toggle(outcome) },
        mark(outcome), ` ${counts[outcome].toLocaleString("en")}`, el("span", { class: "unseen" }, ` ${outcomeWord(outcome)}`))));
    this.select("provider", "Provider", (row) => [row.provider], 2);
    this.select("tag", "Tag", (row) => row.tags ?? [], 1);
    this.select("code", "Failure code", (row) => row.codes ?? [], 1);
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("filters").addEventListener("reset", () => setTimeout(() => this.show({}), 0));
    byId("text").addEventListener("input", () => { this.filters.text = byId("text").value.trim().toLowerCase(); this.search(); });
    this.sentinel = el("tr", { class: "sentinel", "aria-hidden": "true" }, el("td", { colspan: COLUMNS.length }));
    byId("columns").append(...COLUMNS.map(({ name }, index) =>
      el("th", { scope: "col" }, el("button", { type: "button", onclick: () => this.sort(index) }, name, el("span", { class: "arrow", "aria-hidden": "true" })))));
    this.order();
    new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.draw(), { rootMargin: "600px" }).observe(this.sentinel);
    this.filter();
  },

  select(name, label, values, least) {
    const counts = {};
    for (const row of store.rows) for (const value of values(row)) counts[value] = (counts[value] ?? 0) + 1;
    const names = Object.keys(counts).sort();
    if (names.length < least) return;
    const element = el("select", { id: `by-${name}`, "aria-label": label },
      el("option", { value: "" }, label), names.map((value) => el("option", { value }, `${value} (${counts[value]})`)));
    element.addEventListener("change", () => { this.filters[name] = element.value; this.filter(); });
    byId("selects").append(element);
  },

  /** Set all filters at once; what is not named is cleared. */
  show({ outcomes = [], provider = "", tag = "", code = "", text = "" }) {
    this.filters = { text, outcomes: new Set(outcomes), provider, tag, code };
    byId("text").value = text;
    for (const name of ["provider", "tag", "code"]) {
      const element = byId(`by-${name}`);
      if (element) element.value = this.filters[name];
    }
    this.filter();
    byId("side").scrollIntoView({ block: "nearest" });
  },

  /** Sort by a column; by the same one again, the other way round. */
  sort(index) {
    this.isFalling = index === this.column ? !this.isFalling : Boolean(COLUMNS[index].isFalling);
    this.column = index;
    this.order();
    this.filter();
  },

  /** Rows of the same value stay in the order of the run. */
  order() {
    const { key } = COLUMNS[this.column];
    const keys = new Map(store.rows.map((row) => [row, key(row)]));
    const by = (a, b) => (keys.get(a) < keys.get(b) ? -1 : keys.get(a) > keys.get(b) ? 1 : 0);
    this.ordered = store.rows.toSorted(this.isFalling ? (a, b) => by(b, a) : by);
    [...byId("columns").children].forEach((head, index) => {
      const direction = this.isFalling ? "descending" : "ascending";
      if (index === this.column) head.setAttribute("aria-sort", direction);
      else head.removeAttribute("aria-sort");
      head.querySelector(".arrow").textContent = index === this.column ? (this.isFalling ? "▼" : "▲") : "";
    });
  },

  toggle(outcome) {
    const { outcomes } = this.filters;
    if (!outcomes.delete(outcome)) outcomes.add(outcome);
    this.filter();
  },

  /** Filter at once by what the list knows, then by what was said, block by block. */
  async search() {
    this.filter();
    const { text } = this.filters;
    if (text.length < 2) return;
    await store.readAll((done) => {
      if (this.filters.text !== text) return false;
      byId("count").textContent = `searching what was said: ${done} of ${store.rows.length}`;
      return true;
    });
    if (this.filters.text === text) this.filter();
  },

  /** Redraw the rows that pass the filters; the focused row keeps the focus. */
  filter() {
    const rows = byId("rows");
    const focused = rows.contains(document.activeElement) ? document.activeElement.dataset.position : undefined;
    const { text, outcomes, provider, tag, code } = this.filters;
    this.shown = this.ordered.filter((row) =>
      (!outcomes.size || outcomes.has(row.outcome)) &&
      (!provider || row.provider === provider) &&
      (!tag || row.tags?.includes(tag)) &&
      (!code || row.codes?.includes(code)) &&
      (!text || row.found.includes(text) || store.said.get(row.position)?.includes(text)));
    for (const chip of byId("outcomes").children) chip.setAttribute("aria-pressed", String(outcomes.has(chip.dataset.outcome)));
    const isFiltered = this.shown.length !== store.rows.length;
    byId("count").textContent = isFiltered ? `${this.shown.length.toLocaleString("en")} of ${plural(store.rows.length, "conversation")}` : plural(store.rows.length, "conversation");
    byId("clear").hidden = !(text || outcomes.size || provider || tag || code);
    this.drawn = 0;
    this.at = -1;
    rows.replaceChildren();
    this.draw();
    if (focused !== undefined) this.focus(Math.max(0, this.shown.findIndex((row) => row.position === Number(focused))));
  },

  draw() {
    const next = this.shown.slice(this.drawn, this.drawn + CHUNK);
    this.sentinel.remove();
    byId("rows").append(...next.map((row, index) => this.item(row, this.drawn + index)));
    this.drawn += next.length;
    if (this.drawn < this.shown.length) byId("rows").append(this.sentinel);
    this.markOpen();
  },

  item(row, index) {
    const about = [row.provider, row.row, row.takes && `${row.takes[0]} of ${row.takes[1]} takes`, row.drift && "drifted"].filter(Boolean).join(" · ");
    const codes = (row.codes ?? []).slice(0, 3);
    const link = el("a", { href: linkTo(row.id, BAD.has(row.outcome) ? row.problem : {}), tabindex: index ? "-1" : "0", "data-position": row.position, onfocus: () => { this.at = index; } },
      el("span", { class: "name" }, row.title || row.scenario));
    return el("tr", {}, el("td", {}, mark(row.outcome)),
      el("th", { scope: "row" }, link, el("span", { class: "muted" }, about, codes.map((code) => [" ", el("code", {}, code)]))),
      el("td", { class: "number muted" }, seconds(timeOf(row))));
  },

  links() {
    return byId("rows").querySelectorAll("a");
  },

  /** Move to the row so many further on. */
  move(by) {
    const start = this.at < 0 ? this.shown.findIndex((row) => row.position === this.open) : this.at;
    this.focus(Math.max(0, Math.min(this.shown.length - 1, start + by)));
  },

  focus(index) {
    while (this.drawn <= index && this.drawn < this.shown.length) this.draw();
    const links = this.links();
    links.forEach((link) => { link.tabIndex = -1; });
    if (!links[index]) return;
    links[index].tabIndex = 0;
    links[index].focus();
  },

  /** The next row of those shown that is failed or broken; by is 1 or -1. */
  nextBad(by) {
    const start = this.shown.findIndex((row) => row.position === this.open);
    for (let index = start < 0 && by < 0 ? this.shown.length - 1 : start + by; this.shown[index]; index += by) {
      if (BAD.has(this.shown[index].outcome)) return this.shown[index];
    }
    return undefined;
  },

  setOpen(position) {
    this.open = position;
    this.at = -1;
    this.markOpen();
  },

  markOpen() {
    for (const link of byId("rows").querySelectorAll("[aria-current]")) link.removeAttribute("aria-current");
    const link = byId("rows").querySelector(`[data-position="${this.open}"]`);
    if (!link) return;
    link.setAttribute("aria-current", "page");
    const box = link.getBoundingClientRect();
    const frame = byId("scroll").getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) byId("scroll").scrollTop += box.top - frame.top - frame.height / 3;
  },
};
