// A line above the question that says what has happened, with one thing to do about it at most.
import { announce } from "./answer.js";
import { text } from "./messages.js";

const SHOWN_MS = 8_000;
let line = null, timer = null;

export function hideNotice() {
  clearTimeout(timer);
  line?.remove();
  line = null;
}

// Shows words until the next notice; for a while only, if there is nothing to do. ``lasting`` ones stay.
export function notify(words, { action = null, run = null, lasting = false, failed = false } = {}) {
  hideNotice();
  line = Object.assign(document.createElement("div"), { className: failed ? "notice failed" : "notice" });
  const add = (name, click) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: name });
    button.addEventListener("click", () => { hideNotice(); click?.(); });
    line.append(button);
  };
  line.append(Object.assign(document.createElement("p"), { textContent: words, dir: "auto" }));
  if (action) add(action, run);
  if (!lasting || failed) add(text("composer.close"));
  // An open drawer lies above everything else.
  const drawer = "popover" in HTMLElement.prototype && document.querySelector(".conversations:popover-open .list");
  (drawer || document.querySelector(".ask > .box")).before(line);
  announce(words);
  if (!action && !lasting && !failed) timer = setTimeout(hideNotice, SHOWN_MS);
}
