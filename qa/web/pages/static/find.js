// Search inside a document: all matches are highlighted without a change of its elements, so that its marks stay.
import { text } from "./messages.js";

const form = document.querySelector(".find-in"), field = form.querySelector("input"), count = form.querySelector("output");
const view = document.querySelector("article.document"), outline = document.querySelector(".outline");
let matches = [], current = -1;

// Returns the ranges of a query; white space in it matches any, and a match may go on from one element into the next.
function findRanges(query) {
  const nodes = [], starts = [];
  const walker = document.createTreeWalker(view, NodeFilter.SHOW_TEXT);
  let whole = "";
  while (walker.nextNode()) {
    nodes.push(walker.currentNode);
    starts.push(whole.length);
    whole += walker.currentNode.data;
  }
  const place = (offset) => {
    const at = starts.findLastIndex((start) => start <= offset);
    return [nodes[at], offset - starts[at]];
  };
  const pattern = query.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(/\s+/g, "\\s+");
  return [...whole.matchAll(new RegExp(pattern, "giv"))].map(({ index, 0: { length } }) => {
    const range = new Range();
    range.setStart(...place(index));
    const [node, offset] = place(index + length - 1);
    range.setEnd(node, offset + 1);
    return range;
  });
}

function show(place) {
  current = matches.length ? (place + matches.length) % matches.length : -1;
  count.textContent = !field.value.trim() ? "" : matches.length ? text("document.match", { number: current + 1, total: matches.length }) : text("document.no_match");
  CSS.highlights.set("found", new Highlight(...matches));
  const shown = new Highlight(...matches.slice(Math.max(current, 0), current + 1));
  shown.priority = 1;
  CSS.highlights.set("found-current", shown);
  matches[current]?.startContainer.parentElement.scrollIntoView({ block: "center" });
}

function find() {
  const query = field.value.trim();
  matches = query ? findRanges(query) : [];
  show(0);
}

if (globalThis.Highlight) {
  field.addEventListener("input", find);
  form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter") show(current + (event.shiftKey ? -1 : 1));
    if (event.key === "Escape") { field.value = ""; find(); }
  });
  for (const button of form.querySelectorAll("[data-find]")) {
    button.addEventListener("click", () => show(current + Number(button.dataset.find)));
  }
} else form.hidden = true; // a browser that cannot highlight finds by itself

// Beside the text there is room for all of it.
if (outline && matchMedia("(min-width: 84rem)").matches) outline.open = true;
