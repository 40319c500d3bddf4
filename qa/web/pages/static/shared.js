// A shared answer: what the link holds, shown only as far as the documents of this server say the same.
import { text } from "./messages.js";

const page = document.querySelector(".shared"), { root, verify, documents } = page.dataset, VERSION = 1;
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

async function inflate(held) {
  const bytes = Uint8Array.from(atob(held.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
}

const encodePath = (id) => id.split("/").map(encodeURIComponent).join("/");

function linkToPlace({ document: id, collection }, start, end, quote) {
  const query = new URLSearchParams({ at: `${start}-${end}`, quote, ...(collection && { collection }) });
  return `${root}documents/${encodePath(id)}?${query}#${start}-${end}`;
}

function linkToQuestion({ question, filter = {}, collection = [] }) {
  const query = new URLSearchParams({ q: question });
  for (const [field, value] of Object.entries(filter)) {
    if (Array.isArray(value)) for (const one of value) query.append(field, one);
    else for (const [bound, day] of Object.entries(value)) query.append(`${field}.${bound}`, day);
  }
  for (const one of collection) query.append("collection", one);
  return `${root}?${query}`;
}

// Returns what the server says of a quotation, or why it says nothing.
async function check({ document: id, sha256, start, end, text: words, collection }) {
  const body = JSON.stringify({ document: id, sha256, start, end, text: words, ...(collection && { collection }) });
  const response = await fetch(verify, { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
  if (!response) return { problem: text("shared.unreachable") };
  if (response.status === 401 || response.status === 403) return { problem: text("shared.needs_key") };
  return response.ok ? response.json() : { problem: text("shared.refused") };
}

// The title is the server's: the link could give any.
async function findTitle({ document: id, collection }) {
  const query = new URLSearchParams({ start: 0, end: 0, ...(collection && { collection }) });
  const response = await fetch(`${documents}/${encodePath(id)}?${query}`).catch(() => null);
  return (response?.ok && (await response.json()).info?.title) || id;
}

// Marks the parts of an answer in the words of a document; null if one of them is not there.
function markParts(words, parts) {
  const marked = [];
  let done = 0;
  for (const part of parts) {
    const start = words.indexOf(part, done);
    if (start < 0) return null;
    marked.push(words.slice(done, start), make("mark", { textContent: part }));
    done = start + part.length;
  }
  return [...marked, words.slice(done)];
}

async function showSource(item, source, parts) {
  const found = await check(source);
  if (found.problem) return item.replaceChildren(make("p", { className: "note", textContent: text("shared.unchecked", { reason: found.problem }) }));
  item.className = `source ${found.status}`;
  const verdict = make("p", { className: "verdict", textContent: text(`shared.${found.status}`) });
  if (found.status === "gone") return item.replaceChildren(verdict, make("p", { dir: "auto" }, make("s", { textContent: source.text })));
  const marked = markParts(found.text, parts), quote = make("blockquote", { dir: "auto" }, ...(marked ?? [found.text]));
  const link = make("a", { href: linkToPlace(source, found.start, found.end, found.text), textContent: await findTitle(source), dir: "auto" });
  item.replaceChildren(verdict, quote, make("p", {}, link));
  if (!marked) item.append(make("p", { className: "warning", textContent: text("shared.answer_changed") }));
}

async function showTurn(held) {
  const list = make("ul"), card = make("article", { className: "card" }, make("h2", { className: "question", textContent: held.question, dir: "auto" }));
  if (held.status === "not_found") card.append(make("p", { textContent: text("shared.not_found") }));
  else card.append(list);
  const pending = held.sources.map((source, place) => {
    const item = make("li", { className: "source", textContent: text("shared.checking") });
    list.append(item);
    return showSource(item, source, place ? [] : held.answer ?? []);
  });
  card.append(make("p", {}, make("a", { href: linkToQuestion(held), textContent: text("shared.ask_again") })));
  page.append(card);
  await Promise.all(pending);
}

async function show() {
  let held;
  try {
    held = JSON.parse(await inflate(location.hash.slice(1)));
    if (held.version !== VERSION || !held.turns.every((one) => one.question && Array.isArray(one.sources))) throw new TypeError(location.hash);
  } catch {
    return page.replaceChildren(make("p", { textContent: text("shared.broken") }));
  }
  const date = new Date(held.date), isDated = !Number.isNaN(date.getTime());
  const shown = isDated && date.toLocaleDateString(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
  page.replaceChildren(make("p", { textContent: isDated ? text("shared.intro", { date: shown }) : text("shared.intro_undated") }));
  await Promise.all(held.turns.map(showTurn));
  return page.append(make("p", { className: "note", textContent: text("shared.own_words") }));
}

addEventListener("hashchange", show);
show();
