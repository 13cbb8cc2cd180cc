/** Counts in the title of a page that nobody is looking at what has come meanwhile. */

let unseen = 0;
let title = "";

/** Something new is on the screen. */
export function attract() {
  if (!document.hidden) return;
  if (!unseen) title = document.title;
  unseen += 1;
  document.title = `(${unseen}) ${title}`;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !unseen) return;
  unseen = 0;
  document.title = title;
});
