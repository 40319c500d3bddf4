// Adding a file, by a button or dropped onto the page, to ask about it as soon as it is published.
import { chooseDocument } from "./filter.js";
import { formatPercent, text } from "./messages.js";
import { hideNotice, notify } from "./notice.js";

const POLL_MS = 1_000, MAX_POLLS = 600, MEGABYTE = 1_000_000;
const form = document.querySelector(".ask"), input = document.getElementById("q");
const picker = Object.assign(document.createElement("input"), { type: "file", hidden: true });
const curtain = Object.assign(document.createElement("p"), { className: "drop", textContent: text("upload.drop"), hidden: true });
const wait = (duration) => new Promise((resolve) => { setTimeout(resolve, duration); });
const encodePath = (id) => id.split("/").map(encodeURIComponent).join("/");

// The query that names the collection; null if there are several and none is chosen.
function nameCollection() {
  const menu = form.querySelector("[name=collection]");
  if (!menu) return {};
  return menu.value ? { collection: menu.value } : null;
}

// Sends a file; fetch does not tell how much has been sent. The extension says what it is, and only then the browser.
function send(file, url) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let last = "";
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      const words = text("upload.uploading", { name: file.name, percent: formatPercent(Math.floor(loaded / total * 10) / 10) });
      if (words !== last) notify(last = words, { lasting: true });
    });
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", reject);
    request.open("PUT", url);
    request.setRequestHeader("Content-Type", file.name.includes(".") ? "application/octet-stream" : file.type || "application/octet-stream");
    // A file must not take the place of a document of the same name.
    request.setRequestHeader("If-None-Match", "*");
    request.send(file);
  });
}

const readJson = (words) => { try { return JSON.parse(words); } catch { return {}; } };

// Follows a job to its end; returns it, or the last that was seen of it.
async function follow(url, job) {
  let seen = job;
  for (let polls = 0; polls < MAX_POLLS && (seen.state === "queued" || seen.state === "building"); polls++) {
    await wait(POLL_MS);
    const response = await fetch(url).catch(() => null);
    if (response?.ok) seen = await response.json();
  }
  return seen;
}

// Waits until the document is served, which begins shortly after it is published; returns its title.
async function findTitle(url) {
  for (let polls = 0; polls < MAX_POLLS; polls++) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return (await response.json()).info.title;
    await wait(POLL_MS);
  }
  return "";
}

async function add(file) {
  const { name, size } = file, collection = nameCollection(), limit = Number(form.dataset.maxBytes);
  const fail = (key, values = {}) => notify(text(`upload.${key}`, { name, ...values }), { failed: true });
  if (collection === null) return fail("choose_collection");
  if (size > limit) return fail("too_large", { size: Math.ceil(size / MEGABYTE), limit: Math.floor(limit / MEGABYTE) });
  notify(text("upload.uploading", { name, percent: formatPercent(0) }), { lasting: true });
  const place = `${form.dataset.documents}/${encodePath(name)}`, query = new URLSearchParams(collection);
  const sent = await send(file, `${place}?${query}`).catch(() => null);
  if (!sent) return fail("not_sent");
  if (sent.status === 412) return fail("exists");
  const job = readJson(sent.responseText);
  if (sent.status !== 202) return fail("not_added", { reason: job.detail ?? text("upload.unknown_reason") });
  notify(text("upload.reading", { name }), { lasting: true });
  const { state, reason, problems = [] } = await follow(`${form.dataset.jobs}/${job.id}?${query}`, job);
  if (state === "held") return notify(text("upload.held", { name }));
  if (state === "failed" || problems.length) return fail("not_added", { reason: problems[0]?.reason ?? reason ?? text("upload.unknown_reason") });
  if (state !== "published") return fail("still_reading");
  const title = await findTitle(`${place}?${new URLSearchParams({ start: 0, end: 0, ...collection })}`) || name;
  chooseDocument(form, name, title);
  input.focus();
  return notify(text("upload.ready", { name: title }), { lasting: true });
}

const addOne = (files) => files.length === 1 ? add(files[0]) : notify(text("upload.one_file"));
const holdsFiles = ({ dataTransfer }) => [...dataTransfer?.types ?? []].includes("Files");

// A drag enters an element before it leaves the one around it.
let depth = 0;
const showCurtain = (by) => { depth = Math.max(0, depth + by); curtain.hidden = !depth; };
addEventListener("dragenter", (event) => holdsFiles(event) && showCurtain(1));
addEventListener("dragleave", (event) => holdsFiles(event) && showCurtain(-1));
addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
addEventListener("drop", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  showCurtain(-depth);
  addOne(event.dataTransfer.files);
});
picker.addEventListener("change", () => {
  addOne(picker.files);
  picker.value = "";
});
document.getElementById("add-file").addEventListener("click", () => picker.click());
form.addEventListener("submit", hideNotice);
document.body.append(picker, curtain);
