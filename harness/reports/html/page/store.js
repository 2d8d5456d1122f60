// The packed conversations. A block of them is unpacked when one of it is asked for.

const KEPT = 4;

const store = {
  head: {},
  rates: [],
  rows: [],
  size: 1,
  positions: new Map(),
  blocks: new Map(),
  said: new Map(),

  async open() {
    const [about] = await unpacked("about");
    this.head = about.head;
    this.rates = about.rates;
    this.size = about.block;
    this.rows = await unpacked("rows");
    this.rows.forEach((row, position) => {
      row.position = position;
      row.found = [row.title, row.id, ...(row.tags ?? [])].join("\n").toLowerCase();
      this.positions.set(row.id, position);
    });
  },

  async conversation(position) {
    const number = Math.floor(position / this.size);
    const found = this.blocks.get(number) ?? unpacked(number, exact);
    this.blocks.delete(number);
    this.blocks.set(number, found);
    if (this.blocks.size > KEPT) this.blocks.delete(this.blocks.keys().next().value);
    return (await found)[position - number * this.size];
  },

  /** What was said in a conversation, in lower case; undefined until `readAll` came by. */
  async readAll(progress) {
    for (let first = 0; first < this.rows.length; first += this.size) {
      if (this.said.has(first)) continue;
      const conversations = await unpacked(first / this.size);
      conversations.forEach((one, index) => this.said.set(first + index, said(one)));
      if (progress(Math.min(first + this.size, this.rows.length)) === false) return;
    }
  },
};

function said(conversation) {
  const lines = [];
  for (const one of conversation.takes ?? [conversation]) {
    for (const entry of one.plan ?? []) if (entry.assistant) lines.push(entry.assistant);
    for (const turn of one.transcript?.turns ?? []) {
      lines.push(turn.user.text, ...(turn.reply?.messages ?? []).map((message) => message.text));
      if (turn.refusal) lines.push(turn.refusal.message);
    }
  }
  return lines.join("\n").toLowerCase();
}

/** A whole number that the browser would round stays as it was written. */
function exact(_, value, context) {
  const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value);
  return isRounded && context && JSON.rawJSON ? JSON.rawJSON(context.source) : value;
}

async function unpacked(name, reviver = undefined) {
  const bytes = fromBase64(byId(`packed-${name}`).textContent);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text(), reviver);
}

function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
