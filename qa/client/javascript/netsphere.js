/**
 * Client of the HTTP API, for browsers and Node 18 or newer. One module, no dependencies.
 *
 *     import { Client } from "./netsphere.js";
 *     const answer = await new Client("http://127.0.0.1:8000").ask("Who directed the film?");
 *
 * Results are the JSON of docs/api.md. Offsets are Unicode code points; use `sliceText`, because JavaScript's own are
 * UTF-16 code units.
 */

/**
 * @typedef {{text: string, start: number, end: number}} Quote
 * @typedef {{id: string, title: string, sha256: string, date?: string | null}} Source
 * @typedef {{rank: number, id: string, score: number, text: string, heading: ?string, document: Source, start: number,
 *   end: number, evidence: {start: number, end: number}[], kind: string, page: ?number, location: ?string,
 *   collection?: string, plain?: {text: string, heading: ?string, marks: {start: number, end: number}[]}}} Passage
 * @typedef {{text: string, document: string, start: number, end: number, sentence: Quote, confidence: number,
 *   kind: "span"|"sentence"|"passage", spans: Quote[], plain?: object}} AnswerText
 * @typedef {{question: string, searched_as: string, status: "answered"|"unsure"|"not_found", confidence: number,
 *   reason: ?string, answer: ?AnswerText, passages: Passage[], retrieval: object, took_ms: number}} Answer
 * @typedef {{history?: {question: string, answer?: ?string}[], top_k?: number, mode?: "fast"|"precise",
 *   filter?: object, explain?: boolean, literal?: boolean, timeout_ms?: number, collection?: string|string[],
 *   plain?: boolean}} AskOptions
 * @typedef {{id: string, state: "queued"|"building"|"held"|"published"|"failed", documents: number,
 *   generation: ?string, reason: ?string, problems: {where: string, reason: string}[]}} Job
 * @typedef {{collection?: string}} InCollection the name of one of several collections; without it, the default one
 * @typedef {{ifMatch?: string, ifNoneMatch?: string, collection?: string}} Conditions a sha256, or "*" for any document
 * @typedef {{key?: string, timeoutMs?: number, retries?: number, backoffMs?: number, maxWaitMs?: number,
 *   fetch?: typeof fetch, sleep?: (ms: number) => Promise<void>, random?: () => number}} Settings
 */

// Refusals of the server before it does anything, so that even a write may be sent again.
const REFUSALS = new Set(["overloaded", "not_ready", "rate_limited"]);
// What may pass by itself. 502 is a proxy whose server is being restarted.
const PASSING = new Set([429, 502, 503]);
const CONDITIONS = { ifMatch: "If-Match", ifNoneMatch: "If-None-Match" };
const UNFINISHED = new Set(["queued", "building"]);
// What callers rely on of the response to a path: a field is of the type of its example here. The first path counts.
const JOB = { id: "", state: "" };
const DOCUMENT = { info: {}, text: "", passages: [] };
const PAGE = { page: 0, pages: 0, boxes: [] };
const FORMS = [
  [/^v1\/ask$/, { status: "", confidence: 0, passages: [], retrieval: {} }],
  [/^v1\/ask\/batch$/, { answers: [] }],
  [/^v1\/collections$/, { collections: [] }],
  [/^v1\/documents$/, { total: 0, documents: [] }, JOB],
  // A document may have such an id: the server returns it if there is no document of the first part.
  [/^v1\/documents\/.+\/pages\/[0-9]+$/, PAGE, JOB, DOCUMENT],
  [/^v1\/documents\//, DOCUMENT, JOB],
  [/^v1\/updates$/, { generation: "", waiting: 0 }],
  [/^v1\/jobs$/, { jobs: [] }],
  [/^v1\/jobs\//, JOB, JOB],
  [/^v1\/(generations|rollback)$/, { generations: [] }, { generations: [] }],
  [/^v1\/rebuild$/, {}, JOB],
  [/^v1\/verify$/, { status: "", document: "" }],
  [/^v1\/feedback$/, {}, { id: "", verdict: "" }],
  [/^v1\/index$/, { generation: "", documents: 0 }],
  [/^healthz$/, { status: "" }],
  [/^readyz$/, { status: "", legs: {} }],
];
// What the server's own refusal needs to arrive after the time in timeout_ms.
const DEADLINE_MARGIN_MS = 5000;

/** A request that failed. */
export class ClientError extends Error {
  /** @param {string} message @param {{cause?: unknown}} [options] */
  constructor(message, options) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A problem (RFC 9457) that the server returned. `code` is the stable word to compare; null if it is not Netsphere's. */
export class ApiError extends ClientError {
  /** @param {number} status @param {Record<string, any>} problem @param {?string} requestId */
  constructor(status, problem, requestId) {
    const { code = null, title = "", errors = [] } = problem;
    const detail = problem.detail || title;
    const parts = [code, `status ${status}`, requestId && `request ${requestId}`].filter(Boolean);
    super(`${detail} (${parts.join(", ")})`);
    Object.assign(this, { status, code, title, detail, errors, requestId });
  }
}

/** There was no response. `mayHaveSucceeded` says whether the server may have got the request all the same. */
export class ConnectionFailed extends ClientError {
  /** @param {string} message @param {boolean} mayHaveSucceeded @param {unknown} cause */
  constructor(message, mayHaveSucceeded, cause) {
    super(message, { cause });
    this.mayHaveSucceeded = mayHaveSucceeded;
  }
}

/** A response that is not what the API describes; the address may be that of another program. */
export class UnexpectedResponse extends ClientError {}

/** A job that still waits or is being built after the time that the caller gave it. */
export class JobNotFinished extends ClientError {}

/** A client of one server. Every method rejects with a ClientError if its request fails. */
export class Client {
  /**
   * @param {string} [url] base URL, with the prefix if there is one
   * @param {Settings} [settings] `fetch`, `sleep` and `random` are replaced by tests
   */
  constructor(url = "http://127.0.0.1:8000", settings = {}) {
    const parsed = URL.canParse?.(url) === false ? null : new URL(url);
    // What fetch refuses, and what would be part of every link to a passage.
    if (parsed?.username || parsed?.password) {
      throw new TypeError(`invalid URL for ${parsed.host}: must be http(s)://HOST[:PORT][/PREFIX], without a user name or password`);
    }
    if (!parsed || !/^https?:$/.test(parsed.protocol) || /[?#]/.test(url)) {
      throw new TypeError(`invalid URL '${url}': must be http(s)://HOST[:PORT][/PREFIX]`);
    }
    if (settings.key && !/^[!-~]([ -~]*[!-~])?$/.test(settings.key)) {
      throw new TypeError("invalid key: must be printable ASCII without spaces or line breaks at its ends; trim it");
    }
    this.url = url.replace(/\/+$/, "");
    this.settings = {
      timeoutMs: 60_000,
      retries: 3,
      backoffMs: 250,
      maxWaitMs: 30_000,
      fetch: (input, init) => fetch(input, init),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      random: Math.random,
      // A setting that is undefined is one that was not given.
      ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
    };
  }

  /** The answer to a question. @param {string} question @param {AskOptions} [options] @returns {Promise<Answer>} */
  ask(question, options = {}) {
    checkTimeout(options.timeout_ms, "timeout_ms");
    return this.#post("v1/ask", { question, ...options }, options.timeout_ms);
  }

  /** The answers to up to 256 questions. @param {(string|object)[]} questions @returns {Promise<Answer[]>} */
  async askMany(questions) {
    const limits = questions.map((one, i) => checkTimeout(one.timeout_ms, `questions[${i}].timeout_ms`)).filter(Boolean);
    const timeout = limits.length ? Math.min(...limits) : undefined;
    return (await this.#post("v1/ask/batch", { questions }, timeout)).answers;
  }

  /** The collections that are served, the default one first. @returns {Promise<object[]>} */
  async listCollections() {
    return (await this.#get("v1/collections")).collections;
  }

  /**
   * A part of the list of documents, of those that meet a filter if there is one: document, folder, tag, language,
   * format, author and date, as for a question. `facets` names fields of the metadata whose values are counted.
   * @param {{offset?: number, limit?: number, filter?: object, facets?: string[], collection?: string}} [part]
   */
  listDocuments({ filter = {}, facets = [], ...part } = {}) {
    const dates = Object.entries(filter.date ?? {}).map(([bound, day]) => [`date.${bound}`, day]);
    const named = Object.entries(filter).filter(([name]) => name !== "date");
    return this.#get("v1/documents", {
      ...part, ...(facets.length && { facets: facets.join(",") }), ...Object.fromEntries([...named, ...dates]),
    });
  }

  /** A document, or a part of it. @param {string} id @param {{start?: number, end?: number, collection?: string}} [part] */
  getDocument(id, part = {}) {
    return this.#get(locate(id), part);
  }

  /** The file that a document was read from. @param {string} id @param {InCollection} [place] @returns {Promise<Blob>} */
  getOriginal(id, place = {}) {
    return this.#send({ path: `${locate(id)}/original`, query: place, read: (response) => response.blob() });
  }

  /**
   * A page of a PDF document, from 1, and the places on it of spans of the document's text.
   * @param {string} id @param {number} page
   * @param {{spans?: {start: number, end: number}[], collection?: string}} [part]
   */
  getPage(id, page, { spans = [], ...place } = {}) {
    const at = spans.map(({ start, end }) => `${start}-${end}`);
    return this.#get(`${locate(id)}/pages/${page}`, { ...place, ...(at.length && { at }) });
  }

  /**
   * The picture of a page of a PDF document, from 1.
   * @param {string} id @param {number} page @param {InCollection} [place] @returns {Promise<Blob>}
   */
  getPagePicture(id, page, place = {}) {
    return this.#send({ path: `${locate(id)}/pages/${page}.png`, query: place, read: (response) => response.blob() });
  }

  /**
   * Store or replace a document given as its text.
   * @param {string} id @param {{text: string, title?: string, metadata?: object}} document
   * @param {Conditions} [conditions] @returns {Promise<Job>}
   */
  putDocument(id, document, conditions = {}) {
    return this.#write("PUT", locate(id), JSON.stringify(document), "application/json", conditions);
  }

  /**
   * Store or replace a document given as a file. Its format is that of `type`, or of the extension of the id.
   * @param {string} id @param {Blob|ArrayBuffer|Uint8Array|string} file @param {string} [type]
   * @param {Conditions} [conditions] @returns {Promise<Job>}
   */
  uploadDocument(id, file, type = "application/octet-stream", conditions = {}) {
    return this.#write("PUT", locate(id), file, type, conditions);
  }

  /** Remove a document. @param {string} id @param {Conditions} [conditions] @returns {Promise<Job>} */
  deleteDocument(id, conditions = {}) {
    return this.#write("DELETE", locate(id), undefined, null, conditions);
  }

  /**
   * Store and remove many documents, all or none.
   * @param {({id: string, text: string}|{id: string, delete: true})[]} lines @param {InCollection} [place]
   * @returns {Promise<Job>}
   */
  writeDocuments(lines, place = {}) {
    const body = lines.map((line) => JSON.stringify(line)).join("\n");
    return this.#write("POST", "v1/documents", body, "application/x-ndjson", place);
  }

  /**
   * Store many files, by the ids of their documents.
   * @param {Record<string, Blob>} files @param {InCollection} [place] @returns {Promise<Job>}
   */
  uploadDocuments(files, place = {}) {
    const form = new FormData();
    for (const [id, file] of Object.entries(files)) form.append("file", file, formatFileName(id));
    return this.#write("POST", "v1/documents", form, null, place);
  }

  /**
   * Which generation is served, and how many writes wait.
   * @param {InCollection} [place] @returns {Promise<{generation: string, waiting: number}>}
   */
  getUpdates(place = {}) {
    return this.#get("v1/updates", place);
  }

  /** The last jobs, newest first. @param {number} [limit] @param {InCollection} [place] @returns {Promise<Job[]>} */
  async listJobs(limit = 20, place = {}) {
    return (await this.#get("v1/jobs", { limit, ...place })).jobs;
  }

  /** What became of a write. @param {string} id @param {InCollection} [place] @returns {Promise<Job>} */
  getJob(id, place = {}) {
    return this.#get(`v1/jobs/${encodeURIComponent(id)}`, place);
  }

  /**
   * A job once it is published and served, held or failed.
   * @param {Job|string} job @param {number} [timeoutMs] @param {InCollection} [place] @returns {Promise<Job>}
   */
  async waitForJob(job, timeoutMs = 600_000, place = {}) {
    const id = typeof job === "string" ? job : job.id;
    for (let waited = 0, pause = 100; ; pause = Math.min(2 * pause, 2000)) {
      const found = await this.getJob(id, place);
      let { state } = found;
      if (found.generation && state === "published") {
        // A server takes a moment to serve what was published. Names of generations begin with a number of fixed width.
        const { generation } = await this.getUpdates(place);
        if (generation.split("-")[0] >= found.generation.split("-")[0]) return found;
        state = `published, but ${generation} is served`;
      } else if (!UNFINISHED.has(state)) {
        return found;
      }
      if (waited >= timeoutMs) {
        const why = found.reason ? ` (${found.reason})` : "";
        throw new JobNotFinished(`job ${id} is still ${state} after ${timeoutMs} ms${why}; wait longer`);
      }
      pause = Math.min(pause, timeoutMs - waited);
      await this.settings.sleep(pause);
      waited += pause;
    }
  }

  /** Serve the generation of a job that is held. @param {string} id @param {InCollection} [place] @returns {Promise<Job>} */
  publishJob(id, place = {}) {
    return this.#write("POST", `v1/jobs/${encodeURIComponent(id)}/publish`, undefined, null, place);
  }

  /** The generations that are kept, newest first. @param {InCollection} [place] @returns {Promise<object>} */
  listGenerations(place = {}) {
    return this.#get("v1/generations", place);
  }

  /**
   * Serve the generation before the current one, or the one that is named; what is built later is held.
   * @param {string} [to] @param {InCollection} [place] @returns {Promise<object>}
   */
  rollBack(to, place = {}) {
    return this.#write("POST", "v1/rollback", undefined, null, to ? { to, ...place } : place);
  }

  /** Let the server read its folder again. @param {InCollection} [place] @returns {Promise<Job>} */
  rebuild(place = {}) {
    return this.#write("POST", "v1/rebuild", undefined, null, place);
  }

  /**
   * Whether a quotation is still in its document, at its place or elsewhere.
   * @param {{document: string, start: number, end: number, text: string, sha256?: string, collection?: string}} quotation
   */
  verify(quotation) {
    return this.#post("v1/verify", quotation);
  }

  /**
   * Store whether a passage answers a question; a verdict with the same id replaces the earlier one.
   * With `about: "answer"` it is the words that are judged, which are given as `answer`, and not their passage.
   * @param {{question: string, passage: string, verdict: "right"|"wrong", history?: object[], id?: string,
   *   about?: "passage"|"answer", answer?: string, collection?: string}} feedback
   */
  giveFeedback(feedback) {
    return this.#write("POST", "v1/feedback", JSON.stringify(feedback), "application/json");
  }

  /** The stored verdicts as judged questions. @param {InCollection} [place] @returns {Promise<object[]>} */
  exportFeedback(place = {}) {
    const read = async (response) => (await response.text()).split("\n").filter(Boolean).map((line) => JSON.parse(line));
    return this.#send({ path: "v1/feedback", query: place, read });
  }

  /** What is being served. @param {InCollection} [place] @returns {Promise<object>} */
  getIndex(place = {}) {
    return this.#get("v1/index", place);
  }

  /** That the process answers. @returns {Promise<{status: string}>} */
  checkAlive() {
    return this.#send({ path: "healthz", effect: "probe" });
  }

  /** That every leg finds a known sentence; rejects otherwise. @returns {Promise<{status: string, legs: object}>} */
  checkReady() {
    return this.#send({ path: "readyz", effect: "probe" });
  }

  /** Counts and latencies in the format of Prometheus. @returns {Promise<string>} */
  getMetrics() {
    return this.#send({ path: "metrics", read: readMetrics });
  }

  /** The description of the API, OpenAPI 3.1. @returns {Promise<object>} */
  getOpenapi() {
    return this.#get("openapi.json");
  }

  /** The address of the page that shows a passage in its document, its first evidence marked. @param {Passage} passage */
  linkTo(passage) {
    const marked = passage.evidence[0] ?? passage;
    const words = sliceText(passage.text, marked.start - passage.start, marked.end - passage.start);
    const place = `${marked.start}-${marked.end}`;
    const named = passage.collection ? `&collection=${encodeURIComponent(passage.collection)}` : "";
    const query = `at=${place}&quote=${encodeURIComponent(words)}${named}`;
    return `${this.url}/documents/${encodePath(passage.document.id)}?${query}#${place}`;
  }

  #get(path, query = {}) {
    return this.#send({ path, query });
  }

  #post(path, body, timeout) {
    return this.#send({ method: "POST", path, body: JSON.stringify(body), type: "application/json", timeout });
  }

  #write(method, path, body, type = null, { collection, ...conditions } = {}) {
    const call = { method, path, body, type, query: { collection }, effect: "write" };
    return this.#send({ ...call, conditions: formatConditions(conditions) });
  }

  /** Send a request until it succeeds, and return its result; throw if it may not be sent again. */
  async #send(call) {
    const { effect = "read", read = async (response) => checkForm(await response.json(), call) } = call;
    for (let tried = 1; ; tried += 1) {
      let error, resend, retryAfterMs = null;
      try {
        const response = await this.#fetch(call);
        if (response.ok) return await this.#read(call, response, read);
        error = await this.#readProblem(response);
        resend = mayResend(effect, response.status, error.code);
        retryAfterMs = parseRetryAfter(response.headers.get("Retry-After"));
      } catch (failure) {
        if (failure instanceof ClientError) throw failure;
        error = this.#describeFailure(effect, failure);
        resend = effect !== "probe" && (wasNotSent(failure) || (effect === "read" && !isTimeout(failure)));
      }
      const wait = this.#chooseWait(tried, retryAfterMs);
      if (!resend || wait === null) throw error;
      await this.settings.sleep(wait);
    }
  }

  #fetch({ method = "GET", path, query = {}, body, type, conditions, timeout }) {
    const headers = { Accept: "application/json, */*;q=0.5", ...conditions };
    if (this.settings.key) headers.Authorization = `Bearer ${this.settings.key}`;
    if (type) headers["Content-Type"] = type;
    const named = Object.entries(query).filter(([, value]) => value !== undefined)
      .flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
    const search = named.length ? `?${new URLSearchParams(named)}` : "";
    const { timeoutMs } = this.settings;
    const signal = AbortSignal.timeout(timeout ? Math.max(timeoutMs, timeout + DEADLINE_MARGIN_MS) : timeoutMs);
    // The key is in a header, so no cookie is needed; a redirect would take it elsewhere.
    const init = { method, headers, body, signal, credentials: "omit", redirect: "error" };
    return this.settings.fetch(`${this.url}/${path}${search}`, init);
  }

  async #read({ method = "GET", path }, response, read) {
    try {
      return await read(response);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const what = `${method} ${path} returned something else than the API describes (${error.message})`;
      throw new UnexpectedResponse(`${what}; is ${this.url} the address of a Netsphere server?`, { cause: error });
    }
  }

  /** The problem in a response; one of something else than Netsphere has no code. */
  async #readProblem(response) {
    const problem = await response.json().catch(() => null);
    const detail = `${new URL(this.url).origin} answered ${response.status} ${response.statusText} without a problem`;
    const isProblem = typeof problem?.code === "string";
    return new ApiError(response.status, isProblem ? problem : { detail }, response.headers.get("X-Request-ID"));
  }

  #describeFailure(effect, failure) {
    const notSent = wasNotSent(failure);
    const unsure = effect === "write" && !notSent;
    const why = failure.cause?.message || failure.message || failure.name;
    let message = `cannot reach ${this.url} (${why}); start a server there (python serve.py), or name another address`;
    if (isTimeout(failure)) message = `${this.url} did not answer in time; give it a longer timeoutMs, or the question a timeout_ms`;
    else if (!notSent) message = `the connection to ${this.url} failed (${why})`;
    if (unsure) message += "; the write may have succeeded, so look at the document or the jobs before you send it again";
    return new ConnectionFailed(message, unsure, failure);
  }

  /** Milliseconds to wait after `tried` attempts (exponential backoff with full jitter); null if there is no other one. */
  #chooseWait(tried, retryAfterMs) {
    const { retries, backoffMs, maxWaitMs, random } = this.settings;
    if (tried > retries) return null;
    if (retryAfterMs === null) return random() * Math.min(maxWaitMs, backoffMs * 2 ** tried);
    // Later than the server says, so that callers who were refused together do not come back together.
    return retryAfterMs <= maxWaitMs ? retryAfterMs + random() * backoffMs : null;
  }
}

/** What a response is, if it is not of the form that the API describes. */
class WrongForm extends SyntaxError {}

/** Return JSON that has what callers rely on. */
function checkForm(value, { effect, path }) {
  const [, read, written = read, other = read] = FORMS.find(([pattern]) => pattern.test(path)) ?? [null, {}];
  if (describeType(value) !== "object") throw new WrongForm(`an object was expected, not ${describeType(value)}`);
  const form = effect === "write" ? written : "info" in value ? other : read;
  for (const [name, example] of Object.entries(form)) {
    const [found, expected] = [describeType(value[name]), describeType(example)];
    if (found !== expected) throw new WrongForm(`${name} should be ${expected}, not ${found}`);
  }
  return value;
}

function describeType(value) {
  return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
}

async function readMetrics(response) {
  if (/html/.test(response.headers.get("Content-Type"))) throw new WrongForm("a text was expected, not a page");
  return response.text();
}

/** The milliseconds that the server is given; throws if they are no finite number. */
function checkTimeout(limit, field) {
  if (limit === undefined || limit === null || Number.isFinite(limit)) return limit;
  const value = typeof limit === "number" ? limit : JSON.stringify(limit);
  throw new TypeError(`invalid value ${value} for ${field}: must be a number of milliseconds, such as 5000`);
}

/** The part of a text from one code point to another. @param {string} text @param {number} start @param {number} end */
export function sliceText(text, start, end) {
  return [...text].slice(start, end).join("");
}

/** A caller whose `timeout_ms` passed has no time for another attempt. */
function mayResend(effect, status, code) {
  if (effect === "probe" || !PASSING.has(status) || code === "deadline_exceeded") return false;
  return effect === "read" || status === 429 || REFUSALS.has(code);
}

/** Whether nobody listened. Only Node says so: a browser hides why a request failed, so a write is not sent again. */
function wasNotSent(failure) {
  const causes = [failure.cause, ...(failure.cause?.errors ?? [])];
  return causes.some((cause) => ["ECONNREFUSED", "ENOTFOUND", "UND_ERR_CONNECT_TIMEOUT"].includes(cause?.code));
}

function isTimeout(failure) {
  return failure.name === "TimeoutError";
}

/** A `Retry-After` header, seconds or a date, in milliseconds from now; null if there is none to be read. */
function parseRetryAfter(value) {
  if (value === null) return null;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** The path of a document; its slashes are part of it. */
function locate(id) {
  if (!id || id.split("/").some((part) => part === "." || part === "..")) {
    throw new TypeError(`invalid document id '${id}': must not be empty, nor have . or .. between slashes`);
  }
  return `v1/documents/${encodePath(id)}`;
}

function encodePath(id) {
  return id.split("/").map(encodeURIComponent).join("/");
}

/** The headers of conditions, a sha256 as an entity tag (RFC 9110, 8.8.3). */
function formatConditions(conditions) {
  const headers = {};
  for (const [name, value] of Object.entries(conditions)) {
    // One that is not sent would let the write replace what it should have kept.
    if (!Object.hasOwn(CONDITIONS, name)) throw new TypeError(`unknown condition '${name}': must be ifMatch or ifNoneMatch`);
    if (value !== undefined) headers[CONDITIONS[name]] = value === "*" ? value : `"${value}"`;
  }
  return headers;
}

/** The id of a document as a file name. In multipart/form-data %22 stands for a quotation mark, and lines end as CR LF. */
function formatFileName(id) {
  if (/%22|\p{Cc}/u.test(id)) {
    throw new TypeError(`invalid file name '${id}': must not hold %22 or control characters; use uploadDocument`);
  }
  // A browser leaves a backslash as it is, and the server takes it for an escape.
  return id.replaceAll("\\", "\\\\");
}
