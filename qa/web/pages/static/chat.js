// The conversation: asking, the states while a question waits or fails, and the keyboard.
import {
  deleteConversations, exportAs, getHeadline, listConversations, loadTurns, newId, saveConversation, setTitle, setting,
} from "./history.js";
import { closePanel, hasRoomForPanel, openPanel } from "./document.js";

const SLOW_MS = 2_000, TIMEOUT_MS = 60_000, MAX_TRIES = 4, MAX_HISTORY = 20;
// Responses that ask the client to come back later. This server sends neither for a question; a proxy before it may.
const BUSY = new Map([
  [429, "You have asked many questions in a short time."],
  [503, "The server is busy."],
]);
const FAILURES = {
  offline: ["You are offline", "The question is saved and will be sent as soon as you are back online."],
  unreachable: ["The server is unreachable", "The question is saved. Try again in a moment; the server may have been stopped."],
  timeout: ["The request timed out", "The question is saved. Try again, or ask it in fewer words."],
  cancelled: ["Cancelled", "The question is saved."],
  interrupted: ["Not answered yet", "The page was closed before the answer arrived."],
};
const byId = (id) => document.getElementById(id);
const turns = byId("turns"), form = document.querySelector(".ask"), input = byId("q"), panel = byId("panel");
// The controller of the request under way, and the link that opened the panel, which gets the focus back.
let conversation = newId(), pending = null, opener = null;

const announce = (text) => { byId("announcement").textContent = text; };
const cloneTemplate = (id) => byId(id).content.firstElementChild.cloneNode(true);
const dataOf = (turn) => JSON.parse(turn.dataset.turn);
const answeredTurns = (before = null) => {
  const all = [...turns.children], end = before ? all.indexOf(before) : all.length;
  return all.slice(0, end).filter((turn) => turn.dataset.turn).map(dataOf);
};
// The server escapes everything in its HTML fragments, and the page's content security policy runs no inline script.
const parseTurn = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.querySelector(".turn");
};

// -- the filter and the collections, as the API takes them; what is left empty is no condition

const FILTERED = ["document", "folder", "tag", "format", "language", "author", "date.from", "date.to"];
function readFilter(parameters) {
  const filter = {};
  for (const name of FILTERED) {
    const values = parameters.getAll(name).filter(Boolean), [field, bound] = name.split(".");
    if (values.length) filter[field] = bound ? { ...filter[field], [bound]: values[0] } : values;
  }
  const collection = parameters.getAll("collection").filter(Boolean);
  return { ...(Object.keys(filter).length && { filter }), ...(collection.length && { collection }) };
}
function writeFilter(query, { filter = {}, collection = [] }) {
  for (const name of collection) query.append("collection", name);
  for (const [field, values] of Object.entries(filter)) {
    if (Array.isArray(values)) for (const value of values) query.append(field, value);
    else for (const [bound, day] of Object.entries(values)) query.append(`${field}.${bound}`, day);
  }
}

// -- asking

function ask(request, place = null) {
  if (pending) return announce("One moment: the previous question is still being answered.");
  const earlierTurns = answeredTurns(place).slice(-MAX_HISTORY).map(({ request: earlier, answer }) => ({
    question: earlier.question, ...(getHeadline(answer) && { answer: getHeadline(answer).text }),
  }));
  const turn = cloneTemplate("pending");
  turn.dataset.request = JSON.stringify(request);
  turn.querySelector(".question").textContent = request.question;
  if (place) place.replaceWith(turn);
  else {
    turns.append(turn);
    const query = new URLSearchParams({ q: request.question, ...(request.literal && { literal: true }) });
    writeFilter(query, request);
    history.pushState({ id: conversation, turn: turns.children.length - 1 }, "", `${form.getAttribute("action")}?${query}`);
  }
  // A phone's keyboard would cover the answer; and whoever asked with a link expects the focus to follow.
  if (document.activeElement !== input || matchMedia("(pointer: coarse)").matches) turn.focus({ preventScroll: true });
  turn.scrollIntoView({ block: "start" });
  saveConversation(conversation, turns);
  return send(turn, { history: earlierTurns, ...request });
}

const post = (url, body, signal) => fetch(url, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal,
});

async function send(turn, body) {
  pending = new AbortController();
  const slow = setTimeout(() => showWaiting(turn, "Still searching. This takes longer than usual; you can wait or cancel."), SLOW_MS);
  const timeout = setTimeout(() => pending.abort("timeout"), TIMEOUT_MS);
  const { signal } = pending;
  try {
    for (let tries = 1; ; tries++) {
      const response = await post(turns.dataset.ask, body, signal);
      if (response.ok) return showAnswer(turn, await response.text());
      if (!BUSY.has(response.status) || tries === MAX_TRIES) return showFailure(turn, await describeProblem(response));
      await countDown(turn, BUSY.get(response.status), Number(response.headers.get("Retry-After")) || 2 ** tries, signal);
    }
  } catch {
    showFailure(turn, FAILURES[signal.aborted ? signal.reason : navigator.onLine ? "unreachable" : "offline"]);
    if (!navigator.onLine) addEventListener("online", () => turn.isConnected && askAgain(turn), { once: true });
  } finally {
    clearTimeout(slow);
    clearTimeout(timeout);
    pending = null;
  }
}

async function countDown(turn, reason, seconds, signal) {
  announce(`${reason} The question will be sent again in ${seconds} seconds.`);
  for (let left = seconds; left > 0; left--) {
    showWaiting(turn, `${reason} The question is saved and will be sent again in ${left} s.`);
    await new Promise((resolve, reject) => {
      setTimeout(resolve, 1000);
      signal.addEventListener("abort", reject, { once: true });
    });
  }
  showWaiting(turn, "Sending again …");
}

function showWaiting(turn, text) {
  turn.querySelector(".waiting").textContent = text;
  turn.querySelector("[data-do=cancel]").hidden = false;
}

function showAnswer(turn, html) {
  const answered = parseTurn(html), focused = turn.contains(document.activeElement);
  turn.replaceWith(answered);
  if (focused) answered.focus({ preventScroll: true });
  const { state } = history;
  if (turns.children[state.turn] === answered && !state.panel) history.replaceState(state, "", answered.dataset.link);
  announce(answered.dataset.announcement);
  setTitle(answered);
  saveConversation(conversation, turns);
}

async function describeProblem(response) {
  const problem = await response.json().catch(() => ({}));
  const requestId = response.headers.get("X-Request-ID");
  if (BUSY.has(response.status)) return ["Still busy", `${BUSY.get(response.status)} The question is saved; try again later.`];
  if (response.status === 401 || problem.code === "forbidden") return ["Not signed in", "Your key is missing or no longer valid. Reload the page to sign in; the question is saved."];
  if (response.status < 500) return ["Invalid question", problem.detail ?? `The server rejected it with status ${response.status}.`];
  // A proxy in front of the server may answer without the header.
  return ["Server error", `Your question is not the cause. ${requestId ? `The server's log has details under the request id ${requestId}.` : "Try again later."}`];
}

function showFailure(turn, [title, text]) {
  const card = cloneTemplate("failed"), focused = turn.contains(document.activeElement);
  card.querySelector("h3").textContent = title;
  card.querySelector("p").textContent = text;
  turn.querySelector(".answer").replaceWith(card);
  turn.classList.replace("pending", "unanswered");
  turn.removeAttribute("aria-busy");
  if (focused) turn.focus({ preventScroll: true });
  announce(`${title}. ${text}`);
}

const askAgain = (turn) => ask(JSON.parse(turn.dataset.request), turn);

// -- what can be done with an answer

async function copyText(button, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // browsers have no clipboard API on plain http from another machine
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 2000);
  announce("Copied.");
}

async function giveVerdict(button) {
  const passage = button.closest(".passage"), { request } = dataOf(button.closest(".turn"));
  const press = (pressed) => passage.querySelectorAll("[data-do=verdict]").forEach((other) => {
    other.setAttribute("aria-pressed", other === pressed);
  });
  const before = passage.querySelector("[aria-pressed=true]");
  // Sent again with the same id, a verdict replaces the earlier one.
  passage.dataset.feedback ??= newId();
  press(button);
  const { question, history: earlier = [] } = request;
  const body = { id: passage.dataset.feedback, question, history: earlier, passage: passage.dataset.passage, verdict: button.value,
    ...(passage.dataset.collection && { collection: passage.dataset.collection }) };
  const response = await post(turns.dataset.feedback, body).catch(() => null);
  if (!response?.ok) press(before);
  announce(response?.ok ? "Saved, thank you." : "Your feedback could not be saved; try again.");
  saveConversation(conversation, turns);
}

async function openDocument(link) {
  const state = { ...history.state, panel: link.getAttribute("href"), title: link.textContent };
  opener = link;
  if (await showPanel(state)) history.pushState(state, "");
}

// If the document cannot be fetched, the browser goes to its page and shows why.
async function showPanel({ panel: href, title }) {
  const opened = await openPanel(href, title).catch(() => false);
  if (!opened) location.assign(href);
  return opened;
}

function hidePanel() {
  closePanel();
  opener?.focus({ preventScroll: true });
}

// Closing is the same as going back, so that Back never opens the panel again.
const leavePanel = () => history.state?.panel ? history.back() : hidePanel();

function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

const ACTIONS = {
  cancel: () => pending?.abort("cancelled"),
  again: (button) => askAgain(button.closest(".turn")),
  edit: (button) => {
    input.value = JSON.parse(button.closest(".turn").dataset.request).question;
    input.focus();
  },
  close: leavePanel,
  verdict: giveVerdict,
  "copy-link": (button) => copyText(button, location.origin + button.closest(".passage").dataset.link),
  "copy-citation": (button) => {
    const { citation, link } = button.closest(".passage").dataset;
    return copyText(button, `${citation} ${location.origin}${link}`);
  },
  "export-markdown": () => download("conversation.md", exportAs.markdown(answeredTurns()), "text/markdown"),
  "export-json": () => download("conversation.json", exportAs.json(answeredTurns()), "application/json"),
  clear: () => confirm("Delete this conversation?") && (deleteConversations(conversation), location.assign(form.action)),
  "clear-all": () => confirm("Delete all conversations on this device?") && (deleteConversations(), location.assign(form.action)),
};

// -- earlier conversations

function restoreConversation(id) {
  conversation = id;
  turns.replaceChildren(...loadTurns(id).map((stored) => {
    if (stored.html) return parseTurn(stored.html);
    const turn = cloneTemplate("pending");
    turn.dataset.request = JSON.stringify(stored.asked);
    turn.querySelector(".question").textContent = stored.asked.question;
    showFailure(turn, FAILURES.interrupted);
    return turn;
  }));
  announce("");
}

function listEarlier() {
  const section = byId("earlier"), others = listConversations();
  if (!section || !others.length) return;
  section.querySelector("ul").replaceChildren(...others.map(({ id, title }) => {
    const item = document.createElement("li"), link = Object.assign(document.createElement("a"), { href: form.action, textContent: title, dir: "auto" });
    link.dataset.conversation = id;
    item.append(link);
    return item;
  }));
  section.hidden = false;
}

// -- events

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = input.value.trim();
  if (!question || pending) return pending && announce("One moment: the previous question is still being answered.");
  input.value = "";
  ask({ question, ...readFilter(new FormData(form)) });
});

document.addEventListener("click", (event) => {
  const target = event.target.closest("a, button");
  const menu = document.querySelector(".menu");
  if (menu && (!menu.contains(event.target) || target?.matches("button"))) menu.open = false;
  // With a modifier key, a click on a link opens a new tab or window.
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (target.dataset.do) return ACTIONS[target.dataset.do](target);
  if (target.matches(".asks-this, .search-literally")) {
    const query = new URL(target.href).searchParams;
    event.preventDefault();
    // A suggested question says all that it asks, and is known to be answered when it is asked by itself.
    const alone = target.matches(".asks-this") && { history: [] };
    ask({ question: query.get("q"), ...alone, ...(query.has("literal") && { literal: true }), ...readFilter(query) });
  } else if (target.matches(".open") && hasRoomForPanel()) {
    event.preventDefault();
    openDocument(target);
  } else if (target.dataset.conversation) {
    event.preventDefault();
    restoreConversation(target.dataset.conversation);
    const last = turns.lastElementChild;
    history.pushState({ id: conversation, turn: turns.children.length - 1 }, "", last.dataset.link ?? location.href);
    last.focus({ preventScroll: true });
    last.scrollIntoView({ block: "start" });
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const { target, key } = event, typing = target.matches("input, textarea");
  if (key === "/" && !typing && byId("slash").checked) {
    event.preventDefault();
    input.focus();
  } else if (key === "Escape") {
    const menu = document.querySelector(".menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); } else if (!panel.hidden) leavePanel();
  } else if (key === "Enter" && target.matches(".passage")) {
    target.querySelector(".open").click();
  } else if ((key === "ArrowDown" || key === "ArrowUp") && (target === input || target.closest(".turn"))) {
    moveFocus(target, key === "ArrowDown" ? 1 : -1, event);
  }
});

// Moves the focus from the question to the first passage of the last answer, and from passage to passage.
function moveFocus(from, by, event) {
  const all = [...turns.querySelectorAll(".passage")], at = all.indexOf(from.closest(".passage"));
  const inside = from.closest(".turn") ?? turns.lastElementChild;
  const next = at >= 0 ? all[at + by] : inside?.querySelector(".passage");
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

addEventListener("popstate", async ({ state }) => {
  if (state?.id && state.id !== conversation && loadTurns(state.id).length) restoreConversation(state.id);
  if (state?.panel) return showPanel(state);
  if (!panel.hidden) return hidePanel();
  const turn = turns.children[state?.turn];
  if (!turn) return;
  turn.focus({ preventScroll: true });
  setTitle(turn);
});

// -- start

byId("slash").checked = setting("slash") !== "off";
byId("slash").addEventListener("change", ({ target }) => setting("slash", target.checked ? "on" : "off"));
const earlierId = history.state?.id;
if (earlierId && loadTurns(earlierId).length) restoreConversation(earlierId);
else {
  history.replaceState({ id: conversation, turn: turns.children.length - 1 }, "");
  if (turns.children.length) saveConversation(conversation, turns);
}
// Not on a phone, where the focus would bring up the keyboard, and not on a page that starts with an answer.
if (!turns.children.length && matchMedia("(pointer: fine)").matches) input.focus({ preventScroll: true });
if (history.state.panel && hasRoomForPanel()) showPanel(history.state);
listEarlier();
