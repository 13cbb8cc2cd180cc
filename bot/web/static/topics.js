/** What one can ask: the first screen, and the panel behind “能问什么”. */
import { el, sayButton } from "./dom.js";

const wide = matchMedia("(min-width: 60rem)");

/** @param {import("./api.js").Start} start */
export function showStart({ title, greeting, hint, groups }) {
  document.title = title;
  document.querySelector("#title").textContent = title;
  document.querySelector("#greeting").textContent = greeting;
  document.querySelector("#hint").textContent = hint;
  for (const place of ["#welcome-topics", "#panel-topics"]) {
    document.querySelector(place).replaceChildren(...groups.map(group));
  }
}

/** @param {import("./api.js").Group} group */
function group({ title, items }) {
  const rows = items.map((item) => el("li", {}, [sayButton(item, "topic")]));
  return el("section", { class: "topic-group" }, [el("h3", { text: title }), el("ul", { role: "list" }, rows)]);
}

/** A sheet over the chat on a phone; beside the chat, and out of its way, where there is room. */
export class Panel {
  #dialog = document.querySelector("#panel");
  #opener = document.querySelector("#help");

  constructor() {
    this.#opener.addEventListener("click", () => (this.#dialog.open ? this.#dialog.close() : this.#open()));
    document.querySelector("#panel-close").addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#closed());
    this.#dialog.addEventListener("click", (event) => this.#besideSheet(event) && this.#dialog.close());
    wide.addEventListener("change", () => this.#dialog.close());
  }

  /** A sheet has done its work once something was chosen; a side panel stays. */
  chosen() {
    if (this.#dialog.open && !wide.matches) this.#dialog.close();
  }

  /** The backdrop belongs to the dialog, the sheet's content does not. */
  #besideSheet(event) {
    return !wide.matches && event.target === this.#dialog;
  }

  #open() {
    if (wide.matches) this.#dialog.show();
    else this.#dialog.showModal();
    this.#dialog.scrollTop = 0;
    this.#opener.setAttribute("aria-expanded", "true");
  }

  #closed() {
    this.#opener.setAttribute("aria-expanded", "false");
    this.#opener.focus({ preventScroll: true });
  }
}
