// The list of conversations and its filters. Rows are drawn by the hundred, as they come into view.

const CHUNK = 100;

const list = {
  shown: [],
  drawn: 0,
  at: -1,
  open: -1,
  filters: { text: "", outcomes: new Set(), provider: "", tag: "", code: "" },

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
    this.sentinel = el("li", { class: "sentinel", "aria-hidden": "true" });
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
    this.shown = store.rows.filter((row) =>
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
    return el("li", {}, el("a", { href: linkTo(row.id, BAD.has(row.outcome) ? row.problem : {}), tabindex: index ? "-1" : "0", "data-position": row.position, onfocus: () => { this.at = index; } },
      mark(row.outcome),
      el("span", { class: "name" }, row.title || row.scenario),
      el("span", { class: "muted" }, about, codes.map((code) => [" ", el("code", {}, code)]))));
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
    const frame = byId("rows").getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) byId("rows").scrollTop += box.top - frame.top - frame.height / 3;
  },
};
