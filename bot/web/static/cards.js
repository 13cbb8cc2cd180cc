/** Replies as DOM: one function for each kind of part, and nothing here knows where replies come from. */
import { el, icon, list, sayButton } from "./dom.js";

const LONG_OUTLINE = 6;
const MANY_CONTACTS = 3;

/** The two parts of the official document; `source` begins with the number of one of them. */
const SOURCE_PARTS = { 一: "常见问题解答", 二: "提示处理方法" };

const SPEAKERS = { bot: "助手的回答", staff: "工作人员的回复" };

const BUILDERS = { text, answer, step, choices, contacts, notice, ticket };

/**
 * @param {import("./api.js").Reply} reply
 * @param {"bot"|"staff"} from
 * @returns {?HTMLElement} null where there is nothing to see
 */
export function renderReply({ outcome, parts = [], buttons = [] }, from) {
  const shown = parts.map(renderPart).filter(Boolean);
  if (!shown.length && !buttons.length) return null;
  // Within a procedure the first button leads on, unless the step itself asks which way to go.
  const leadsOn = outcome === "steps" && !parts.some((part) => part.options?.length);
  const attributes = { class: `bubble ${from}`, "data-outcome": outcome, "aria-label": SPEAKERS[from], tabindex: "-1" };
  const head = from === "staff" && speaker();
  return el("article", attributes, [head, ...shown, buttons.length > 0 && chips(buttons, leadsOn)]);
}

/** People should know when they talk to a person. */
function speaker() {
  return el("p", { class: "speaker" }, [icon("staff"), el("span", { text: "工作人员" })]);
}

/** A kind that is newer than this page (a tab left open over an update) still shows its text. */
function renderPart(part) {
  return (BUILDERS[part.kind] ?? text)(part);
}

function chips(buttons, leadsOn) {
  const chip = (button, at) => sayButton(button, leadsOn && at === 0 ? "chip primary" : "chip");
  return el("div", { class: "chips", role: "group", "aria-label": "接下来可以" }, buttons.map(chip));
}

function text(part) {
  return part.text ? el("p", { class: "say", text: part.text }) : null;
}

function notice(part) {
  return el("div", { class: "notice" }, [icon("notice"), el("p", { text: part.text })]);
}

/** Order: what to know, what not to do wrong, then what to do; a warning below the steps would come too late. */
function answer(part) {
  return el("section", { class: "card answer", "data-record": part.record }, [
    el("h3", { class: "title", text: part.title }),
    el("p", { class: "short", text: part.short }),
    warnings(part.warnings),
    outline(part.outline),
    facts("说明", part.notes),
    facts("出现原因", part.causes),
    source(part.source),
  ]);
}

function source(place) {
  if (!place) return null;
  const name = SOURCE_PARTS[place[0]];
  return el("p", { class: "source", text: name ? `依据：${name} ${place}` : `依据：${place}` });
}

function facts(heading, items) {
  if (!items?.length) return null;
  const plain = items.length === 1 ? el("p", { text: items[0] }) : bullets(items);
  return el("div", { class: "facts" }, [el("h4", { text: heading }), plain]);
}

function warnings(items) {
  if (!items?.length) return null;
  const plain = items.length === 1 ? el("p", { text: items[0] }) : bullets(items);
  return el("div", { class: "warning" }, [icon("warning"), el("div", {}, [el("h4", { text: "注意" }), plain])]);
}

const bullets = (items) => list("ul", "bullets", items.map((item) => el("span", { text: item })));

function outline(branches) {
  const total = (branches ?? []).reduce((sum, branch) => sum + branch.steps.length, 0);
  if (!total) return null;
  const body = branches.flatMap(branchOf);
  return el("div", { class: "outline" }, [
    el("h4", { text: "怎么做" }),
    ...(total > LONG_OUTLINE ? [folded(body, total)] : body),
  ]);
}

function branchOf({ label, steps }) {
  const numbered = list("ol", "steps", steps.map((step) => el("span", { text: step })));
  return [label ? el("h5", { text: label }) : null, numbered];
}

function folded(body, total) {
  const summary = el("summary", {}, [
    el("span", { class: "when-closed", text: `展开全部步骤（共 ${total} 步）` }),
    el("span", { class: "when-open", text: "收起步骤" }),
    icon("next"),
  ]);
  return el("details", {}, [summary, ...body]);
}

function step(part) {
  return el("section", { class: "card step", "data-record": part.record }, [
    el("div", { class: "step-head" }, [el("h3", { text: part.title }), part.of > 0 && progressText(part)]),
    part.of > 0 && el("progress", { max: part.of, value: part.number, "aria-label": "进度" }),
    el("p", { class: "action", text: part.text }),
    part.detail && el("p", { class: "detail", text: part.detail }),
    part.warning && warnings([part.warning]),
    picture(part),
    part.options?.length > 0 && list("ul", "options", part.options.map((option) => optionButton(option))),
  ]);
}

/** A tap shows it whole. Only pictures of our own are shown, whatever else the field may hold. */
function picture({ image, title, number, of }) {
  if (!image?.startsWith("/pictures/")) return null;
  const alt = of > 0 ? `“${title}”第 ${number}/${of} 步的图` : `“${title}”的图`;
  const whole = { class: "picture", href: image, target: "_blank", rel: "noopener", "aria-label": `${alt}，点开看大图` };
  return el("a", whole, [el("img", { src: image, alt, loading: "lazy", decoding: "async" })]);
}

const progressText = ({ number, of }) => el("span", { class: "progress-text", text: `第 ${number}/${of} 步` });

function choices(part) {
  const items = part.items.map((item, at) => optionButton(item, at + 1));
  return el("section", { class: "card choices" }, [
    part.text && el("p", { text: part.text }),
    list("ol", "options", items),
  ]);
}

function optionButton(item, number) {
  return sayButton(item, "option", [
    number && el("span", { class: "number", text: number }),
    el("span", { class: "option-label", text: item.label }),
    icon("next"),
  ]);
}

function contacts(part) {
  const dense = part.contacts.length > MANY_CONTACTS ? " dense" : "";
  return el("section", { class: `card contacts${dense}` }, [
    part.text && el("p", { class: "contacts-text", text: part.text }),
    el("ul", { class: "contact-list", role: "list" }, part.contacts.map(contact)),
  ]);
}

/** @param {import("./api.js").Contact} contact */
function contact({ id, name, label, phones, qq_groups: groups }) {
  return el("li", { class: "contact", "data-contact": id }, [
    el("div", { class: "contact-who" }, [
      el("h3", { text: name }),
      label && label !== name && el("p", { class: "contact-for", text: label }),
    ]),
    el("div", { class: "lines" }, [...(phones ?? []).map(phoneLine), ...(groups ?? []).map(groupLine)]),
  ]);
}

function phoneLine(phone) {
  const number = el("span", { text: phone.text });
  // Only numbers to dial become links, whatever else the field may hold.
  const call = phone.tel?.startsWith("tel:")
    ? el("a", { class: "call", href: phone.tel, "aria-label": `拨打 ${phone.text}` }, [icon("phone"), number])
    : el("span", { class: "call" }, [number]);
  return el("div", { class: "line" }, [call, copyButton(phone.text, "电话")]);
}

function groupLine(group) {
  const words = el("span", { class: "group" }, [el("span", { text: "QQ群" }), el("b", { text: group })]);
  return el("div", { class: "line" }, [words, copyButton(group, "QQ群号")]);
}

function copyButton(value, what) {
  const label = `复制${what} ${value}`;
  return el("button", { type: "button", class: "copy", "data-copy": value, "aria-label": label, text: "复制" });
}

function ticket(part) {
  return el("section", { class: "card ticket" }, [
    el("div", { class: "ticket-head" }, [
      el("h3", { text: "工单" }),
      el("b", { class: "ticket-number", text: part.number }),
      copyButton(part.number, "工单号"),
    ]),
    part.text && el("p", { text: part.text }),
  ]);
}
