/**
 * What the user has said and the server has not yet answered: sent one at a time, in order, and never lost.
 *
 * @typedef {Object} Entry
 * @property {string} id        the server answers one id once, so sending it again is safe
 * @property {string} text
 * @property {?string} label    what the user saw on the button
 * @property {"queued"|"sending"|"failed"} state
 * @property {?Error} error     why it failed
 */
import { Refusal, send } from "./api.js";
import { keep, recall } from "./storage.js";

const STORE = "chat.unsent";
const TOO_MANY = 429;

export class Outbox {
  /** @type {Entry[]} */
  #entries = [];
  /** What the last page could not send, until this one takes it up. */
  #interrupted = recall(STORE, []);
  #running = false;
  #events;

  /**
   * @param {{changed: (entry: Entry) => void, answered: (entry: Entry, sent: import("./api.js").Sent) => void}} events
   */
  constructor(events) {
    this.#events = events;
  }

  /** Messages that a reload interrupted, oldest first. Whoever takes them says them again. */
  takeInterrupted() {
    const taken = this.#interrupted;
    this.#interrupted = [];
    this.#save();
    return taken;
  }

  /** A second tap on a button while the first is on its way means the same thing. */
  has(text, label) {
    return this.#entries.some((entry) => entry.state !== "failed" && entry.text === text && entry.label === label);
  }

  /** @returns {Entry} */
  add({ text, label = null, id = newId() }) {
    const entry = { id, text, label, state: "queued", error: null };
    this.#entries.push(entry);
    this.#save();
    return entry;
  }

  /** Sends what is queued. What an outage left behind goes first, so that the order holds. */
  flush() {
    const held = this.#entries.filter((entry) => entry.state === "failed" && stopsTheLine(entry.error));
    for (const entry of held) this.#set(entry, "queued");
    return this.#run();
  }

  /** @param {Entry} entry */
  retry(entry) {
    this.#set(entry, "queued");
    return this.flush();
  }

  /** @param {Entry} entry */
  drop(entry) {
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#save();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let entry = this.#next(); entry; entry = this.#next()) await this.#deliver(entry);
    } finally {
      this.#running = false;
    }
  }

  #next() {
    return this.#entries.find((entry) => entry.state === "queued");
  }

  async #deliver(entry) {
    this.#set(entry, "sending");
    const sent = await send(entry).catch((error) => this.#fail(entry, error));
    if (!sent) return;
    this.drop(entry);
    this.#events.answered(entry, sent);
  }

  /** One bad message fails alone; without a network all that wait behind it fail with it. */
  #fail(entry, error) {
    const failing = stopsTheLine(error) ? this.#entries.filter((other) => other.state !== "failed") : [entry];
    for (const each of failing) this.#set(each, "failed", error);
  }

  #set(entry, state, error = null) {
    Object.assign(entry, { state, error });
    this.#events.changed(entry);
  }

  #save() {
    const plain = this.#entries.map(({ id, text, label }) => ({ id, text, label }));
    keep(STORE, [...this.#interrupted, ...plain]);
  }
}

const stopsTheLine = (error) => !(error instanceof Refusal) || error.status === TOO_MANY;

/** A UUID. `crypto.randomUUID` is missing on plain http, which is how a site office may reach the server. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
