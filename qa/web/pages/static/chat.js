// The conversation: asking, the states while a question waits or fails, and the keyboard.
import { announce, copyText, dataOf, giveVerdict, post, showFollowUps } from "./answer.js";
import { readQuestion, write } from "./composer.js";
import { closeDrawer, offerUndo, removeConversation, showConversations, startRenaming } from "./conversations.js";
import { closePanel, hasRoomForPanel, openPanel } from "./document.js";
import { readFilter, writeFilter } from "./filter.js";
import { changedAt, deleteConversations, getHeadline, loadTurns, newId, saveConversation, setTitle } from "./history.js";
import { download, share } from "./menu.js";
import { text } from "./messages.js";
import { hideNotice } from "./notice.js";

const SLOW_MS = 2_000, TIMEOUT_MS = 60_000, MAX_TRIES = 4, MAX_HISTORY = 20;
// Responses that ask the client to come back later. This server sends neither for a question; a proxy before it may.
const BUSY = new Map([[429, text("waiting.many_questions")], [503, text("waiting.busy")]]);
const describeFailure = (name) => [text(`failure.${name}`), text(`failure.${name}_text`)];
const byId = (id) => document.getElementById(id);
const turns = byId("turns"), form = document.querySelector(".ask"), input = byId("q"), panel = byId("panel");
// The controller of the request under way, and the link that opened the panel, which gets the focus back.
let conversation = newId(), pending = null, opener = null;
// When this window last saved or loaded the conversation.
let seen = 0;

const cloneTemplate = (id) => byId(id).content.firstElementChild.cloneNode(true);
const save = () => {
  if (changedAt(conversation) > seen) { // another window has gone on with it: both are kept
    conversation = newId();
    history.replaceState({ ...history.state, id: conversation }, "");
  }
  seen = saveConversation(conversation, turns);
  showConversations(conversation);
};
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

// -- asking

function ask(request, place = null) {
  if (pending) return announce(text("waiting.one_moment"));
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
  save();
  return send(turn, { history: earlierTurns, ...request });
}

async function send(turn, body) {
  pending = new AbortController();
  const slow = setTimeout(() => showWaiting(turn, text("waiting.slow")), SLOW_MS);
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
    if (signal.reason === "left") return;
    showFailure(turn, describeFailure(signal.aborted ? signal.reason : navigator.onLine ? "unreachable" : "offline"));
    if (!navigator.onLine) addEventListener("online", () => turn.isConnected && askAgain(turn), { once: true });
  } finally {
    clearTimeout(slow);
    clearTimeout(timeout);
    pending = null;
  }
}

async function countDown(turn, reason, seconds, signal) {
  announce(text("waiting.will_be_sent", { reason, seconds }));
  for (let left = seconds; left > 0; left--) {
    showWaiting(turn, text("waiting.will_be_sent", { reason, seconds: left }));
    await new Promise((resolve, reject) => {
      setTimeout(resolve, 1000);
      signal.addEventListener("abort", reject, { once: true });
    });
  }
  showWaiting(turn, text("waiting.sending_again"));
}

function showWaiting(turn, words) {
  turn.querySelector(".waiting").textContent = words;
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
  keepTurn(answered);
}

// Stores the conversation, and again with the questions that go on from an answer.
function keepTurn(turn) {
  save();
  showFollowUps(turn).then(save);
}

async function describeProblem(response) {
  const problem = await response.json().catch(() => ({}));
  const requestId = response.headers.get("X-Request-ID");
  if (BUSY.has(response.status)) return [text("failure.still_busy"), text("failure.still_busy_text", { reason: BUSY.get(response.status) })];
  if (response.status === 401 || problem.code === "forbidden") return describeFailure("not_signed_in");
  if (response.status < 500) return [text("failure.invalid"), problem.detail ?? text("failure.rejected", { status: response.status })];
  // A proxy in front of the server may answer without the header.
  return [text("failure.server_error"), requestId ? text("failure.server_error_logged", { id: requestId }) : text("failure.server_error_text")];
}

function showFailure(turn, [title, words]) {
  const card = cloneTemplate("failed"), focused = turn.contains(document.activeElement);
  card.querySelector("h3").textContent = title;
  card.querySelector("p").textContent = words;
  turn.querySelector(".answer").replaceWith(card);
  turn.classList.replace("pending", "unanswered");
  turn.removeAttribute("aria-busy");
  if (focused) turn.focus({ preventScroll: true });
  announce(`${title}. ${words}`);
}

const askAgain = (turn) => ask(JSON.parse(turn.dataset.request), turn);

// -- the document beside the conversation

async function openDocument(link) {
  const state = { ...history.state, panel: link.getAttribute("href"), title: link.dataset.title ?? link.textContent };
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

// Deletes a conversation. The one that is shown makes room for the first page.
function remove(id) {
  removeConversation(id);
  if (id === conversation) return location.assign(form.action);
  showConversations(conversation);
  return offerUndo();
}

const ACTIONS = {
  cancel: () => pending?.abort("cancelled"),
  again: (button) => askAgain(button.closest(".turn")),
  edit: (button) => {
    write(JSON.parse(button.closest(".turn").dataset.request).question);
    input.focus();
  },
  close: leavePanel,
  verdict: (button) => giveVerdict(button).then(save),
  "copy-link": (button) => copyText(button, location.origin + button.closest(".passage").dataset.link),
  "copy-citation": (button) => {
    const { citation, link } = button.closest(".passage").dataset;
    return copyText(button, `${citation} ${location.origin}${link}`);
  },
  share,
  print: () => print(),
  export: download,
  rename: startRenaming,
  remove: (button) => remove(button.closest("li").querySelector("a").dataset.conversation),
  clear: () => remove(conversation),
  "clear-all": () => confirm(text("conversations.confirm_delete_all")) && (deleteConversations(), location.assign(form.action)),
};

// -- earlier conversations

function restoreConversation(id) {
  // It is stored as a question without an answer, which can be asked again.
  pending?.abort("left");
  conversation = id;
  seen = changedAt(id);
  turns.replaceChildren(...loadTurns(id).map((stored) => {
    if (stored.html) return parseTurn(stored.html);
    const turn = cloneTemplate("pending");
    turn.dataset.request = JSON.stringify(stored.asked);
    turn.querySelector(".question").textContent = stored.asked.question;
    showFailure(turn, describeFailure("interrupted"));
    return turn;
  }));
  announce("");
  showConversations(id);
}

// -- events

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = readQuestion();
  if (!question || pending) return pending && announce(text("waiting.one_moment"));
  write("");
  hideNotice();
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
    closeDrawer();
    if (!loadTurns(target.dataset.conversation).length) return showConversations(conversation);
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
  } else if ((key === "ArrowDown" || key === "ArrowUp") && ((target === input && !input.value) || target.closest(".turn"))) {
    moveFocus(target, key === "ArrowDown" ? 1 : -1, event);
  }
});

// Moves the focus from the question to the first passage of the last answer, and from passage to passage.
function moveFocus(from, by, event) {
  const all = [...turns.querySelectorAll(".passage")].filter((one) => one.checkVisibility()), at = all.indexOf(from.closest(".passage"));
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

const earlierId = history.state?.id;
if (earlierId && loadTurns(earlierId).length) restoreConversation(earlierId);
else {
  history.replaceState({ id: conversation, turn: turns.children.length - 1 }, "");
  if (turns.children.length) keepTurn(turns.lastElementChild);
  else showConversations(conversation);
}
// Not on a phone, where the focus would bring up the keyboard, and not on a page that starts with an answer.
if (!turns.children.length && matchMedia("(pointer: fine)").matches) input.focus({ preventScroll: true });
if (history.state.panel && hasRoomForPanel()) showPanel(history.state);
offerUndo();
if (form.dataset.documents) import("./upload.js");
if ("listens" in form.dataset) import("./speech.js");
