/** What is delivered but answered later: each message says so until then, over a reload too. */
import { keep, recall } from "./storage.js";

const STORE = "chat.promised";

export class Promised {
  /** @type {import("./chat.js").Open[]} oldest first */
  #open = [];
  /** What the last page waited for. The server may list a message only once it is answered. */
  #stored = recall(STORE, []);

  /** @returns {{id: string, text: string}[]} */
  takeStored() {
    const taken = this.#stored.splice(0);
    this.#save();
    return taken;
  }

  /** @param {import("./chat.js").Open} open */
  add(open) {
    open.turn.promise();
    this.#open.push(open);
    this.#save();
  }

  /** The one that is answered next, if any. */
  take() {
    const open = this.#open.shift();
    this.#save();
    return open;
  }

  /** No answer will come for these, or a person sees to it: they are delivered, and that is all one can say. */
  end() {
    for (const { turn } of this.#open.splice(0)) turn.answer([]);
    this.#save();
  }

  #save() {
    keep(STORE, [...this.#stored, ...this.#open.map(({ id, text }) => ({ id, text }))]);
  }
}
