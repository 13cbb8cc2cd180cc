/** The input line: grows to five lines, keeps its draft, and knows Enter from an input method's Enter. */
import { keep, recall } from "./storage.js";

const DRAFT = "chat.draft";
const SAFARI_COMPOSING = 229; // Safari ends the composition before it reports the Enter that ended it.

export class Composer {
  #input;
  #send;

  /** @param {HTMLFormElement} form @param {(text: string) => void} onText */
  constructor(form, onText) {
    this.#input = form.querySelector("#input");
    this.#send = form.querySelector("#send");
    this.#input.addEventListener("input", () => this.#changed());
    this.#input.addEventListener("keydown", (event) => this.#key(event, form));
    form.addEventListener("submit", (event) => this.#submit(event, onText));
    this.#set(this.#input.value || recall(DRAFT, ""));
  }

  focus() {
    this.#input.focus({ preventScroll: true });
  }

  /** Gives a message back for editing, above whatever has been typed meanwhile. */
  giveBack(text) {
    this.#set(this.#input.value.trim() ? `${text}\n${this.#input.value}` : text);
    this.focus();
  }

  #key(event, form) {
    const composing = event.isComposing || event.keyCode === SAFARI_COMPOSING;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    form.requestSubmit();
  }

  #submit(event, onText) {
    event.preventDefault();
    const text = this.#input.value.trim();
    this.focus();
    if (!text) return;
    this.#set("");
    onText(text);
  }

  #set(text) {
    this.#input.value = text;
    this.#changed();
  }

  #changed() {
    keep(DRAFT, this.#input.value);
    this.#send.classList.toggle("idle", !this.#input.value.trim());
    // Height follows the text; max-height in the style sheet stops it at five lines.
    this.#input.style.height = "auto";
    const borders = this.#input.offsetHeight - this.#input.clientHeight;
    this.#input.style.height = `${this.#input.scrollHeight + borders}px`;
  }
}
