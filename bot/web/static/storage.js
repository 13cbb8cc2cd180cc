/** What survives a reload of this tab. */

/** Storage can be full or forbidden (private windows); then a reload forgets, and nothing else breaks. */
export function keep(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // See above.
  }
}

/** @returns {any} what was kept, or `otherwise` */
export function recall(key, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}
