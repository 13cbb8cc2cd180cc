/** In a frame of another site: Escape closes the widget, unless it has something of our own to close. */
import { embedded } from "./session.js";

function pressed(event) {
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
  if (document.querySelector("dialog:modal")) return;
  // No secret, and the widget looks where it comes from; which site we are on we are not told.
  parent.postMessage({ helpdesk: "close" }, "*");
}

if (embedded && parent !== window) document.addEventListener("keydown", pressed);
