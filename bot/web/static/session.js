/**
 * Who the visitor is, where cookies do not come along: in a frame on another site the page has a secret of its own and
 * sends it in a header. Browsers keep what it stores apart for every site that shows the frame.
 */
const HEADER = "X-Helpdesk-Session";
const KEY = "chat.session";
const BYTES = 24;

/** Whether this page is in a frame of another site. */
export const embedded = location.pathname === "/embed";

/** Empty where nothing can be stored: then the server tells us, and may know us by a cookie for frames of this site. */
let secret = embedded ? (stored() ?? made()) : "";

/** What every request carries. */
export const headers = () => (embedded ? { [HEADER]: secret } : {});

/** The server has the last word on what the secret is. @param {Response} response */
export function settle(response) {
  const named = response.headers.get(HEADER);
  if (!embedded || !named || named === secret) return;
  secret = named;
  store(secret);
}

function made() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  const fresh = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
  return store(fresh) ? fresh : "";
}

/** Many browsers forbid storage in frames of other sites, some only in private windows. */
function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function store(value) {
  try {
    localStorage.setItem(KEY, value);
    return true;
  } catch {
    return false;
  }
}
