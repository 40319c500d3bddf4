// The document view: a document with its evidence marked, on its own page or in the panel beside the conversation.

import { text } from "./messages.js";

const WIDE = matchMedia("(min-width: 64rem)");

// Returns whether there is room for a panel; on a narrow screen a document is a page of its own.
export const hasRoomForPanel = () => WIDE.matches;

const SVG = "http://www.w3.org/2000/svg";

// Frames the evidence on the picture of a page; the picture stays as it is if the server does not find its words.
async function drawBoxes(figure) {
  const response = await fetch(figure.dataset.boxes).catch(() => null);
  if (!response?.ok || response.redirected) return;
  const { width, height, boxes } = await response.json(), marks = JSON.parse(figure.dataset.marks);
  if (!boxes.length) return;
  const svg = document.createElementNS(SVG, "svg"), image = figure.querySelector("img");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  for (const { start, end, left, top, right, bottom } of boxes) {
    const rect = document.createElementNS(SVG, "rect");
    const place = { x: left - 1, y: top - 1, width: right - left + 2, height: bottom - top + 2, rx: 2 };
    for (const [name, value] of Object.entries(place)) rect.setAttribute(name, value);
    rect.dataset.mark = marks[`${start}-${end}`];
    svg.append(rect);
  }
  image.after(svg);
  image.alt += `, ${text("document.framed")}`;
}

// Prepares the pages of the original beside the text; returns a function that shows the page of a mark, by its id.
function enableOriginals(view) {
  const section = view.querySelector(".originals"), figures = [...view.querySelectorAll(".originals figure")];
  let current = null;
  const show = () => {
    for (const figure of figures) figure.hidden = !Object.values(JSON.parse(figure.dataset.marks)).includes(current);
    const rects = figures.flatMap((figure) => [...figure.querySelectorAll("rect")]);
    for (const rect of rects) rect.classList.toggle("current", rect.dataset.mark === current);
    const first = rects.find((rect) => rect.dataset.mark === current);
    if (!first) return;
    const distance = first.getBoundingClientRect().top - section.getBoundingClientRect().top;
    section.scrollTop += distance - section.clientHeight / 3;
  };
  for (const figure of figures) {
    const image = figure.querySelector("img"), isDrawn = () => image.complete && image.naturalWidth > 0;
    const draw = () => drawBoxes(figure).then(show);
    // A server that cannot draw pages still has the original. The picture may come, or fail, before this script does.
    const hide = () => { figure.querySelector(".paper").hidden = true; };
    image.addEventListener("error", hide);
    image.addEventListener("load", draw, { once: true });
    if (isDrawn()) draw(); else if (image.complete && image.currentSrc) hide();
  }
  return (mark) => { current = mark; show(); };
}

// Makes the evidence of a document view navigable (previous, next), starting at the mark with the id of the fragment.
export function enableNavigation(view, fragment) {
  const marks = [...view.querySelectorAll("mark[id]")];
  const links = [...view.querySelectorAll(".evidence li a")];
  const showPage = enableOriginals(view);
  let current = Math.max(0, marks.findIndex((mark) => mark.id === fragment));
  const goTo = (place) => {
    current = (place + marks.length) % marks.length;
    marks.forEach((mark, n) => mark.classList.toggle("current", n === current));
    links.forEach((link, n) => n === current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));
    showPage(marks[current].id);
    marks[current].scrollIntoView({ block: "center" });
  };
  if (!marks.length) return;
  goTo(current);
  for (const button of view.querySelectorAll("[data-step]")) {
    button.onclick = () => { goTo(current + Number(button.dataset.step)); marks[current].focus({ preventScroll: true }); };
  }
  links.forEach((link, n) => { link.onclick = (event) => { event.preventDefault(); goTo(n); }; });
}

// Shows a document in the panel and returns true; returns false if the server does not show it.
export async function openPanel(href, title) {
  const panel = document.getElementById("panel");
  const response = await fetch(href);
  // A redirect leads to the form for signing in.
  if (!response.ok || response.redirected) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  panel.querySelector("h2").textContent = title;
  panel.querySelector("a").href = href;
  panel.querySelector(".pages").replaceChildren(document.adoptNode(page.querySelector(".document-view")));
  panel.hidden = false;
  enableNavigation(panel, new URL(href, location.href).hash.slice(1));
  panel.querySelector("h2").focus({ preventScroll: true });
  return true;
}

export function closePanel() {
  document.getElementById("panel").hidden = true;
}

if (!document.getElementById("panel")) enableNavigation(document, location.hash.slice(1));
