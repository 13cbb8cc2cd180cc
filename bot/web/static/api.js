/**
 * The server, as the page sees it: four calls and the shapes that travel.
 *
 * @typedef {{label: string, send: string}} Button
 * @typedef {{title: string, items: Button[]}} Group
 * @typedef {{title: string, greeting: string, hint: string, groups: Group[]}} Start
 * @typedef {{label: ?string, steps: string[]}} Branch
 * @typedef {{text: string, tel: string}} Phone
 * @typedef {{id: string, name: string, label: string, phones: Phone[], qq_groups: string[]}} Contact
 * @typedef {{kind: string, [field: string]: any}} Part   see cards.js for the fields of each kind
 * @typedef {{outcome: string, parts: Part[], buttons: Button[]}} Reply
 * @typedef {{from: "user", text: string, id?: string} | {from: "bot", reply: Reply}} PastMessage
 */

/** A weak network at the gate is better told “没有发出去” than left spinning. */
const PATIENCE_MS = 25_000;

/** The server understood us and said no; `message` is for people to read. */
export class Refusal extends Error {
  constructor(status, { error, reference }) {
    super(error);
    this.status = status;
    this.reference = reference ?? null;
  }
}

/** @returns {Promise<Start>} */
export const start = () => call("/chat/start");

/** @returns {Promise<PastMessage[]>} */
export const history = async () => (await call("/chat/history")).messages;

/**
 * @param {{id: string, text: string, label: ?string}} message the same id twice gets the same replies
 * @returns {Promise<Reply[]>}
 */
export async function send({ id, text, label }) {
  const body = JSON.stringify({ id, text, label });
  return (await call("/chat/send", { method: "POST", headers: { "Content-Type": "application/json" }, body })).replies;
}

/**
 * Calls `onReply` with whatever support staff say later.
 * EventSource reconnects by itself; on 404 or 204 it closes for good, and so do we.
 * @param {(reply: Reply) => void} onReply
 */
export function listen(onReply) {
  const seen = new Set();
  const source = new EventSource("/chat/events");
  source.addEventListener("reply", (event) => {
    if (event.lastEventId && seen.has(event.lastEventId)) return;
    seen.add(event.lastEventId);
    onReply(JSON.parse(event.data));
  });
}

/** Anything that is not our own JSON (no network, a proxy's error page, a captive portal) throws a plain error. */
async function call(path, options = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  try {
    const response = await fetch(path, { credentials: "same-origin", cache: "no-store", signal: abort.signal, ...options });
    const body = await response.json();
    if (response.ok) return body;
    throw typeof body.error === "string" ? new Refusal(response.status, body) : new Error(`HTTP ${response.status}`);
  } finally {
    clearTimeout(timer);
  }
}
