/** A stream of events that is asked for with headers of our own, which an EventSource cannot; else it looks like one. */

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

export class Stream extends EventTarget {
  readyState = CONNECTING;
  #abort = new AbortController();

  /** @param {string} path @param {Record<string, string>} headers */
  constructor(path, headers) {
    super();
    this.#run(path, headers);
  }

  close() {
    this.readyState = CLOSED;
    this.#abort.abort();
  }

  async #run(path, headers) {
    try {
      const response = await fetch(path, { headers, cache: "no-store", signal: this.#abort.signal });
      if (response.status === 200) await this.#read(response.body);
    } catch {
      // However it ended, it is told below.
    }
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.dispatchEvent(new Event("error"));
  }

  async #read(body) {
    this.readyState = OPEN;
    this.dispatchEvent(new Event("open"));
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    let event = blank();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.readyState === CLOSED) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) event = this.#line(line.replace(/\r$/, ""), event);
    }
  }

  #line(line, event) {
    if (line) return { ...event, ...field(line, event) };
    if (event.data.length) {
      this.dispatchEvent(new MessageEvent(event.type, { data: event.data.join("\n"), lastEventId: event.id }));
    }
    return { ...blank(), id: event.id };
  }
}

const blank = () => ({ type: "message", data: [], id: "" });

function field(line, { data }) {
  const colon = line.indexOf(":");
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
  if (name === "data") return { data: [...data, value] };
  if (name === "event") return { type: value };
  return name === "id" ? { id: value } : {};
}
