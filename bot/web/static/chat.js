/** The page: wires the input, the outbox and the conversation together. */
import * as api from "./api.js";
import { Composer } from "./composer.js";
import { el } from "./dom.js";
import { Outbox } from "./outbox.js";
import { Follow } from "./scroll.js";
import { Panel, showStart } from "./topics.js";
import { Turn } from "./turns.js";

const COPIED_MS = 1600;
const messages = document.querySelector("#messages");
const scroller = document.querySelector("#scroller");
const welcome = document.querySelector("#welcome");

/** All that changes while the page is open. */
const state = {
  /** @type {Map<string, {turn: Turn, focusFrom: ?Element}>} by the id of the entry */
  pending: new Map(),
  listening: false,
  composer: new Composer(document.querySelector("#composer"), (text) => say({ text })),
  panel: new Panel(),
  follow: new Follow(scroller, document.querySelector("#latest")),
  outbox: new Outbox({ changed, answered }),
};

/**
 * Says something for the user.
 * @param {{text: string, label?: ?string, id?: string}} message
 * @param {?Element} focusFrom where the focus was when a button spoke; the reply takes it over from there
 */
function say(message, focusFrom = null) {
  const entry = state.outbox.add(message);
  const turn = new Turn(messages, entry.label ?? entry.text);
  state.pending.set(entry.id, { turn, focusFrom });
  welcome.hidden = true;
  state.follow.toEnd();
  state.outbox.flush();
}

/** @param {import("./outbox.js").Entry} entry */
function changed(entry) {
  const { turn } = state.pending.get(entry.id);
  if (entry.state === "queued") turn.settle();
  if (entry.state === "sending") turn.wait(() => state.follow.toEndIfFollowing());
  if (entry.state === "failed") turn.fail(entry.error, { retry: () => retry(entry), edit: () => edit(entry) });
  state.follow.toEndIfFollowing();
}

function answered(entry, replies) {
  const { turn, focusFrom } = state.pending.get(entry.id);
  state.pending.delete(entry.id);
  const first = turn.answer(replies);
  if (first) state.follow.reveal(first);
  // Whoever chose by button goes on from the reply; whoever has moved elsewhere meanwhile stays there.
  if (first && focusFrom && document.activeElement === focusFrom) first.focus({ preventScroll: true });
  listen();
}

function retry(entry) {
  state.pending.get(entry.id).focusFrom = holdFocus();
  state.outbox.retry(entry);
}

function edit(entry) {
  state.outbox.drop(entry);
  state.pending.get(entry.id).turn.remove();
  state.pending.delete(entry.id);
  state.composer.giveBack(entry.text);
}

/** Staff can only answer someone who has said something, so a mere visitor costs no connection. */
function listen() {
  if (state.listening) return;
  state.listening = true;
  api.listen((reply) => {
    const first = new Turn(messages).answer([reply]);
    if (first) state.follow.reveal(first);
  });
}

function pressed(button) {
  const { send: text, label } = button.dataset;
  if (state.outbox.has(text, label)) return;
  state.panel.chosen();
  say({ text, label }, welcome.contains(button) ? holdFocus() : document.activeElement);
}

/** The button that had the focus is about to go: the conversation keeps it until the reply is there. */
function holdFocus() {
  scroller.focus({ preventScroll: true });
  return scroller;
}

async function copy(button) {
  const done = await toClipboard(button.dataset.copy);
  button.textContent = done ? "已复制" : "请长按复制";
  setTimeout(() => (button.textContent = "复制"), COPIED_MS);
}

/** The clipboard API is missing on plain http and in some in-app browsers; the old way still works there. */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = el("textarea", { class: "sr-only", readonly: true, text });
    const focused = document.activeElement;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused?.focus({ preventScroll: true });
    return done;
  }
}

/** The past is put on the screen silently: a screen reader should not read it all out. */
function restore(past) {
  messages.setAttribute("aria-live", "off");
  messages.prepend(pastTurns(past));
  resume(new Set(past.map((message) => message.id)));
  requestAnimationFrame(() => messages.setAttribute("aria-live", "polite"));
  welcome.hidden = messages.childElementCount > 0;
  if (welcome.hidden) state.follow.toEnd("instant");
  if (past.length) listen();
}

/** @param {api.PastMessage[]} past */
function pastTurns(past) {
  const turns = document.createDocumentFragment();
  let turn = null;
  for (const message of past) {
    if (message.from === "user") turn = new Turn(turns, message.text);
    else (turn ??= new Turn(turns)).answer([message.reply]);
  }
  return turns;
}

/** Sends what a reload interrupted, unless the server had it already. */
function resume(known) {
  for (const message of state.outbox.takeInterrupted()) if (!known.has(message.id)) say(message);
}

async function load() {
  try {
    const [start, past] = await Promise.all([api.start(), api.history()]);
    showStart(start);
    restore(past);
  } catch {
    const again = el("button", { type: "button", class: "retry", text: "没有连上，点此重试" });
    const notice = el("div", { class: "status failed offline" }, [again]);
    again.addEventListener("click", () => (notice.remove(), load()));
    messages.append(notice);
  }
}

/** iOS lays the keyboard over the page instead of shrinking it; only the visual viewport knows. */
function fitKeyboard() {
  const view = window.visualViewport;
  const fit = () => {
    if (view.scale > 1.05) return; // pinched: the page must not shrink with it
    document.documentElement.style.setProperty("--visible", `${view.height}px`);
    window.scrollTo(0, 0);
  };
  view?.addEventListener("resize", fit);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-send], button[data-copy]");
  if (button?.dataset.send !== undefined) pressed(button);
  if (button?.dataset.copy !== undefined) copy(button);
});
window.addEventListener("online", () => state.outbox.flush());
fitKeyboard();
load();
// On a phone this would open the keyboard over the first screen.
if (matchMedia("(hover: hover) and (pointer: fine)").matches) state.composer.focus();
