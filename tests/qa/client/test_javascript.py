"""The JavaScript client in Node: against a real server process, and its rules for sending again with its own replies."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.qa.client.conftest import TEXT
from tests.qa.web.documents.served import KEY, Served

CLIENT = Path(__file__).parents[3] / "qa" / "client" / "javascript" / "netsphere.js"
PRELUDE = f"""
import assert from "node:assert/strict";
import {{ ApiError, Client, ConnectionFailed, JobNotFinished, UnexpectedResponse, sliceText }} from "{CLIENT.as_uri()}";
"""
REAL = f"""
const client = new Client(process.argv[1], {{ key: "{KEY}" }});
const question = "Where do cats sleep?";
const answer = await client.ask(question, {{ top_k: 1, timeout_ms: 60_000 }});
assert.equal(answer.passages[0].text, "{TEXT}");
const page = await fetch(client.linkTo(answer.passages[0]));
assert.match(await page.text(), /<mark/);
const [first, second] = await client.askMany([{{ question, mode: "fast" }}, question]);
assert.deepEqual([first.question, second.question], [question, question]);
assert.ok((await client.listDocuments({{ limit: 200 }})).total >= 1);
const listed = await client.listDocuments({{ filter: {{ format: ["txt"], document: "cats*" }}, facets: ["format", "folder"] }});
assert.deepEqual([listed.total, listed.facets.format], [1, [{{ value: "txt", count: 1 }}]]);
assert.equal((await client.listDocuments({{ filter: {{ date: {{ from: "2020" }} }} }})).total, 0);
assert.equal((await client.ask(question, {{ filter: {{ format: "epub" }} }})).reason, "filtered_out");
assert.equal((await client.getDocument("cats.txt", {{ start: 5, end: 10 }})).text, "sleep");
const page404 = {{ code: "page_not_found" }};
await assert.rejects(client.getPage("cats.txt", 1, {{ spans: [{{ start: 0, end: 4 }}] }}), page404);
await assert.rejects(client.getPagePicture("cats.txt", 1), page404);
const pdfPage = await client.getPage("owls.pdf", 1, {{ spans: [{{ start: 0, end: 4 }}] }});
assert.deepEqual([pdfPage.document, pdfPage.page, pdfPage.pages, pdfPage.boxes.length], ["owls.pdf", 1, 1, 1]);
assert.equal((await client.getPagePicture("owls.pdf", 1)).type, "image/png");
await client.waitForJob(await client.putDocument("js/pages/1", {{ text: "One line." }}));
assert.equal((await client.getDocument("js/pages/1")).text, "One line.");
await client.waitForJob(await client.deleteDocument("js/pages/1"));
assert.equal((await client.verify({{ document: "cats.txt", start: 0, end: 4, text: "Cats" }})).status, "valid");
assert.equal((await client.giveFeedback({{ question, passage: answer.passages[0].id, verdict: "right" }})).verdict, "right");
assert.ok((await client.exportFeedback()).some((one) => one.question === question));
assert.equal((await client.getIndex()).generation, (await client.getUpdates()).generation);
assert.equal((await client.checkAlive()).status, "alive");
assert.ok((await client.checkReady()).legs.dense);
assert.match(await client.getMetrics(), /^# HELP/);
assert.match((await client.getOpenapi()).openapi, /^3\\.1/);
for (const name of ["js/a b#1?.txt", "100% 猫.txt"]) {{
  const job = await client.waitForJob(await client.putDocument(name, {{ text: "🐝 Bees buzz." }}));
  assert.equal(job.state, "published");
  const document = await client.getDocument(name);
  assert.equal(sliceText(document.text, 2, 6), "Bees");
  await client.waitForJob(await client.deleteDocument(name, {{ ifMatch: document.info.sha256 }}));
  await assert.rejects(client.getDocument(name), {{ name: "ApiError", code: "document_not_found", status: 404 }});
}}
await client.uploadDocument("js.md", "# Owls\\n\\nOwls hunt.");
await client.uploadDocuments({{ 'js "files"/one.txt': new Blob(["One."]), "js two.md": new Blob(["Two."]), "js\\\\b.txt": new Blob(["B."]) }});
const job = await client.waitForJob(await client.writeDocuments([{{ id: "js", text: "Three." }}, {{ id: "js.md", delete: true }}]));
assert.deepEqual([job.state, (await client.listJobs(1))[0].id], ["published", job.id]);
assert.equal((await client.getDocument('js "files"/one.txt')).text, "One.");
assert.equal((await client.getDocument("js\\\\b.txt")).text, "B.");
const lines = ['js "files"/one.txt', "js two.md", "js\\\\b.txt", "js"].map((id) => ({{ id, delete: true }}));
await client.waitForJob(await client.writeDocuments(lines));
await assert.rejects(client.putDocument("cats.txt", {{ text: "x" }}, {{ ifNoneMatch: "*" }}), {{ code: "precondition_failed" }});
await assert.rejects(client.publishJob("999"), (error) => error.code === "job_not_found" && Boolean(error.requestId));
"""
RULES = """
const slept = [];
const FINE = { generation: "g1", waiting: 0, id: "1", state: "queued", status: "ready", legs: {} };
const reply = (status, code, headers = {}) => () =>
  new Response(JSON.stringify(code ? { code, detail: "No." } : FINE), { status, headers });
const fails = (name, code) => () => {
  throw Object.assign(new TypeError("fetch failed"), { name, cause: Object.assign(new Error(code), { code }) });
};
async function count(method, ...replies) {
  let sent = 0;
  const fetch = async (...request) => replies[sent++](...request);
  const client = new Client("http://s/p/", { fetch, sleep: async (ms) => slept.push(ms), random: () => 0.5, retries: 2 });
  const error = await method(client).then(() => null, (reason) => reason);
  return [sent, error];
}
const read = (client) => client.getUpdates();
const write = (client) => client.putDocument("a", { text: "b" });
const probe = (client) => client.checkReady();
const fine = reply(200);
for (const [method, first, sent] of [
  [read, reply(503, "overloaded"), 2], [read, reply(429, "rate_limited"), 2], [read, reply(502), 2],
  [read, fails("TypeError", "ECONNREFUSED"), 2], [read, fails("TypeError", "ECONNRESET"), 2],
  [read, fails("TimeoutError"), 1], [read, reply(503, "deadline_exceeded"), 1], [read, reply(500, "internal_error"), 1],
  [write, reply(503, "overloaded"), 2], [write, reply(429, "rate_limited"), 2], [write, fails("TypeError", "ECONNREFUSED"), 2],
  [write, reply(503, "not_stored"), 1], [write, reply(503), 1], [write, reply(502), 1], [write, reply(503, 5), 1],
  [write, fails("TypeError", "ECONNRESET"), 1], [write, fails("TimeoutError"), 1],
  [probe, reply(503, "not_ready"), 1], [probe, fails("TypeError", "ECONNREFUSED"), 1],
]) {
  const [count_, error] = await count(method, first, fine);
  assert.equal(count_, sent, `${method} ${first}`);
  assert.equal(error === null, sent === 2);
}
slept.length = 0;
const refused = reply(503, "overloaded", { "Retry-After": "3" });
const [sent, error] = await count(read, refused, reply(503, "not_ready"), reply(503, "not_ready"));
assert.deepEqual([sent, error.code, slept], [3, "not_ready", [3125, 500]]);
assert.equal((await count(read, reply(503, "overloaded", { "Retry-After": "31" }), fine))[0], 1);
assert.equal((await count(write, fails("TypeError", "ECONNRESET")))[1].mayHaveSucceeded, true);
const problem = await count(read, reply(422, "out_of_bounds", { "X-Request-ID": "r-1" }));
assert.equal(problem[1].message, "No. (out_of_bounds, status 422, request r-1)");
assert.ok((await count(read, () => new Response("<html>", { status: 200 })))[1] instanceof UnexpectedResponse);
for (const body of ["<html>", '{"code":5}', '{"code":{"a":1}}', "null"]) {
  const [, { code, message }] = await count(read, () => new Response(body, { status: 500 }));
  assert.deepEqual([code, message], [null, "http://s answered 500  without a problem (status 500)"]);
}
const waiting = Array(9).fill(() => new Response(JSON.stringify({ id: "1", state: "queued" })));
for (const [method, body, why] of [
  [read, "<html>", /is http:\\/\\/s\\/p the address of a Netsphere server/], [read, "[]", /an object was expected, not array/],
  [read, "null", /an object was expected, not null/], [read, '{"generation": 1}', /generation should be string, not number/],
  [write, '{"id": "1"}', /state should be string, not undefined/], [(client) => client.ask("Who?"), "{}", /status should be string/],
  [(client) => client.askMany(["Who?"]), '{"answers": {}}', /answers should be array, not object/],
  [(client) => client.getMetrics(), "<html>", /a text was expected, not a page/],
]) {
  const [, error] = await count(method, () => new Response(body, { headers: { "Content-Type": "text/html" } }));
  assert.ok(error instanceof UnexpectedResponse, String(error));
  assert.match(error.message, why);
}
const page = { document: "a.pdf", page: 1, pages: 2, start: 0, end: 9, width: 600, height: 800, boxes: [] };
const document = { info: { id: "a/pages/1" }, text: "One line.", passages: [] };
for (const [method, body, why] of [
  [(client) => client.getPage("a.pdf", 1, { spans: [{ start: 0, end: 4 }] }), page],
  [(client) => client.getDocument("a/pages/1"), document],
  [(client) => client.putDocument("a/pages/1", { text: "One line." }), FINE],
  [(client) => client.getPage("a.pdf", 1), FINE, /page should be number, not undefined/],
  [(client) => client.getDocument("a/pages/1"), { ...document, text: 1 }, /text should be string, not number/],
  [(client) => client.getDocument("a"), page, /info should be object, not undefined/],
]) {
  const [, error] = await count(method, () => new Response(JSON.stringify(body)));
  why ? assert.match(error.message, why) : assert.equal(error, null);
}
assert.ok((await count((client) => client.waitForJob("1", 150), ...waiting))[1] instanceof JobNotFinished);
const keyed = new Client("http://s/p/", { key: "k", fetch: async (url, init) => {
  assert.deepEqual([url, init.headers.Authorization], ["http://s/p/v1/jobs/a%2Fb", "Bearer k"]);
  return new Response(JSON.stringify(FINE));
} });
await keyed.getJob("a/b");
for (const id of ["", "..", "a/../b"]) assert.throws(() => keyed.deleteDocument(id), /invalid document id/);
for (const url of ["server", "ftp://server", "http://s?q=1", "http://s?", "http://s#"]) {
  assert.throws(() => new Client(url), /must be http/);
}
for (const make of [() => new Client("http://u:secret@s"), () => new Client("http://s", { key: "secret\\n" })]) {
  assert.throws(make, (error) => error instanceof TypeError && !error.message.includes("secret"));
}
"""
# What a client is given may be undefined or misspelt, and a file may have any name.
CARE = """
const sent = [];
const FINE = JSON.stringify({ generation: "g1", waiting: 0, id: "1", state: "queued" });
const accept = async (url, init) => { sent.push(init); return new Response(FINE); };
const client = new Client("http://s", { fetch: accept, timeoutMs: undefined });
await client.getUpdates();
let left = 9;
const fail = async () => { if (!left--) throw new Error("no end"); return new Response("", { status: 502 }); };
const patient = new Client("http://s", { fetch: fail, sleep: async () => {}, retries: undefined });
await assert.rejects(patient.getUpdates(), ApiError);
assert.equal(left, 5);
for (const name of ["if_match", "ifmatch", "toString"]) {
  assert.throws(() => client.deleteDocument("a", { [name]: "x" }), /unknown condition/);
}
await client.deleteDocument("a", { ifMatch: "", ifNoneMatch: undefined });
assert.deepEqual([sent[1].headers["If-Match"], sent[1].headers["If-None-Match"]], ['""', undefined]);
for (const name of ["a%22b", "a\\nb"]) assert.throws(() => client.uploadDocuments({ [name]: new Blob(["a"]) }), /invalid file name/);
for (const limit of ["5000", true, NaN, Infinity, {}]) {
  assert.throws(() => client.ask("Who?", { timeout_ms: limit }), /for timeout_ms: must be a number of milliseconds, such as 5000/);
  await assert.rejects(client.askMany(["Who?", { question: "Who?", timeout_ms: limit }]), /for questions\\[1\\].timeout_ms/);
}
const silent = (url, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const hasty = new Client("http://s", { fetch: silent, timeoutMs: 20 });
const waiting = setTimeout(() => process.exit(1), 4000);
await assert.rejects(hasty.getUpdates(), /did not answer in time/);
clearTimeout(waiting);
"""

needs_node = pytest.mark.skipif(not shutil.which("node"), reason="needs node")


def run(program: str, *arguments: str) -> None:
    """Run a module in Node; fail with what it says."""
    command = ["node", "--input-type=module", "--eval", PRELUDE + program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


@needs_node
def test_it_follows_the_same_rules() -> None:
    """What is sent again, after how long, and what the errors carry, as in Python."""
    run(RULES)


@needs_node
def test_nothing_else_is_sent_than_what_was_meant() -> None:
    """Settings that are undefined have their default, a condition is never left out, and a short timeout is kept."""
    run(CARE)


@needs_node
@pytest.mark.slow
def test_every_method_works_on_a_real_server(server: Served) -> None:
    """Asking, reading, verifying, writing under names of any kind, and waiting for jobs."""
    run(REAL, f"http://127.0.0.1:{server.port}")
