// A document and the evidence marked in it: on its own page, or in the panel beside the conversation.

const WIDE = matchMedia("(min-width: 64rem)");

// Whether there is room for a panel; where there is none, a document is a page of its own.
export const roomy = () => WIDE.matches;

// Previous and next evidence, and which one is being looked at, within one reader.
export function walk(reader, fragment) {
  const marks = [...reader.querySelectorAll("mark[id]")];
  const links = [...reader.querySelectorAll(".evidence a")];
  let at = Math.max(0, marks.findIndex((mark) => mark.id === fragment));
  const look = (place) => {
    at = (place + marks.length) % marks.length;
    marks.forEach((mark, n) => mark.classList.toggle("current", n === at));
    links.forEach((link, n) => n === at ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));
    marks[at].scrollIntoView({ block: "center" });
  };
  if (!marks.length) return;
  look(at);
  for (const button of reader.querySelectorAll("[data-step]")) {
    button.onclick = () => { look(at + Number(button.dataset.step)); marks[at].focus({ preventScroll: true }); };
  }
  links.forEach((link, n) => { link.onclick = (event) => { event.preventDefault(); look(n); }; });
}

// Shows a document in the panel; false where there is none to show.
export async function open(href, title) {
  const panel = document.getElementById("panel");
  const reply = await fetch(href);
  if (!reply.ok) return false;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  panel.querySelector("h2").textContent = title;
  panel.querySelector("a").href = href;
  panel.querySelector(".pages").replaceChildren(document.adoptNode(page.querySelector(".reader")));
  panel.hidden = false;
  walk(panel, new URL(href, location.href).hash.slice(1));
  panel.querySelector("h2").focus({ preventScroll: true });
  return true;
}

export function close() {
  document.getElementById("panel").hidden = true;
}

if (!document.getElementById("panel")) walk(document, location.hash.slice(1));
