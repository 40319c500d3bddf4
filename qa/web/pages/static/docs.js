// Lets a visitor try each request of the API. The key is kept in this page only, and forgotten with it.
const key = document.getElementById("key");

function buildUrl(form) {
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const input of form.querySelectorAll("[data-in]")) {
    const { in: place, name } = input.dataset;
    // A document id may hold slashes.
    if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(input.value).replaceAll("%2F", "/"));
    // A line of an input that may be repeated is a value.
    else if (place === "query") for (const value of input.value.split("\n")) if (value) query.append(name, value);
  }
  return form.dataset.root + path.slice(1) + (query.size ? `?${query}` : "");
}

function buildRequest(form) {
  const headers = {};
  if (key.value) headers.Authorization = `Bearer ${key.value}`;
  for (const input of form.querySelectorAll('[data-in="header"]')) if (input.value) headers[input.dataset.name] = input.value;
  const body = form.querySelector("textarea[data-body]");
  if (body) headers["Content-Type"] = form.querySelector("select").value;
  return { method: form.dataset.method, headers, body: body?.value, redirect: "manual" };
}

async function describe(response, url) {
  if (response.type === "opaqueredirect") return `The server leads to another page; open ${url} to follow it.`;
  const text = await response.text();
  const isJson = /^application\/([\w.-]+\+)?json/.test(response.headers.get("Content-Type") ?? "");
  const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  return `${response.status} ${response.statusText}\n${head}\n\n${isJson ? JSON.stringify(JSON.parse(text), null, 2) : text}`;
}

async function send(event) {
  event.preventDefault();
  const form = event.target, output = form.querySelector("output"), button = form.querySelector("button");
  const url = buildUrl(form);
  button.disabled = true;
  output.hidden = false;
  try {
    output.textContent = await describe(await fetch(url, buildRequest(form)), url);
  } catch (error) {
    output.textContent = `The request could not be sent: ${error.message}`;
  }
  button.disabled = false;
}

function showExample(event) {
  const option = event.target.selectedOptions[0];
  event.target.form.querySelector("textarea[data-body]").value = option.dataset.example;
}

for (const form of document.querySelectorAll("form.try")) {
  form.addEventListener("submit", send);
  form.querySelector("select")?.addEventListener("change", showExample);
  form.closest("details").hidden = false;
}
document.getElementById("sign").hidden = false;
