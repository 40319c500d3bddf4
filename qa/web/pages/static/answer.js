// What can be done with an answer: copying, and saying whether it is right.
import { newId } from "./history.js";
import { text } from "./messages.js";

const turns = document.getElementById("turns");

export const announce = (words) => { document.getElementById("announcement").textContent = words; };
export const dataOf = (turn) => JSON.parse(turn.dataset.turn);
export const post = (url, body, signal) => fetch(url, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal,
});

// Copies a text and says so on the button; returns whether the browser did it.
export async function copyText(button, words) {
  try {
    await navigator.clipboard.writeText(words);
  } catch { // browsers have no clipboard API on plain http from another machine
    const field = Object.assign(document.createElement("textarea"), { value: words });
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    button.focus();
    if (!isCopied) return false;
  }
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 2000);
  announce(text("notice.copied"));
  return true;
}

// Sends a verdict on an answer or a passage, in place of an earlier one, and shows it once it is stored.
export async function giveVerdict(button) {
  const passage = button.closest(".passage"), { request, answer } = dataOf(button.closest(".turn"));
  const press = (pressed) => passage.querySelectorAll("[data-do=verdict]").forEach((other) => {
    other.setAttribute("aria-pressed", other === pressed);
  });
  const before = passage.querySelector("[aria-pressed=true]"), { about } = button.dataset;
  // Sent again with the same id, a verdict replaces the earlier one.
  passage.dataset.feedback ??= newId();
  press(button);
  const { question, history: earlier = [] } = request;
  const body = { id: passage.dataset.feedback, question, history: earlier, passage: passage.dataset.passage, verdict: button.value, about,
    ...(about === "answer" && { answer: answer.answer.text }),
    ...(passage.dataset.collection && { collection: passage.dataset.collection }) };
  const response = await post(turns.dataset.feedback, body).catch(() => null);
  if (!response?.ok) press(before);
  announce(text(response?.ok ? "notice.saved" : "notice.not_saved"));
}

// Asks the server for questions that go on from an answer; shows those that were not asked before.
export async function showFollowUps(turn) {
  const place = turn.querySelector(".follow-ups[data-url]");
  if (!place) return;
  const response = await fetch(place.dataset.url).catch(() => null);
  place.removeAttribute("data-url");
  const html = response?.ok && !response.redirected && await response.text().catch(() => "");
  // Below an answer that another one follows by now they would push that away.
  if (!html || turn !== turns.lastElementChild) return;
  // The server escapes everything in its HTML fragments.
  place.innerHTML = html;
  const asked = new Set([...turns.querySelectorAll(".question")].map((one) => one.textContent.toLowerCase()));
  for (const link of place.querySelectorAll("a")) if (asked.has(link.textContent.toLowerCase())) link.parentElement.remove();
  if (!place.querySelector("a")) place.replaceChildren();
}

// Escape hides the explanation of a confidence until it is pointed at again.
document.addEventListener("keydown", ({ key }) => {
  const shown = key === "Escape" && document.querySelector(".confidence:is(:hover, :focus)");
  if (!shown) return;
  shown.classList.add("dismissed");
  for (const event of ["mouseleave", "blur"]) shown.addEventListener(event, () => shown.classList.remove("dismissed"), { once: true });
});
