// The conversation: asking, what is shown meanwhile and when it fails, and the keyboard.
import { clear, exported, keep, kept, named, newId, read, setting } from "./shelf.js";
import { close, open, roomy } from "./reader.js";

const SLOW_MS = 2_000, LOST_MS = 60_000, MOST_TRIES = 4, MOST_TURNS = 20, BUSY = new Map([
  [429, "You have asked many questions in a short time."],
  [503, "The server is busy."],
]);
const TROUBLE = {
  offline: ["You are offline", "The question is kept here, and asked again as soon as you are back."],
  down: ["The server does not answer", "The question is kept here. Ask again in a moment; perhaps the server was stopped."],
  lost: ["There was no answer in time", "The question is kept here. Ask again, or ask it in fewer words."],
  cancelled: ["Cancelled", "The question is kept here."],
  left: ["Not answered yet", "The page was left before the answer came."],
};
const get = (id) => document.getElementById(id);
const turns = get("turns"), form = document.querySelector(".ask"), input = get("q"), panel = get("panel");
let conversation = newId(), busy = null, opener = null;

const say = (words) => { get("said").textContent = words; };
const copyOf = (id) => get(id).content.firstElementChild.cloneNode(true);
const given = (turn) => JSON.parse(turn.dataset.turn);
const answered = (before = null) => {
  const all = [...turns.children], end = before ? all.indexOf(before) : all.length;
  return all.slice(0, end).filter((turn) => turn.dataset.turn).map(given);
};
// The server escapes all that it puts into its pieces of pages, and the page's policy runs no script within them.
const parsed = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.querySelector(".turn");
};

// -- asking

function ask(asked, place = null) {
  if (busy) return say("One moment: the question before is still being answered.");
  const spoken = answered(place).slice(-MOST_TURNS).map(({ request, answer }) => ({
    question: request.question, ...(answer.answer && { answer: answer.answer.text }),
  }));
  const turn = copyOf("pending");
  turn.dataset.request = JSON.stringify(asked);
  turn.querySelector(".question").textContent = asked.question;
  if (place) place.replaceWith(turn);
  else {
    turns.append(turn);
    const link = `${form.getAttribute("action")}?${new URLSearchParams({ q: asked.question, ...(asked.literal && { literal: true }) })}`;
    history.pushState({ id: conversation, turn: turns.children.length - 1 }, "", link);
  }
  // A phone's keyboard would lie over the answer; and who asked by a link is led to it.
  if (document.activeElement !== input || matchMedia("(pointer: coarse)").matches) turn.focus({ preventScroll: true });
  turn.scrollIntoView({ block: "start" });
  keep(conversation, turns);
  return send(turn, { ...asked, history: spoken });
}

async function send(turn, request) {
  busy = new AbortController();
  const slow = setTimeout(() => wait(turn, "Still looking. It takes longer than usual; you can wait or cancel."), SLOW_MS);
  const lost = setTimeout(() => busy.abort("lost"), LOST_MS);
  const { signal } = busy;
  try {
    for (let tries = 1; ; tries++) {
      const reply = await fetch(turns.dataset.ask, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(request), signal,
      });
      if (reply.ok) return show(turn, await reply.text());
      if (!BUSY.has(reply.status) || tries === MOST_TRIES) return fail(turn, await refused(reply));
      await countdown(turn, BUSY.get(reply.status), Number(reply.headers.get("Retry-After")) || 2 ** tries, signal);
    }
  } catch {
    fail(turn, TROUBLE[signal.aborted ? signal.reason : navigator.onLine ? "down" : "offline"]);
    if (!navigator.onLine) addEventListener("online", () => turn.isConnected && again(turn), { once: true });
  } finally {
    clearTimeout(slow);
    clearTimeout(lost);
    busy = null;
  }
}

async function countdown(turn, why, seconds, signal) {
  say(`${why} The question is asked again in ${seconds} seconds.`);
  for (let left = seconds; left > 0; left--) {
    wait(turn, `${why} The question is kept, and asked again in ${left} s.`);
    await new Promise((done, stop) => {
      setTimeout(done, 1000);
      signal.addEventListener("abort", stop, { once: true });
    });
  }
  wait(turn, "Asking again …");
}

function wait(turn, words) {
  turn.querySelector(".waiting").textContent = words;
  turn.querySelector("[data-do=cancel]").hidden = false;
}

function show(turn, html) {
  const fresh = parsed(html), focused = turn.contains(document.activeElement);
  turn.replaceWith(fresh);
  if (focused) fresh.focus({ preventScroll: true });
  const { state } = history;
  if (turns.children[state.turn] === fresh && !state.panel) history.replaceState(state, "", fresh.dataset.link);
  say(fresh.dataset.said);
  named(fresh);
  keep(conversation, turns);
}

async function refused(reply) {
  const problem = await reply.json().catch(() => ({}));
  if (BUSY.has(reply.status)) return ["Still too busy", `${BUSY.get(reply.status)} The question is kept here; ask again later.`];
  if (reply.status < 500) return ["This cannot be asked", problem.detail ?? `The server refused it (${reply.status}).`];
  return ["The server failed", `It is not your question. The log has it under ${reply.headers.get("X-Request-ID")}.`];
}

function fail(turn, [title, words]) {
  const card = copyOf("failed"), focused = turn.contains(document.activeElement);
  card.querySelector("h3").textContent = title;
  card.querySelector("p").textContent = words;
  turn.querySelector(".answer").replaceWith(card);
  turn.classList.replace("pending", "unanswered");
  turn.removeAttribute("aria-busy");
  if (focused) turn.focus({ preventScroll: true });
  say(`${title}. ${words}`);
}

const again = (turn) => ask(JSON.parse(turn.dataset.request), turn);

// -- what can be done with an answer

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // not where the page comes by plain http from another machine
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 2000);
  say("Copied.");
}

async function judge(button) {
  const passage = button.closest(".passage"), { request } = given(button.closest(".turn"));
  const press = (pressed) => passage.querySelectorAll("[data-do=verdict]").forEach((other) => {
    other.setAttribute("aria-pressed", other === pressed);
  });
  const before = passage.querySelector("[aria-pressed=true]");
  passage.dataset.feedback ??= newId();
  press(button);
  const { question, history: spoken = [] } = request;
  const body = { id: passage.dataset.feedback, question, history: spoken, passage: passage.dataset.passage, verdict: button.value };
  const reply = await fetch(turns.dataset.feedback, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  }).catch(() => null);
  if (!reply?.ok) press(before);
  say(reply?.ok ? "Noted, thank you." : "It could not be noted; try again.");
  keep(conversation, turns);
}

async function unfold(link) {
  const state = { ...history.state, panel: link.getAttribute("href"), title: link.textContent };
  opener = link;
  if (await reopen(state)) history.pushState(state, "");
}

// What cannot be fetched is left to the browser, which says why.
async function reopen({ panel: href, title }) {
  const opened = await open(href, title).catch(() => false);
  if (!opened) location.assign(href);
  return opened;
}

function shut() {
  close();
  opener?.focus({ preventScroll: true });
}

const leave = () => history.state?.panel ? history.back() : shut();

function save(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

const DO = {
  cancel: () => busy?.abort("cancelled"),
  again: (button) => again(button.closest(".turn")),
  edit: (button) => {
    input.value = JSON.parse(button.closest(".turn").dataset.request).question;
    input.focus();
  },
  close: leave,
  verdict: judge,
  "copy-link": (button) => copy(button, location.origin + button.closest(".passage").dataset.link),
  "copy-citation": (button) => {
    const { citation, link } = button.closest(".passage").dataset;
    return copy(button, `${citation} ${location.origin}${link}`);
  },
  "export-markdown": () => save("conversation.md", exported.markdown(answered()), "text/markdown"),
  "export-json": () => save("conversation.json", exported.json(answered()), "application/json"),
  clear: () => confirm("Clear this conversation?") && (clear(conversation), location.assign(form.action)),
  "clear-all": () => confirm("Clear all conversations on this device?") && (clear(), location.assign(form.action)),
};

// -- what was kept

function restore(id) {
  conversation = id;
  turns.replaceChildren(...read(id).map((one) => {
    if (one.html) return parsed(one.html);
    const turn = copyOf("pending");
    turn.dataset.request = JSON.stringify(one.asked);
    turn.querySelector(".question").textContent = one.asked.question;
    fail(turn, TROUBLE.left);
    return turn;
  }));
  say("");
}

function earlier() {
  const section = get("earlier"), others = kept();
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
  if (!question || busy) return busy && say("One moment: the question before is still being answered.");
  input.value = "";
  ask({ question });
});

document.addEventListener("click", (event) => {
  const target = event.target.closest("a, button");
  const menu = document.querySelector(".menu");
  if (menu && (!menu.contains(event.target) || target?.matches("button"))) menu.open = false;
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (target.dataset.do) return DO[target.dataset.do](target);
  if (target.matches(".asks-this, .literally")) {
    const query = new URL(target.href).searchParams;
    event.preventDefault();
    ask({ question: query.get("q"), ...(query.has("literal") && { literal: true }) });
  } else if (target.matches(".open") && roomy()) {
    event.preventDefault();
    unfold(target);
  } else if (target.dataset.conversation) {
    event.preventDefault();
    restore(target.dataset.conversation);
    const last = turns.lastElementChild;
    history.pushState({ id: conversation, turn: turns.children.length - 1 }, "", last.dataset.link ?? location.href);
    last.focus({ preventScroll: true });
    last.scrollIntoView({ block: "start" });
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const { target, key } = event, typing = target.matches("input, textarea");
  if (key === "/" && !typing && get("slash").checked) {
    event.preventDefault();
    input.focus();
  } else if (key === "Escape") {
    const menu = document.querySelector(".menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); } else if (!panel.hidden) leave();
  } else if (key === "Enter" && target.matches(".passage")) {
    target.querySelector(".open").click();
  } else if ((key === "ArrowDown" || key === "ArrowUp") && (target === input || target.closest(".turn"))) {
    step(target, key === "ArrowDown" ? 1 : -1, event);
  }
});

// From the question to the first passage of the last answer, and from passage to passage.
function step(from, by, event) {
  const all = [...turns.querySelectorAll(".passage")], at = all.indexOf(from.closest(".passage"));
  const inside = from.closest(".turn") ?? turns.lastElementChild;
  const next = at >= 0 ? all[at + by] : inside?.querySelector(".passage");
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

addEventListener("popstate", async ({ state }) => {
  if (state?.id && state.id !== conversation && read(state.id).length) restore(state.id);
  if (state?.panel) return reopen(state);
  if (!panel.hidden) return shut();
  const turn = turns.children[state?.turn];
  if (!turn) return;
  turn.focus({ preventScroll: true });
  named(turn);
});

// -- beginning

get("slash").checked = setting("slash") !== "off";
get("slash").addEventListener("change", ({ target }) => setting("slash", target.checked ? "on" : "off"));
const before = history.state?.id;
if (before && read(before).length) restore(before);
else {
  history.replaceState({ id: conversation, turn: turns.children.length - 1 }, "");
  if (turns.children.length) keep(conversation, turns);
}
// Not where it would bring up a keyboard, nor where the page is to be shown from elsewhere on.
if (!turns.children.length && matchMedia("(pointer: fine)").matches) input.focus({ preventScroll: true });
if (history.state.panel && roomy()) reopen(history.state);
earlier();
