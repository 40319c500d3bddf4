// One line on the page while documents are being changed, and after they were.
import { text } from "./messages.js";

const POLL_MS = 15_000, BUSY_POLL_MS = 2_000;
const line = document.getElementById("updates");
let generation = line.dataset.generation;

function show(words) {
  line.textContent = words;
  line.hidden = !words;
}

async function lookForUpdates() {
  // A server that cannot tell is no reason to disturb a visitor.
  const response = document.hidden ? null : await fetch(line.dataset.url).catch(() => null);
  const found = response?.ok ? await response.json() : null;
  if (found?.waiting) show(text("waiting.updating"));
  else if (found && found.generation !== generation) {
    generation = found.generation;
    show(text("waiting.updated"));
  } else if (found && line.textContent === text("waiting.updating")) show("");
  setTimeout(lookForUpdates, found?.waiting ? BUSY_POLL_MS : POLL_MS);
}

setTimeout(lookForUpdates, POLL_MS);
