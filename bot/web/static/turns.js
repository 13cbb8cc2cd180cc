/** The conversation on the screen: a turn is what the user said, what became of it, and the replies to it. */
import { Refusal } from "./api.js";
import { renderReply } from "./cards.js";
import { el } from "./dom.js";

const TYPING_AFTER_MS = 150;

export class Turn {
  /** @param {ParentNode} messages @param {?string} said null where the bot or a person speaks first */
  constructor(messages, said = null) {
    this.node = el("div", { class: "turn" });
    if (said !== null) this.node.append(userBubble(said));
    messages.append(this.node);
  }

  /**
   * @param {import("./api.js").Reply[]} replies
   * @param {"bot"|"staff"} from
   * @returns {?HTMLElement} the first reply that can be seen
   */
  answer(replies, from = "bot") {
    this.settle();
    const shown = replies.map((reply) => renderReply(reply, from)).filter(Boolean);
    // A person is in charge and the bot keeps quiet: without a word here the message would look lost.
    const silent = !shown.length && !this.node.querySelector(".bot");
    if (silent) this.#status(el("p", { class: "status delivered", text: "已送达" }));
    this.node.append(...shown);
    return shown[0] ?? null;
  }

  /** The message is stored and the answer will come by the live connection. */
  promise() {
    this.settle();
    this.#status(el("p", { class: "status", text: "已送达，马上回复" }));
  }

  /** The end of the conversation. */
  get isLast() {
    return this.node === this.node.parentNode?.lastElementChild;
  }

  /** @param {() => void} onShown called when the dots appear, for scrolling */
  wait(onShown) {
    this.settle();
    this.timer = setTimeout(() => {
      const dots = ["", "", ""].map(() => el("i"));
      this.#status(el("div", { class: "typing", "aria-hidden": "true" }, dots));
      onShown();
    }, TYPING_AFTER_MS);
  }

  /**
   * @param {?Error} error
   * @param {{retry: () => void, edit: () => void}} actions
   */
  fail(error, { retry, edit }) {
    this.settle();
    const refused = error instanceof Refusal;
    const tooLong = refused && error.status === 413;
    const button = el("button", { type: "button", class: "retry", text: tooLong ? "改一改再发" : "没有发出去，点此重试" });
    button.addEventListener("click", tooLong ? edit : retry);
    const why = refused && el("p", { text: reason(error) });
    this.#status(el("div", { class: "status failed" }, [why, button]));
  }

  remove() {
    this.node.remove();
  }

  #status(node) {
    this.status = node;
    this.node.append(node);
  }

  /** Takes away the dots or the failure. */
  settle() {
    clearTimeout(this.timer);
    this.status?.remove();
    this.status = null;
  }
}

function userBubble(said) {
  return el("div", { class: "mine" }, [
    el("span", { class: "sr-only", text: "我：" }),
    el("p", { class: "bubble user", text: said }),
  ]);
}

const reason = ({ message, reference }) => (reference ? `${message}（编号 ${reference}）` : message);
