// The list of conversations: by day, searched, renamed and deleted. On narrow screens it is a drawer (popover).
import { deleteConversations, listConversations, loadTurns, renameConversation, storeConversation } from "./history.js";
import { text } from "./messages.js";
import { notify } from "./notice.js";

const DAY_MS = 86_400_000, DELETED = "netsphere.deleted", SVG = "http://www.w3.org/2000/svg";
const ICONS = { rename: "M4 20h4L19 9l-4-4L4 16z", remove: "M6 6l12 12M18 6L6 18" };
const aside = document.getElementById("conversations"), list = aside.querySelector(".list"), search = aside.querySelector("input");
// The id of the conversation that is shown, whether one is being renamed, and the texts of those that were searched.
let current = null, isRenaming = false;
const texts = new Map();

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

function makeButton(action, title) {
  const button = make("button", { type: "button", className: "quiet", ariaLabel: text(`conversations.${action}`, { title }) });
  const icon = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[action]);
  icon.append(path);
  button.append(icon);
  button.dataset.do = action;
  return button;
}

function makeItem({ id, title }) {
  const link = make("a", { href: document.querySelector(".ask").getAttribute("action"), textContent: title, dir: "auto" });
  link.dataset.conversation = id;
  if (id === current) link.setAttribute("aria-current", "true");
  return make("li", {}, link, makeButton("rename", title), makeButton("remove", title));
}

const startOfDay = new Intl.DateTimeFormat("sv");
function findGroup(at) {
  const day = startOfDay.format(at);
  if (day === startOfDay.format(Date.now())) return "today";
  return day === startOfDay.format(Date.now() - DAY_MS) ? "yesterday" : "earlier";
}

const findLink = (id) => list.querySelector(`[data-conversation="${id}"]`);

// The words of a conversation without its markup, which a template neither runs nor loads.
function readText(id) {
  if (!texts.has(id)) {
    const template = document.createElement("template");
    texts.set(id, loadTurns(id).map(({ html, asked }) => {
      template.innerHTML = html ?? "";
      return asked?.question ?? template.content.textContent;
    }).join(" ").toLocaleLowerCase());
  }
  return texts.get(id);
}

function renderList() {
  // The field with the new name would be lost; its end draws the list.
  if (isRenaming) return;
  const held = list.contains(document.activeElement) && document.activeElement.closest("li")?.querySelector("a")?.dataset.conversation;
  const words = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean), all = listConversations();
  const chosen = all.filter(({ id, title }) => words.every((word) => title.toLocaleLowerCase().includes(word) || readText(id).includes(word)));
  aside.classList.toggle("empty", !all.length);
  const groups = new Map();
  for (const one of chosen) groups.set(findGroup(one.at), [...groups.get(findGroup(one.at)) ?? [], one]);
  list.replaceChildren(...[...groups].flatMap(([name, members]) => [
    make("h3", { textContent: text(`conversations.${name}`) }), make("ul", {}, ...members.map(makeItem)),
  ]));
  if (!chosen.length) list.append(make("p", { className: "note", textContent: text(all.length ? "conversations.none_found" : "conversations.none") }));
  if (held) (findLink(held) ?? search).focus();
}

// Shows the list anew, after a conversation has changed; ``id`` is the one that is shown.
export function showConversations(id) {
  current = id;
  texts.delete(id);
  renderList();
}

export const closeDrawer = () => aside.hidePopover && aside.matches(":popover-open") && aside.hidePopover();

// Deletes a conversation; what was deleted is kept until the next one, also while another page is loaded.
export function removeConversation(id) {
  const deleted = JSON.stringify({ id, stored: deleteConversations(id) });
  try { sessionStorage.setItem(DELETED, deleted); } catch { /* as with the conversations: no storage, or no room */ }
}

function takeDeleted() {
  try {
    const deleted = sessionStorage.getItem(DELETED);
    sessionStorage.removeItem(DELETED);
    return JSON.parse(deleted) ?? {};
  } catch { return {}; }
}

// Offers to take back what was deleted last.
export function offerUndo() {
  const { id, stored } = takeDeleted();
  if (!stored) return;
  notify(text("conversations.deleted", { title: stored.name || stored.title }), {
    action: text("conversations.undo"),
    run: () => {
      storeConversation(id, stored);
      renderList();
      findLink(id)?.focus();
    },
  });
}

// Puts a field in the place of a title; Enter and leaving it rename, Escape does not.
export function startRenaming(button) {
  const item = button.closest("li"), link = item.querySelector("a"), { conversation: id } = link.dataset;
  const field = make("input", { value: link.textContent, ariaLabel: text("conversations.name"), maxLength: 200, dir: "auto" });
  let isDone = false;
  isRenaming = true;
  const finish = (keeps) => {
    // Taking the field away makes it lose the focus once more.
    if (isDone) return;
    isDone = true;
    isRenaming = false;
    const name = field.value.trim(), hadFocus = document.activeElement === field;
    if (keeps && name && name !== link.textContent) renameConversation(id, name);
    renderList();
    if (hadFocus) findLink(id)?.focus();
  };
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || (event.key !== "Enter" && event.key !== "Escape")) return;
    event.preventDefault();
    event.stopPropagation();
    finish(event.key === "Enter");
  });
  field.addEventListener("blur", () => finish(true));
  item.replaceChildren(field);
  field.focus();
  field.select();
}

search.addEventListener("input", renderList);
// Another window has changed something, or may have while the browser kept this page.
function renderAgain() {
  texts.clear();
  renderList();
}
addEventListener("storage", renderAgain);
addEventListener("pageshow", ({ persisted }) => persisted && renderAgain());
