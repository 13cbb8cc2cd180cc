/** The page: wires the input, the outbox and the conversation together. */
import * as api from "./api.js";
import { attract } from "./attention.js";
import { Composer } from "./composer.js";
import { el } from "./dom.js";
import "./embed.js";
import { Live } from "./live.js";
import { Outbox } from "./outbox.js";
import { Promised } from "./promised.js";
import { Follow } from "./scroll.js";
import { Panel, showStart } from "./topics.js";
import { Turn } from "./turns.js";

const COPIED_MS = 1600;
const messages = document.querySelector("#messages");
const scroller = document.querySelector("#scroller");
const welcome = document.querySelector("#welcome");

/**
 * What the user said, as long as there is no reply to it.
 * @typedef {Object} Open
 * @property {string} id
 * @property {string} text       as it stands in the turn
 * @property {Turn} turn
 * @property {?Element} focusFrom
 * @property {number} since      see Live
 */

/** All that changes while the page is open. */
const state = {
  /** @type {Map<string, Open>} not delivered yet, by the id of the entry */
  pending: new Map(),
  promised: new Promised(),
  /** @type {Map<string, number>} how many replies came straight back, by the id of what was said on this page */
  said: new Map(),
  /** @type {?() => void} while the history could not be had */
  loadAgain: null,
  composer: new Composer(document.querySelector("#composer"), (text) => say({ text })),
  panel: new Panel(),
  follow: new Follow(scroller, document.querySelector("#latest")),
  outbox: new Outbox({ changed, answered }),
  live: new Live({ came, lost }),
};

/**
 * Says something for the user.
 * @param {{text: string, label?: ?string, id?: string}} message
 * @param {?Element} focusFrom where the focus was when a button spoke; the reply takes it over from there
 */
function say(message, focusFrom = null) {
  const entry = state.outbox.add(message);
  state.pending.set(entry.id, opened(entry.id, entry.label ?? entry.text, focusFrom));
  state.said.set(entry.id, Infinity); // until we know better, all that answers it
  welcome.hidden = true;
  state.follow.toEnd();
  state.outbox.flush();
}

/** @returns {Open} */
function opened(id, text, focusFrom = null) {
  return { id, text, turn: new Turn(messages, text), focusFrom, since: state.live.last ?? 0 };
}

/** @param {import("./outbox.js").Entry} entry */
function changed(entry) {
  const { turn } = state.pending.get(entry.id);
  if (entry.state === "queued") turn.settle();
  if (entry.state === "sending") turn.wait(() => state.follow.toEndIfFollowing());
  if (entry.state === "failed") turn.fail(entry.error, { retry: () => retry(entry), edit: () => edit(entry) });
  state.follow.toEndIfFollowing();
}

/** @param {import("./outbox.js").Entry} entry @param {api.Sent} sent */
function answered(entry, sent) {
  const open = state.pending.get(entry.id);
  state.pending.delete(entry.id);
  state.said.set(entry.id, sent.replies.length);
  const replies = state.live.answered(sent, open.since);
  // A late answer can be faster than the promise of it.
  if (sent.pending && !(state.live.last > sent.last)) {
    state.promised.add(open);
    state.follow.toEndIfFollowing();
  } else {
    state.promised.end(); // messages are answered in order
    show(open, replies);
  }
  // Staff can only answer someone who has said something, so a mere visitor costs no connection.
  state.live.connect();
  state.loadAgain?.();
}

/** @param {{turn: Turn, focusFrom?: ?Element}} open @param {api.Reply[]} replies @param {"bot"|"staff"} from */
function show({ turn, focusFrom = null }, replies, from = "bot") {
  const first = turn.answer(replies, from);
  if (!first) return state.follow.toEndIfFollowing();
  state.follow.reveal(first);
  // Whoever chose by button goes on from the reply; whoever has moved elsewhere meanwhile stays there.
  if (focusFrom && document.activeElement === focusFrom) first.focus({ preventScroll: true });
  attract();
}

/**
 * Something came that is not the response to a send.
 * @param {api.Said} said
 */
function came({ from, reply }) {
  if (from === "staff") state.promised.end();
  const open = state.promised.take() ?? { turn: new Turn(messages) };
  if (!open.turn.isLast) {
    open.turn.settle();
    open.turn = new Turn(messages); // answers stand in the order they came in
  }
  show(open, [reply], from);
}

/** @param {boolean} outage */
function lost(outage) {
  document.querySelector("#connection").textContent = outage ? "连接断开，正在重连…" : "";
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

/**
 * The past is put on the screen silently: a screen reader should not read it all out.
 * @param {api.History} history
 */
function restore({ messages: past, last }) {
  const promised = state.promised.takeStored();
  const interrupted = state.outbox.takeInterrupted();
  // The reload interrupted the last answer; where the message was on its way, its id will bring it.
  if ([...promised, ...interrupted].some(({ id }) => id === past.at(-1)?.id)) past.pop();
  messages.setAttribute("aria-live", "off");
  messages.prepend(pastTurns(past.filter(notHereYet())));
  resume(promised, interrupted, new Set(past.map((message) => message.id)));
  requestAnimationFrame(() => messages.setAttribute("aria-live", "polite"));
  welcome.hidden = messages.childElementCount > 0;
  if (welcome.hidden) state.follow.toEnd("instant");
  state.live.last = last;
  const delivered = promised.length > 0 || state.said.size > state.pending.size;
  if (last || delivered) state.live.connect();
}

/** What was said on this page before the history came is on the screen already, with what came straight back. */
function notHereYet() {
  let direct = 0;
  return ({ from, id }) => {
    if (from === "user") direct = state.said.get(id) ?? 0;
    return from === "user" ? !state.said.has(id) : from === "staff" || direct-- <= 0;
  };
}

/** @param {api.PastMessage[]} past */
function pastTurns(past) {
  const turns = document.createDocumentFragment();
  let turn = null;
  for (const message of past) {
    if (message.from === "user") {
      turn = new Turn(turns, message.text);
      turn.answer([]); // until a reply follows
    } else {
      // Nobody can tell any longer what came unasked; but staff, and the bot after them, spoke on their own.
      if (message.from === "staff" || !turn) turn = new Turn(turns);
      turn.answer([message.reply], message.from);
      if (message.from === "staff") turn = null;
    }
  }
  return turns;
}

/** Waits on for what was promised and sends what a reload interrupted, unless the history has it. */
function resume(promised, interrupted, known) {
  for (const { id, text } of promised) if (!known.has(id)) state.promised.add(opened(id, text));
  for (const message of interrupted) if (!known.has(message.id)) say(message);
}

async function load() {
  try {
    const [start, history] = await Promise.all([api.start(), api.history()]);
    showStart(start);
    restore(history);
  } catch {
    const again = el("button", { type: "button", class: "retry", text: "没有连上，点此重试" });
    const notice = el("div", { class: "status failed offline" }, [again]);
    state.loadAgain = () => {
      state.loadAgain = null;
      notice.remove();
      load();
    };
    again.addEventListener("click", state.loadAgain);
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
// A load does not bubble, but it can be caught on its way down.
messages.addEventListener("load", ({ target }) => {
  const message = target.closest("article");
  const isNewest = message && message === messages.lastElementChild?.querySelector("article:last-of-type");
  state.follow.grown(isNewest ? message : null);
}, true);
window.addEventListener("online", () => {
  state.outbox.flush();
  state.live.wake();
  state.loadAgain?.();
});
document.addEventListener("visibilitychange", () => document.hidden || state.live.wake());
fitKeyboard();
load();
// On a phone this would open the keyboard over the first screen.
if (matchMedia("(hover: hover) and (pointer: fine)").matches) state.composer.focus();
