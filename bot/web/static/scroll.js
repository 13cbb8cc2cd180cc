/** Where the conversation is scrolled to: at its end, except that a long answer is shown from its start. */

const NEAR_PX = 48;
const CONTEXT_PX = 88; // how much of the question stays in sight above a long answer

export class Follow {
  #scroller;
  #pill;
  #last = 0;
  #following = false;
  #started = false; // before the first message there is no end to follow
  #unseen = null;

  /** @param {HTMLElement} scroller @param {HTMLButtonElement} pill leads back to the newest message */
  constructor(scroller, pill) {
    this.#scroller = scroller;
    this.#pill = pill;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    pill.addEventListener("click", () => this.#jump());
    // The keyboard opens: the last line stays above it.
    new ResizeObserver(() => this.#following && this.toEnd("instant")).observe(scroller);
  }

  /** @param {ScrollBehavior} behavior */
  toEnd(behavior = "auto") {
    this.#started = true;
    this.#following = true;
    this.#scroller.scrollTo({ top: this.#scroller.scrollHeight, behavior });
    this.#scrolled();
  }

  /** The end, but only for someone who was there: whoever reads further up is left in peace. */
  toEndIfFollowing() {
    if (this.#following) this.toEnd();
  }

  /**
   * Shows a new message from its start; where it is short that is simply the end of the conversation.
   * @param {HTMLElement} node
   */
  reveal(node) {
    if (!this.#following) return this.#announce(node);
    this.#show(node);
  }

  /**
   * A message has become longer, since its picture has come.
   * @param {?HTMLElement} newest the newest message, if it is that one
   */
  grown(newest) {
    if (newest && this.#following) this.#show(newest);
    else this.toEndIfFollowing();
  }

  #show(node) {
    const box = this.#scroller;
    const top = box.scrollTop + node.getBoundingClientRect().top - box.getBoundingClientRect().top - this.#context(node);
    box.scrollTo({ top });
    this.#following = top >= box.scrollHeight - box.clientHeight - NEAR_PX;
    this.#scrolled();
  }

  #context(node) {
    const before = node.previousElementSibling;
    return Math.min(CONTEXT_PX, (before?.offsetHeight ?? 0) + 24);
  }

  #announce(node) {
    this.#unseen ??= node;
    this.#scrolled();
  }

  #jump() {
    if (!this.#unseen) return this.toEnd();
    const node = this.#unseen;
    this.#unseen = null;
    this.#show(node);
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const left = scrollHeight - clientHeight - scrollTop;
    if (!this.#started) return;
    if (left < NEAR_PX) this.#following = true;
    else if (scrollTop < this.#last - 2) this.#following = false; // only people scroll upwards
    if (left < NEAR_PX) this.#unseen = null;
    this.#last = scrollTop;
    this.#pill.hidden = left < clientHeight / 2 && !this.#unseen;
    this.#pill.classList.toggle("unseen", this.#unseen !== null);
    this.#pill.querySelector("span").textContent = this.#unseen ? "有新消息" : "到最新";
  }
}
