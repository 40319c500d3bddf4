// One line on the page while documents are being changed, and after they were.
const POLL_MS = 15_000, BUSY_POLL_MS = 2_000;
const line = document.getElementById("updates");
let generation = line.dataset.generation;

function show(text) {
  line.textContent = text;
  line.hidden = !text;
}

async function lookForUpdates() {
  // A server that cannot tell is no reason to disturb a visitor.
  const response = document.hidden ? null : await fetch(line.dataset.url).catch(() => null);
  const found = response?.ok ? await response.json() : null;
  if (found?.waiting) show("The documents are being updated.");
  else if (found && found.generation !== generation) {
    generation = found.generation;
    show("The documents were updated. Answers are from the new version from now on.");
  } else if (found && line.textContent.includes("being")) show("");
  setTimeout(lookForUpdates, found?.waiting ? BUSY_POLL_MS : POLL_MS);
}

setTimeout(lookForUpdates, POLL_MS);
