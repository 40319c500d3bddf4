// The document view: a document with its evidence marked, on its own page or in the panel beside the conversation.

const WIDE = matchMedia("(min-width: 64rem)");

// Returns whether there is room for a panel; on a narrow screen a document is a page of its own.
export const hasRoomForPanel = () => WIDE.matches;

// Makes the evidence of a document view navigable (previous, next), starting at the mark with the id of the fragment.
export function enableNavigation(view, fragment) {
  const marks = [...view.querySelectorAll("mark[id]")];
  const links = [...view.querySelectorAll(".evidence a")];
  let current = Math.max(0, marks.findIndex((mark) => mark.id === fragment));
  const goTo = (place) => {
    current = (place + marks.length) % marks.length;
    marks.forEach((mark, n) => mark.classList.toggle("current", n === current));
    links.forEach((link, n) => n === current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));
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
