// Addresses and keys.

/** Position, take and turn that the address names; nothing of it for the overview. */
function wanted() {
  if (!location.hash.startsWith("#/")) return null;
  let path = location.hash.slice(2);
  try {
    path = decodeURIComponent(path);
  } catch {
    // A stray percent sign is taken as it is.
  }
  const [, id, take, turn] = path.match(/^(.*?)(?:\/take\/(\d+))?(?:\/turn\/(\d+))?$/s);
  const named = store.positions.has(path) ? { id: path } : { id, take: take && Number(take), turn: turn && Number(turn) };
  return { ...named, position: store.positions.get(named.id) };
}

let shownAddress = null;

async function route() {
  if (location.hash === JUDGES && hasJudges()) return showJudges();
  const to = wanted() ?? { id: "" };
  const address = location.hash;
  const main = byId("main");
  shownAddress = address;
  document.body.classList.toggle("one", to.position !== undefined);
  if (to.position === undefined) {
    list.setOpen(-1);
    main.replaceChildren(...present([to.id && el("p", { class: "notice" }, `There is no conversation ${to.id} in this report.`), ...overview()]));
    window.scrollTo(0, 0);
    return;
  }
  list.setOpen(to.position);
  const conversation = await store.conversation(to.position);
  // While it was unpacked, another may have been asked for.
  if (shownAddress !== address) return;
  main.replaceChildren(...present([el("a", { class: "back", href: "#/" }, "← Overview"), ...conversationView(conversation, store.rows[to.position], to)]));
  const turn = to.turn && main.querySelector(`[data-turn="${to.turn}"]`);
  if (turn) turn.classList.add("wanted");
  (turn ?? main).querySelector("h2[tabindex], h1")?.focus({ preventScroll: true });
  if (turn) turn.scrollIntoView({ block: "start" });
  else window.scrollTo(0, 0);
}

async function showJudges() {
  shownAddress = JUDGES;
  list.setOpen(-1);
  const page = await judgesPage();
  if (location.hash !== JUDGES) return;
  document.body.classList.add("one");
  byId("main").replaceChildren(...present([el("a", { class: "back", href: "#/" }, "← Overview"), ...page]));
  byId("main").querySelector("h1").focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

function present(children) {
  return children.flat(Infinity).filter(Boolean);
}

function onKey(event) {
  const isTyping = event.target.matches?.("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  const inList = byId("side").contains(event.target);
  const actions = {
    Escape: () => (isTyping ? leaveSearch() : goTo("#/")),
    ArrowDown: () => inList && event.target.tagName !== "SELECT" && list.move(1),
    ArrowUp: () => inList && event.target.tagName !== "SELECT" && list.move(-1),
  };
  if (!isTyping) {
    Object.assign(actions, {
      "/": () => byId("text").focus(),
      j: () => list.move(1),
      k: () => list.move(-1),
      n: () => openBad(1),
      p: () => openBad(-1),
      "?": () => byId("keys").showModal(),
    });
  }
  const act = actions[event.key];
  if (act && act() !== false) event.preventDefault();
}

function leaveSearch() {
  byId("text").value = "";
  list.filters.text = "";
  list.filter();
  document.activeElement.blur();
}

function openBad(by) {
  const row = list.nextBad(by);
  if (!row) return;
  // Now, so that a key that is pressed twice at once goes on from here.
  list.setOpen(row.position);
  goTo(linkTo(row.id, row.problem));
}

function goTo(address) {
  location.hash = address;
}

function printing() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("#main details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of opened) details.open = false; });
}

function aboutRun() {
  const { head } = store;
  const started = head.started ? new Date(head.started).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }) : "";
  byId("project").textContent = head.project || "Conversations";
  byId("about").textContent = [head.mode, started, head.branch, head.commit && head.commit.slice(0, 8) + (head.changed ? " with uncommitted changes" : "")].filter(Boolean).join(" · ");
}

async function start() {
  themes();
  await store.open();
  aboutRun();
  list.build();
  byId("judges").hidden = !hasJudges();
  await route();
  addEventListener("hashchange", route);
  document.addEventListener("keydown", onKey);
  byId("keys-button").addEventListener("click", () => byId("keys").showModal());
  byId("keys-close").addEventListener("click", () => byId("keys").close());
  printing();
  document.documentElement.dataset.ready = "true";
}

start();
