// Conversations in the local storage of this device: save, load, list, rename, delete. Nothing is sent anywhere.

const CONVERSATION_PREFIX = "netsphere:", SETTING_PREFIX = "netsphere.", MAX_QUESTIONS = 100;

export const newId = () => Date.now().toString(36) + Math.random().toString(36).slice(2, 10);

// Local storage may be unavailable (a private window, a full disk); questions are answered all the same.
const withStorage = (use, fallback) => {
  try { return use(localStorage); } catch { return fallback; }
};

// Returns a setting, or stores it if a value is given.
export function setting(name, value) {
  return withStorage((storage) => value === undefined ? storage.getItem(SETTING_PREFIX + name) : storage.setItem(SETTING_PREFIX + name, value), null);
}

// A conversation as it is stored: the title, which is the first question, a name that a visitor gave it, the time of the
// last change, the questions, and the turns. Those of earlier versions have no name and no questions.
const read = (id) => withStorage((storage) => JSON.parse(storage.getItem(CONVERSATION_PREFIX + id)), null);

// Titles and times, so that a long list is not read again with every answer; other windows change the storage, too.
let summaries = null;
const forget = () => { summaries = null; };
addEventListener("storage", forget);
// A page that the browser kept and shows again was told of no change meanwhile.
addEventListener("pageshow", ({ persisted }) => persisted && forget());
const summarize = ({ title, name, at }) => ({ title: name || title, at });

function readSummaries() {
  summaries ??= new Map(withStorage((storage) => Object.keys(storage).filter((key) => key.startsWith(CONVERSATION_PREFIX)), [])
    .map((key) => key.slice(CONVERSATION_PREFIX.length)).map((id) => [id, read(id)]).filter(([, stored]) => stored)
    .map(([id, stored]) => [id, summarize(stored)]));
  return summaries;
}

const put = (id, words) => withStorage((storage) => (storage.setItem(CONVERSATION_PREFIX + id, words), true), false);

// Stores a conversation; a full storage makes room by deleting the oldest ones, unless that is not enough.
export function storeConversation(id, stored) {
  const words = JSON.stringify(stored), removed = [];
  while (!put(id, words)) {
    const oldest = listConversations().findLast((other) => other.id !== id);
    if (!oldest) {
      for (const [other, kept] of removed) put(other, JSON.stringify(kept));
      summaries = null;
      return;
    }
    removed.push([oldest.id, deleteConversations(oldest.id)]);
  }
  readSummaries().set(id, summarize(stored));
}

// Stores answered turns as HTML and the others as their requests, so that no question is lost; returns the time.
export function saveConversation(id, turns) {
  const all = [...turns.children], questions = all.map((turn) => turn.querySelector(".question").textContent);
  const shown = all.map((turn) => turn.dataset.turn ? { html: turn.outerHTML } : { asked: JSON.parse(turn.dataset.request) });
  const at = Date.now();
  storeConversation(id, { title: questions[0], name: read(id)?.name, at, questions, turns: shown });
  return at;
}

// Returns when a conversation was last changed, in whichever window.
export const changedAt = (id) => read(id)?.at ?? 0;

export function renameConversation(id, name) {
  const stored = read(id);
  if (stored) storeConversation(id, { ...stored, name });
}

export const loadTurns = (id) => read(id)?.turns ?? [];

// Lists all conversations, the latest first.
export function listConversations() {
  return [...readSummaries()].map(([id, one]) => ({ id, ...one })).sort((one, other) => other.at - one.at);
}

// Lists the questions of all conversations, the last one first, each once.
export function listQuestions() {
  const all = listConversations().flatMap(({ id }) => { const { questions, title } = read(id) ?? {}; return (questions ?? [title]).toReversed(); });
  return [...new Set(all)].filter(Boolean).slice(0, MAX_QUESTIONS);
}

// Deletes one conversation and returns it, or all of them without an id.
export function deleteConversations(id) {
  const deleted = id && read(id), ids = id ? [id] : listConversations().map((one) => one.id);
  withStorage((storage) => ids.forEach((one) => storage.removeItem(CONVERSATION_PREFIX + one)));
  for (const one of ids) readSummaries().delete(one);
  return deleted;
}

export function setTitle(turn) {
  document.title = `${turn.querySelector(".question").textContent} · ${document.querySelector(".home").textContent.trim()}`;
}

// The words or their sentence, with a confidence of their own, if they are likely enough to be shown by themselves.
export const getHeadline = ({ answer }) => (answer && answer.kind !== "passage" ? answer : null);
