/**
 * The live connection: what staff say, notices and late answers, each shown once and none lost over an outage.
 *
 * Messages have numbers that only grow. `last` moves with the history and with what comes here, never with the response
 * to a send: what staff said meanwhile, while the connection was down, has a lower number than that response. So a new
 * connection may bring responses again. They have no numbers of their own; what they say tells that they are the same.
 */
import { knock, listen } from "./api.js";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
const NOTICEABLE_MS = 10_000;
const TOO_MANY = 429;

export class Live {
  /** Up to here everything is on the screen; null until the history has come. */
  last = null;
  /** @type {{text: string, last: number}[]} replies that came as a response and have not come here too */
  #responses = [];
  /** @type {{text: string, number: number}[]} replies of the bot that came here and have not come as a response too */
  #heard = [];
  /** @type {?EventSource} */
  #source = null;
  /** Runs while we wait before we try again. */
  #timer = null;
  #waits = 0;
  /** Runs until an outage is worth a word. */
  #patience = null;
  #events;

  /** @param {{came: (said: import("./api.js").Said) => void, lost: (lost: boolean) => void}} events */
  constructor(events) {
    this.#events = events;
  }

  /** Connects, or tries at once if it was waiting to; the history has to be there. */
  connect() {
    if (this.last !== null && !this.#source) this.#open();
  }

  /** After sleep or in another network a connection can be dead unawares; a new one is cheap and misses nothing. */
  wake() {
    if (!this.#source && !this.#timer) return;
    this.#source?.close();
    this.#waits = 0;
    this.#open();
  }

  /**
   * Notes the response to a message, and sorts out what has come here already.
   * @param {import("./api.js").Sent} sent
   * @param {number} since what `last` was when the message was said: nothing before can be its answer
   * @returns {import("./api.js").Reply[]} those to show
   */
  answered({ replies, last }, since) {
    return replies.filter((reply) => {
      const text = JSON.stringify(reply);
      if (take(this.#heard, (heard) => heard.number > since && heard.text === text)) return false;
      this.#responses.push({ text, last });
      return true;
    });
  }

  #open() {
    this.#stopWaiting();
    const source = listen(this.last);
    this.#source = source;
    this.#patience ??= setTimeout(() => this.#events.lost(true), NOTICEABLE_MS);
    source.addEventListener("open", () => this.#opened());
    source.addEventListener("reply", (event) => this.#received(event));
    source.addEventListener("error", () => this.#failed(source));
  }

  #opened() {
    this.#waits = 0;
    this.#calm();
  }

  #received({ lastEventId, data }) {
    const number = Number(lastEventId);
    if (number <= this.last) return;
    this.last = number;
    const said = JSON.parse(data);
    // Staff never speak in the response to a send, so what they say is always new.
    if (said.from === "staff" || this.#isNew(said.reply, number)) this.#events.came(said);
  }

  #isNew(reply, number) {
    const text = JSON.stringify(reply);
    if (take(this.#responses, (response) => response.last >= number && response.text === text)) return false;
    this.#heard.push({ text, number });
    return true;
  }

  /** A stream that ended is opened again by the EventSource itself; one that was turned away is left to us. */
  #failed(source) {
    this.#patience ??= setTimeout(() => this.#events.lost(true), NOTICEABLE_MS);
    if (source.readyState !== EventSource.CLOSED) return;
    this.#source = null;
    this.#wait();
  }

  #wait() {
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#waits);
    this.#waits += 1;
    // Not all pages at the same moment: a server that has just come back has enough to do.
    const timer = setTimeout(() => this.#retry(timer), wait * (0.5 + Math.random() / 2));
    this.#timer = timer;
  }

  #stopWaiting() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #retry(timer) {
    const status = await knock(this.last).catch(() => null);
    if (this.#timer !== timer) return; // somebody was faster
    if (nothingForUs(status)) return this.#rest();
    if (status !== 200) return this.#wait();
    this.#open();
  }

  /** Until the next message is answered. */
  #rest() {
    this.#stopWaiting();
    this.#calm();
  }

  #calm() {
    clearTimeout(this.#patience);
    this.#patience = null;
    this.#events.lost(false);
  }
}

/** Takes the first item that fits out of the list; whether there was one. */
function take(items, fits) {
  const at = items.findIndex(fits);
  if (at >= 0) items.splice(at, 1);
  return at >= 0;
}

/** 204: no conversation. What the server refuses will not be granted for being asked again. */
const nothingForUs = (status) => status === 204 || (status >= 400 && status < 500 && status !== TOO_MANY);
