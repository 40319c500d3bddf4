// While changes wait to be built, what the page shows of them is brought up to date, without moving anything else.
const POLL_MS = 2_000;
const announcement = document.getElementById("announcement");

// Puts the parts of a newer page in place of those here; whoever is inside one, or has opened something in it, keeps it.
function replaceParts(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const newer = page.getElementById(part.id);
    const isUsed = part.contains(document.activeElement) || part.querySelector("details[open]");
    if (!newer) part.remove();
    else if (!isUsed || !("waiting" in newer.dataset)) part.replaceWith(document.importNode(newer, true));
  }
}

async function follow() {
  if (!document.querySelector("[data-waiting]")) return;
  // A server that is being restarted is asked again.
  const response = document.hidden ? null : await fetch(location.href).catch(() => null);
  if (response?.ok && !response.redirected) {
    replaceParts(new DOMParser().parseFromString(await response.text(), "text/html"));
    if (!document.querySelector("[data-waiting]")) announcement.textContent = announcement.dataset.finished;
  }
  setTimeout(follow, POLL_MS);
}

setTimeout(follow, POLL_MS);

// A second click would send the files again.
for (const form of document.querySelectorAll("form[enctype]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    button.textContent = button.dataset.sending;
    setTimeout(() => { button.disabled = true; });
  });
}
