/** Building elements. Texts only ever become text nodes, so nothing the server says can become markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Object<string, string|number|boolean|null|undefined>} attributes `text` sets the text; null and false leave out
 * @param {(Node|null|false|undefined)[]} children
 */
export function el(tag, attributes = {}, children = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter(Boolean));
  return node;
}

/** One of the symbols in index.html. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/**
 * A button that says something for the user; chat.js listens for `data-send` once, for the whole page.
 * @param {import("./api.js").Button} button
 */
export function sayButton({ label, send }, className, children = [el("span", { text: label })]) {
  return el("button", { type: "button", class: className, "data-send": send, "data-label": label }, children);
}

/** A list whose markers are drawn by CSS: Safari stops calling such a thing a list unless the role says so. */
export function list(tag, className, items) {
  return el(tag, { class: className, role: "list" }, items.map((item) => el("li", {}, [].concat(item))));
}
