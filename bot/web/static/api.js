/**
 * The server, as the page sees it: four addresses and the shapes that travel.
 *
 * @typedef {{label: string, send: string}} Button
 * @typedef {{title: string, items: Button[]}} Group
 * @typedef {{title: string, greeting: string, hint: string, groups: Group[]}} Start
 * @typedef {{label: ?string, steps: string[]}} Branch
 * @typedef {{text: string, tel: string}} Phone
 * @typedef {{id: string, name: string, label: string, phones: Phone[], qq_groups: string[]}} Contact
 * @typedef {{kind: string, [field: string]: any}} Part   see cards.js for the fields of each kind
 * @typedef {{outcome: string, parts: Part[], buttons: Button[]}} Reply
 * @typedef {{from: "bot"|"staff", reply: Reply}} Said
 * @typedef {{from: "user", text: string, id?: string} | Said} PastMessage
 * @typedef {{messages: PastMessage[], last: number}} History   `last`: the number of the last message, 0 if none
 * @typedef {{replies: Reply[], last: number, pending?: boolean}} Sent   `pending`: stored, but the answer comes later
 */

import { embedded, headers, settle } from "./session.js";
import { Stream } from "./stream.js";

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

/** @returns {Promise<History>} */
export const history = () => call("/chat/history");

/**
 * @param {{id: string, text: string, label: ?string}} message the same id twice gets the same replies
 * @returns {Promise<Sent>}
 */
export function send({ id, text, label }) {
  const body = JSON.stringify({ id, text, label });
  return call("/chat/send", { method: "POST", body }, { "Content-Type": "application/json" });
}

const eventsAfter = (number) => `/chat/events?after=${number}`;

/**
 * Whatever is said without being the response to a send, from a message's number on; each comes as an event `reply`.
 * @param {number} after
 */
export function listen(after) {
  return embedded ? new Stream(eventsAfter(after), headers()) : new EventSource(eventsAfter(after));
}

/**
 * The status the stream would open with: an EventSource that was turned away never tells.
 * @param {number} after
 */
export const knock = (after) =>
  patiently(async (signal) => (await fetch(eventsAfter(after), { cache: "no-store", headers: headers(), signal })).status);

/** Anything that is not our own JSON (no network, a proxy's error page, a captive portal) throws a plain error. */
function call(path, options = {}, more = {}) {
  return patiently(async (signal) => {
    const own = { credentials: "same-origin", cache: "no-store", headers: { ...headers(), ...more }, signal };
    const response = await fetch(path, { ...own, ...options });
    settle(response);
    const body = await response.json();
    if (response.ok) return body;
    throw typeof body.error === "string" ? new Refusal(response.status, body) : new Error(`HTTP ${response.status}`);
  });
}

/** @template T @param {(signal: AbortSignal) => Promise<T>} ask @returns {Promise<T>} */
async function patiently(ask) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  try {
    return await ask(abort.signal);
  } finally {
    clearTimeout(timer);
    abort.abort(); // a stream that was only knocked at would stay open
  }
}
