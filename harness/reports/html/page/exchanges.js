// Requests and answers as they went over the line, folded.

/** One fold a request, with a title of their own. */
function exchangeList(exchanges, title) {
  if (!exchanges?.length) return null;
  return el("div", { class: "exchanges" }, title && el("p", { class: "muted" }, title), exchanges.map(exchangeView));
}

const ON_SOCKET = new Set(["FRAME", "RECEIVE"]);

function exchangeView(exchange) {
  if (ON_SOCKET.has(exchange.method)) return socketView(exchange);
  const { response } = exchange;
  const bad = exchange.contract?.length || !response;
  const summary = [
    el("code", { class: "step" }, exchange.step),
    el("span", { class: "call" }, `${exchange.method} ${pathOf(exchange.url)}`),
    el("span", { class: `status ${bad || response.status >= 400 ? "bad" : ""}` }, response ? String(response.status) : "no answer"),
    el("span", { class: "muted" }, seconds(response?.seconds)),
    exchange.contract?.length > 0 && el("span", { class: "badge failed" }, "violates its schema"),
  ];
  return fold(spaced(summary), () => [
    exchange.contract?.length > 0 && contractView(exchange.contract),
    el("div", { class: "halves" },
      el("section", {}, el("h4", {}, "Request"), el("p", { class: "url" }, el("code", {}, `${exchange.method} ${exchange.url}`)),
        headersView(exchange.headers), bodyView(exchange, "request")),
      el("section", {}, el("h4", {}, "Answer"), response ? answerView(response) : el("p", { class: "muted" }, "The answer was not complete."))),
  ].filter(Boolean));
}

/** A message that was sent on a WebSocket, or those that a step waited for. */
function socketView(exchange) {
  const { response } = exchange;
  const isSent = exchange.method === "FRAME";
  const count = response?.chunks?.length ?? (response ? 1 : 0);
  const told = isSent ? (response ? "message sent" : "message not sent") : count ? `${plural(count, "message")} received` : "no message received";
  const summary = [
    el("code", { class: "step" }, exchange.step),
    el("span", { class: `call ${response ? "" : "status bad"}` }, told),
    !isSent && el("span", { class: "muted" }, seconds(response?.seconds)),
    exchange.contract?.length > 0 && el("span", { class: "badge failed" }, "violates its schema"),
  ];
  return fold(spaced(summary), () => [
    exchange.contract?.length > 0 && contractView(exchange.contract),
    el("p", { class: "url" }, el("code", {}, exchange.url)),
    isSent ? bodyView(exchange, "message") : response && [chunksView(response, "message"), bodyView(response, "answer")],
  ].flat().filter(Boolean));
}

/** With spaces, for screen readers. */
function spaced(parts) {
  return parts.filter(Boolean).flatMap((part) => [part, " "]);
}

function contractView(lines) {
  return el("div", { class: "contract" }, el("b", {}, "Violates the definition's schema"), block(lines.join("\n")));
}

function answerView(response) {
  const times = [
    response.started !== undefined && `sent at ${seconds(response.started)}`,
    response.first_byte !== undefined && `first byte after ${seconds(response.first_byte)}`,
    response.seconds !== undefined && `complete after ${seconds(response.seconds)}`,
  ].filter(Boolean);
  return [
    el("p", { class: "url" }, el("code", {}, `${response.status} ${response.reason ?? ""}`)),
    times.length > 0 && el("p", { class: "muted" }, times.join(" · ")),
    response.attempts?.length > 0 && el("ol", { class: "attempts" }, response.attempts.map((attempt) =>
      el("li", {}, `${attempt.status ? `status ${attempt.status}: ` : ""}${attempt.reason}, repeated after ${seconds(attempt.waited)}`))),
    headersView(response.headers),
    chunksView(response),
    bodyView(response, "answer"),
  ];
}

function headersView(headers) {
  if (!headers?.length) return null;
  return fold(plural(headers.length, "header"), () =>
    el("dl", { class: "headers" }, headers.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))));
}

function bodyView(side, whose) {
  if (side.body_base64 !== undefined) return el("p", { class: "muted" }, `${Math.floor((side.body_base64.length * 3) / 4)} bytes that are not text`);
  if (!side.body) return el("p", { class: "muted" }, "No body.");
  return el("div", { class: "body" }, el("div", { class: "copies" },
    copyButton(() => prettyText(side.body), "Copy", `Copy the ${whose}'s body`),
    copyButton(() => side.body, "Copy as sent", `Copy the ${whose}'s body as it was sent`)), pretty(side.body));
}

/** Of a stream: when each chunk, or message of a WebSocket, came, and what it held. */
function chunksView(response, unit = "chunk") {
  const { chunks } = response;
  if (!chunks?.length) return null;
  const texts = chunkTexts(response);
  const end = Math.max(...chunks.map(([at]) => at), response.seconds ?? 0) || 1;
  const line = svg("svg", { class: "chunks", height: 18, "aria-hidden": "true" },
    svg("line", { class: "grid", x1: 0, x2: "100%", y1: 9, y2: 9 }),
    chunks.map(([at]) => svg("line", { class: "tick", x1: `${(at / end) * 99.5}%`, x2: `${(at / end) * 99.5}%`, y1: 3, y2: 15 })));
  const title = unit === "chunk" ? `stream of ${plural(chunks.length, unit)}` : `each ${unit} with its time`;
  return fold([title, line], () =>
    el("ol", { class: "chunk-list" }, chunks.map(([at, length], index) =>
      el("li", {}, el("span", { class: "muted" }, `+${seconds(at)} · ${plural(length, "byte")}`), texts && el("code", {}, texts[index])))));
}

/** The chunks' texts; null where the lengths are not those of the body, as when a part of it is hidden. */
function chunkTexts({ body, chunks }) {
  const bytes = new TextEncoder().encode(body ?? "");
  if (chunks.reduce((sum, [, length]) => sum + length, 0) !== bytes.length) return null;
  const decoder = new TextDecoder();
  let start = 0;
  return chunks.map(([, length]) => {
    start += length;
    return decoder.decode(bytes.subarray(start - length, start));
  });
}

function pathOf(url) {
  const path = url.replace(/^[a-z]+:\/\/[^/?#]*/i, "");
  return path || "/";
}
