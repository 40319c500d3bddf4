// Titles and headings that complete what is being typed; they never keep Enter from sending the question.
import { announce } from "./answer.js";
import { text } from "./messages.js";

const DELAY_MS = 200, MIN_CHARACTERS = 2, MAX_CHARACTERS = 100;
const form = document.querySelector(".ask"), input = document.getElementById("q");
const list = Object.assign(document.createElement("ul"), { id: "completions", className: "completions", role: "listbox", hidden: true });
let timer = null, request = null, selected = -1, found = [];

function close() {
  clearTimeout(timer);
  request?.abort();
  list.hidden = true;
  selected = -1;
  input.removeAttribute("aria-activedescendant");
}

function select(place) {
  selected = (place + found.length) % found.length;
  [...list.children].forEach((option, at) => option.setAttribute("aria-selected", at === selected));
  input.setAttribute("aria-activedescendant", list.children[selected].id);
  list.children[selected].scrollIntoView({ block: "nearest" });
}

function take({ text: words, replaces }) {
  const kept = [...input.value].slice(0, -replaces).join("");
  close();
  input.value = `${kept}${words} `;
  input.dispatchEvent(new Event("input"));
  close();
  input.focus();
}

function show(completions) {
  found = completions;
  list.hidden = !found.length;
  list.replaceChildren(...found.map((one, at) => {
    const option = Object.assign(document.createElement("li"), { id: `completion-${at}`, role: "option" });
    option.setAttribute("aria-selected", "false");
    const kind = Object.assign(document.createElement("span"), { className: "note", textContent: text(one.kind === "title" ? "composer.document" : "composer.heading") });
    option.append(Object.assign(document.createElement("span"), { textContent: one.text, dir: "auto" }), " ", kind);
    // Before the box loses the focus.
    option.addEventListener("pointerdown", (event) => { event.preventDefault(); take(one); });
    return option;
  }));
  if (found.length) announce(text("composer.found", { count: found.length }));
}

async function complete(typed) {
  request = new AbortController();
  const query = new URLSearchParams({ q: [...typed].slice(-MAX_CHARACTERS).join("") });
  for (const name of new FormData(form).getAll("collection").filter(Boolean)) query.append("collection", name);
  const response = await fetch(`${form.dataset.completions}?${query}`, { signal: request.signal }).catch(() => null);
  // A redirect leads to the form for signing in.
  if (!response?.ok || response.redirected) return;
  const { completions } = await response.json().catch(() => ({ completions: [] }));
  if (input.value === typed && document.activeElement === input) show(completions);
}

const KEYS = {
  ArrowDown: () => select(selected + 1),
  ArrowUp: () => select(selected < 0 ? -1 : selected - 1),
  Escape: close,
  Enter: () => take(found[selected]),
};

// A text box of several lines cannot be a combobox; these say the same of one.
input.setAttribute("aria-autocomplete", "list");
input.setAttribute("aria-controls", list.id);
input.setAttribute("aria-haspopup", "listbox");
list.setAttribute("aria-label", text("composer.completions"));
input.after(list);
input.addEventListener("input", (event) => {
  close();
  const typed = input.value, isAtEnd = input.selectionEnd === typed.length;
  if (event.isComposing || !isAtEnd || typed.trim().length < MIN_CHARACTERS) return;
  timer = setTimeout(() => complete(typed), DELAY_MS);
});
// Chrome says nothing more when the input of Japanese or Chinese has ended.
input.addEventListener("compositionend", () => input.dispatchEvent(new Event("input")));
input.addEventListener("keydown", (event) => {
  if (list.hidden || event.isComposing || !KEYS[event.key] || event.shiftKey) return;
  if (event.key === "Enter" && selected < 0) return close();
  event.preventDefault();
  event.stopImmediatePropagation();
  KEYS[event.key]();
});
input.addEventListener("blur", close);
form.addEventListener("submit", close);
