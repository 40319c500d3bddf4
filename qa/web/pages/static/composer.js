// The box for the question: how it grows, how long a question may be, which keys send it, and what was asked before.
import "./completion.js";
import { listQuestions } from "./history.js";
import { text } from "./messages.js";

const WARN_BELOW = 100;
const form = document.querySelector(".ask"), input = document.getElementById("q"), count = document.getElementById("count");
const limit = input.maxLength;
// What the server takes off the ends of a question before it counts code points.
const BLANK = "(?:[^\\S\\uFEFF]|[\\x1c-\\x1f\\x85])+", ENDS = new RegExp(`^${BLANK}|${BLANK}$`, "g");
// The question of the past that is shown, and all of them, the last one first; none while something else is written.
let past = [], shown = -1;

export const readQuestion = () => input.value.replace(ENDS, "");

// Puts words into the box, as if they had been typed.
export function write(words) {
  input.value = words;
  input.setSelectionRange(words.length, words.length);
  update();
}

function update() {
  const left = limit - [...readQuestion()].length, message = left < 0 ? text("composer.too_long", { count: -left }) : "";
  count.hidden = left > WARN_BELOW;
  count.textContent = count.hidden ? "" : message || text("composer.left", { count: left });
  count.classList.toggle("exceeded", left < 0);
  // The form is not sent as long as there is a message.
  input.setCustomValidity(message);
  if (message) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
  if (!CSS.supports("field-sizing", "content")) {
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight + input.offsetHeight - input.clientHeight}px`;
  }
}

// Shows an earlier or a later question, as a shell does; returns whether there is one.
function recall(by) {
  if (!input.value) [past, shown] = [listQuestions(), -1];
  const next = shown + by;
  if (next < -1 || next >= past.length || (input.value && input.value !== past[shown])) return false;
  shown = next;
  write(past[next] ?? "");
  return true;
}

// Browsers cut at the limit without a word; the counter says it instead.
input.removeAttribute("maxlength");
input.addEventListener("input", update);
input.addEventListener("keydown", (event) => {
  const { key } = event;
  // Enter ends the input of Japanese or Chinese; Safari says so by the old code only.
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (key === "Enter") {
    // On a phone, too: its key says so (enterkeyhint), and a question is one sentence as a rule.
    event.preventDefault();
    form.requestSubmit();
  } else if ((key === "ArrowUp" && recall(1)) || (key === "ArrowDown" && input.value && recall(-1))) {
    event.preventDefault();
    event.stopPropagation();
  }
});
update();
