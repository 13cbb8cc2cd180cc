/**
 * Puts the chat on another site: a button in a corner, and the chat in a frame above it.
 *
 *   <script src="https://…/static/widget.js" data-label="考勤问题问我" data-side="left" defer></script>
 *
 * Everything is in a shadow tree, so that neither page's style reaches the other. A site that is not on the list sees nothing.
 */
(() => {
  const script = document.currentScript ?? document.querySelector('script[src$="/static/widget.js"]');
  const NAME = "ningqinji-helpdesk";
  if (!script?.src) return;
  const { origin } = new URL(script.src);
  const { label, side } = script.dataset;

  const STYLE = `
    :host { all: initial; }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    .open, .panel {
      position: fixed; z-index: 2147483000; inset-inline-end: 20px;
      font: 16px/1.4 -apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif;
    }
    .left { inset-inline: 20px auto; }
    .open {
      bottom: calc(20px + env(safe-area-inset-bottom)); min-height: 52px; max-width: calc(100vw - 40px); padding: 0 22px;
      border: 0; border-radius: 26px; background: #0b6b5f; color: #fff; font-weight: 600; cursor: pointer;
      box-shadow: 0 2px 12px rgb(0 0 0 / 25%);
    }
    .open:hover { background: #095a50; }
    :focus-visible { outline: 3px solid #0b6b5f; outline-offset: 3px; }
    .panel {
      bottom: calc(84px + env(safe-area-inset-bottom)); display: flex; flex-direction: column;
      width: min(400px, calc(100vw - 40px)); height: min(640px, calc(100vh - 110px)); overflow: hidden;
      border: 1px solid rgb(0 0 0 / 15%); border-radius: 16px; background: Canvas; color: CanvasText;
      color-scheme: light dark; box-shadow: 0 8px 32px rgb(0 0 0 / 25%);
    }
    .close {
      align-self: flex-end; flex: none; min-height: 44px; padding: 0 16px; border: 0; background: none; color: inherit;
      font: inherit; cursor: pointer; outline-offset: -4px;
    }
    iframe { flex: 1; width: 100%; min-height: 0; border: 0; }
    @media (max-width: 480px), (max-height: 480px) {
      .panel { inset: 0; width: 100%; height: 100vh; height: 100dvh; border: 0; border-radius: 0; }
    }
  `;

  /** @returns {HTMLElement} */
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  /** A site's own policy may forbid style elements, and browsers older than 2023 may know nothing else. */
  function dress(root) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    } catch {
      root.append(el("style", {}, STYLE));
    }
  }

  class Widget {
    #frame = null;
    #title;
    #button;
    #panel;

    constructor(title) {
      const where = side === "left" ? " left" : "";
      this.#title = title;
      this.#button = el("button", { type: "button", class: `open${where}`, "aria-expanded": "false" }, label || title);
      const close = el("button", { type: "button", class: "close" }, "关闭 ✕");
      this.#panel = el("div", { class: `panel${where}`, role: "dialog", "aria-label": title, hidden: "" }, close);
      this.#button.addEventListener("click", () => (this.#panel.hidden ? this.open() : this.close()));
      close.addEventListener("click", () => this.close());
      this.#panel.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
      window.addEventListener("message", (event) => this.#told(event));
    }

    attach() {
      const host = el(NAME, {});
      const root = host.attachShadow({ mode: "open" });
      dress(root);
      root.append(this.#panel, this.#button);
      document.body.append(host);
    }

    open() {
      // Not before somebody wants it: most visitors of a site do not.
      this.#frame ??= this.#load();
      this.#show(true);
      this.#frame.focus();
    }

    close() {
      if (this.#panel.hidden) return;
      this.#show(false);
      this.#button.focus();
    }

    #load() {
      const frame = el("iframe", {
        src: `${origin}/embed`,
        title: this.#title,
        allow: "clipboard-write",
        referrerpolicy: "no-referrer",
      });
      this.#panel.append(frame);
      return frame;
    }

    #show(shown) {
      this.#panel.hidden = !shown;
      this.#button.setAttribute("aria-expanded", String(shown));
    }

    #told({ source, origin: from, data }) {
      if (source && source === this.#frame?.contentWindow && from === origin && data?.helpdesk === "close") this.close();
    }
  }

  async function start() {
    if (document.querySelector(NAME)) return;
    try {
      const response = await fetch(`${origin}/widget`, { credentials: "omit", cache: "no-store" });
      if (!response.ok) return;
      const { title } = await response.json();
      if (!document.querySelector(NAME)) new Widget(title).attach();
    } catch {
      console.info(`helpdesk: ${origin} does not answer, or this site is not on its list`);
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
