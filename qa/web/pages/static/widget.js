// The question box for somebody else's page: <netsphere-ask data-server="https://ask.example.org"></netsphere-ask>.
// A classic script without dependencies. It sends questions to POST /v1/ask and shows texts as text, never as markup.
(() => {
  "use strict";

  const TIMEOUT_MS = 60_000, MAX_HISTORY = 20, MAX_QUESTION = 1000;
  // The first of these that a probability reaches; the words are those of the server's own page.
  const SURE = [0.9, 0.75, 0.5, 0.25, 0];
  const UNREAD_LANGUAGE = "reader:language";
  const WORDS = {
    en: {
      title: "Ask the documents", question: "Question", ask: "Ask", searching: "Searching …", source: "Source",
      searched: "Searched as", failed: "No answer",
      answered: "Answer", unsure: "Possible answer", not_found: "Not found in these documents",
      passage_answered: "The first source answers this", passage_unsure: "The first source may answer this",
      sure: ["almost certain", "likely", "more likely than not", "doubtful", "unlikely"],
      reasons: {
        weak_match: "No passage matches closely enough to be certain.",
        unknown_words: "Important words in your question do not appear in the documents.",
        no_content_words: "No word of the question says what to look for.",
        filtered_out: "No document matches the filter.", empty_index: "Nothing is indexed yet.",
      },
      failed_part: "Part of the search failed; the answer may be worse than usual.",
      unread: "The reader reads English only: in other languages the sentence is shown, not the exact words.",
      unreachable: "The server cannot be reached from this page. Try again later.",
      timeout: "The request timed out. Try again, or ask in fewer words.",
      busy: "The server is busy. Try again in a moment.",
      denied: "This page is not allowed to ask the server.",
      error: "The server could not answer. Try again later.",
    },
    de: {
      title: "Frag die Dokumente", question: "Frage", ask: "Fragen", searching: "Suche …", source: "Quelle",
      searched: "Gesucht wurde", failed: "Keine Antwort",
      answered: "Antwort", unsure: "Mögliche Antwort", not_found: "In diesen Dokumenten nicht gefunden",
      passage_answered: "Die erste Quelle beantwortet das", passage_unsure: "Die erste Quelle beantwortet das vielleicht",
      sure: ["so gut wie sicher", "wahrscheinlich", "eher richtig als falsch", "zweifelhaft", "unwahrscheinlich"],
      reasons: {
        weak_match: "Keine Stelle passt genau genug, um sicher zu sein.",
        unknown_words: "Wichtige Wörter der Frage kommen in den Dokumenten nicht vor.",
        no_content_words: "Kein Wort der Frage sagt, wonach gesucht werden soll.",
        filtered_out: "Kein Dokument passt zum Filter.", empty_index: "Noch ist nichts indexiert.",
      },
      failed_part: "Ein Teil der Suche ist ausgefallen; die Antwort kann schlechter sein als sonst.",
      unread: "Die genauen Wörter werden nur auf Englisch gezeigt, in anderen Sprachen der ganze Satz.",
      unreachable: "Der Server ist von dieser Seite aus nicht erreichbar. Versuch es später noch einmal.",
      timeout: "Die Antwort kam nicht rechtzeitig. Versuch es noch einmal oder frag mit weniger Wörtern.",
      busy: "Der Server ist beschäftigt. Versuch es gleich noch einmal.",
      denied: "Diese Seite darf den Server nicht fragen.",
      error: "Der Server konnte nicht antworten. Versuch es später noch einmal.",
    },
    fr: {
      title: "Interroger les documents", question: "Question", ask: "Demander", searching: "Recherche …", source: "Source",
      searched: "Recherche effectuée", failed: "Pas de réponse",
      answered: "Réponse", unsure: "Réponse possible", not_found: "Introuvable dans ces documents",
      passage_answered: "La première source y répond", passage_unsure: "La première source y répond peut-être",
      sure: ["presque certain", "probable", "plutôt vrai que faux", "douteux", "improbable"],
      reasons: {
        weak_match: "Aucun passage ne correspond assez pour en être sûr.",
        unknown_words: "Des mots importants de la question ne figurent pas dans les documents.",
        no_content_words: "Aucun mot de la question ne dit quoi chercher.",
        filtered_out: "Aucun document ne correspond au filtre.", empty_index: "Rien n’est encore indexé.",
      },
      failed_part: "Une partie de la recherche a échoué ; la réponse peut être moins bonne que d’habitude.",
      unread: "Les mots exacts ne sont montrés qu’en anglais ; dans les autres langues, c’est la phrase entière.",
      unreachable: "Le serveur est inaccessible depuis cette page. Réessayez plus tard.",
      timeout: "Le délai est dépassé. Réessayez, ou posez la question en moins de mots.",
      busy: "Le serveur est occupé. Réessayez dans un instant.",
      denied: "Cette page n’est pas autorisée à interroger le serveur.",
      error: "Le serveur n’a pas pu répondre. Réessayez plus tard.",
    },
  };

  // A constructed style sheet is no inline style, so that the page's content security policy need not allow any.
  const STYLE = new CSSStyleSheet();
  STYLE.replaceSync(`
    :host { display: block; max-width: 40rem; font: var(--netsphere-font, inherit); line-height: 1.5;
      color: var(--netsphere-text, light-dark(#22252a, #e6e4df)); overflow-wrap: anywhere; }
    :host([hidden]), [hidden] { display: none; }
    * { box-sizing: border-box; }
    .box { background: var(--netsphere-background, light-dark(#fff, #1e2125)); padding: 1em;
      border: 1px solid var(--netsphere-border, light-dark(#dedad1, #34383e)); border-radius: var(--netsphere-radius, .5em); }
    label { display: block; font-weight: 600; margin-bottom: .4em; }
    form div { display: flex; flex-wrap: wrap; gap: .5em; }
    input, button { font: inherit; min-height: 2.75em; padding: .4em .8em; border-radius: var(--netsphere-radius, .5em); }
    input { flex: 1 1 12em; min-width: 0; color: inherit; background: transparent;
      border: 1px solid light-dark(#85878a, #7d838b); }
    button { font-weight: 600; cursor: pointer; border: 0; color: var(--netsphere-on-accent, light-dark(#fff, #10151a));
      background: var(--netsphere-accent, light-dark(#1f5a92, #8fc1f0)); }
    button[aria-busy=true] { cursor: progress; opacity: .7; }
    :focus-visible { outline: 3px solid var(--netsphere-accent, light-dark(#1f5a92, #8fc1f0)); outline-offset: 2px; }
    .asked, .status, .note, blockquote { margin: .75em 0 0; }
    .status { font-weight: 600; }
    blockquote, .note { white-space: pre-line; }
    blockquote { font-size: 1.2em; }
    .note, .status span { font-weight: 400; font-size: .9em; color: var(--netsphere-muted, light-dark(#5b626c, #a9afb7)); }
    .asked { font-style: italic; }
    ul { margin: 0; padding-inline-start: 1.2em; }
    mark { color: var(--netsphere-mark-text, light-dark(#22252a, #fff3cf)); background: var(--netsphere-mark, light-dark(#ffeaa3, #5c4a10)); border-radius: .2em; }
    a { color: var(--netsphere-accent, light-dark(#1f5a92, #8fc1f0)); }
    .announcement { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  `);

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // The server counts code points, JavaScript UTF-16.
  function markSpans({ text, marks }) {
    const points = [...text], pieces = [];
    let done = 0;
    for (const { start, end } of marks) {
      pieces.push(points.slice(done, start).join(""), make("mark", {}, points.slice(start, end).join("")));
      done = end;
    }
    return [...pieces, points.slice(done).join("")];
  }

  class Denied extends Error {}

  class NetsphereAsk extends HTMLElement {
    #words = WORDS.en; #percents = null; #history = []; #pending = null; #asked = ""; #early = ""; #parts = null;

    connectedCallback() {
      if (this.#parts) return;
      const language = (this.dataset.language || this.closest("[lang]")?.lang || document.documentElement.lang || "en").toLowerCase().split("-")[0];
      this.#words = WORDS[language] ?? WORDS.en;
      this.#percents = new Intl.NumberFormat(this.#words === WORDS[language] ? language : "en", { style: "percent" });
      const { title, question, ask } = this.#words;
      const input = make("input", {
        id: "question", type: "search", name: "q", required: true, maxLength: MAX_QUESTION, autocomplete: "off", dir: "auto",
      });
      input.setAttribute("enterkeyhint", "search");
      if (this.dataset.placeholder) input.placeholder = this.dataset.placeholder;
      const button = make("button", { type: "submit", textContent: ask });
      const label = make("label", { htmlFor: "question", textContent: this.dataset.title || title });
      const form = make("form", { noValidate: true }, label, make("div", {}, input, button));
      form.setAttribute("role", "search");
      form.setAttribute("aria-label", this.dataset.title || question);
      const result = make("section", { className: "result", hidden: true, tabIndex: -1 });
      result.setAttribute("aria-label", this.#words.answered);
      const announcement = make("p", { className: "announcement" });
      announcement.setAttribute("role", "status");
      this.#parts = { input, button, result, announcement };
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [STYLE];
      root.append(make("div", { className: "box", lang: this.#words === WORDS[language] ? language : "en" }, form, result, announcement));
      form.addEventListener("submit", (event) => { event.preventDefault(); this.ask(input.value); });
      form.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !this.#pending) return;
        // A browser would clear the box.
        event.preventDefault();
        this.#pending.abort("cancelled");
      });
      if (this.#early) this.ask(this.#early);
    }

    disconnectedCallback() { this.#pending?.abort("cancelled"); }

    // Ask a question as if somebody had typed it; before the element is in the page, as soon as it is.
    async ask(text) {
      const question = String(text).trim();
      if (!this.#parts) { this.#early = question; return; }
      // The same question goes on; another one replaces it.
      if (!question || (this.#pending && question === this.#asked)) return;
      this.#pending?.abort("replaced");
      const { input, button, result } = this.#parts, own = this.#pending = new AbortController();
      this.#asked = question;
      const timeout = setTimeout(() => own.abort("timeout"), TIMEOUT_MS);
      button.setAttribute("aria-busy", "true");
      this.#show(question, make("p", { className: "note", textContent: this.#words.searching }));
      this.#announce(this.#words.searching);
      try {
        const answer = await this.#fetchAnswer(question, own.signal);
        if (own.signal.aborted) throw own.signal.reason;
        this.#showAnswer(question, answer);
        this.#history.push({ question, ...(this.#headline(answer) && { answer: answer.answer.text }) });
        // Not the next question, which the visitor may have begun to type.
        if (input.value.trim() === question) input.value = "";
        this.dispatchEvent(new CustomEvent("netsphere-answer", { detail: answer, bubbles: true, composed: true }));
      } catch (error) {
        if (own.signal.reason === "cancelled") { result.hidden = true; this.#announce(""); }
        else if (own.signal.reason !== "replaced") this.#showFailure(question, error, own.signal);
      } finally {
        clearTimeout(timeout);
        if (this.#pending === own) { button.removeAttribute("aria-busy"); this.#pending = null; }
      }
    }

    get server() { return (this.dataset.server ?? OWN_SERVER).replace(/\/+$/, ""); }

    async #fetchAnswer(question, signal) {
      const headers = { "Content-Type": "application/json" };
      if (this.dataset.key) headers.Authorization = `Bearer ${this.dataset.key}`;
      const body = { question, history: this.#history.slice(-MAX_HISTORY), plain: true };
      if (this.dataset.mode) body.mode = this.dataset.mode;
      if (this.dataset.document) body.filter = { document: [this.dataset.document] };
      if (this.dataset.collection) body.collection = this.dataset.collection.split(",").map((name) => name.trim());
      const response = await fetch(`${this.server}/v1/ask`, {
        method: "POST", headers, body: JSON.stringify(body), signal, credentials: "omit", referrerPolicy: "no-referrer",
      });
      const { busy, denied, error } = this.#words;
      // A proxy may answer with a page of its own.
      if (response.ok) return response.json().catch(() => { throw new Denied(error); });
      const { detail } = await response.json().catch(() => ({}));
      if (response.status === 429 || response.status === 503) throw new Denied(busy);
      if (response.status === 401 || response.status === 403) throw new Denied(denied);
      throw new Denied(response.status < 500 && typeof detail === "string" ? detail : error);
    }

    #headline({ answer }) { return answer && answer.kind !== "passage" ? answer : null; }

    #describe(probability) {
      const words = this.#words.sure[SURE.findIndex((least) => probability >= least)];
      return `${words} (${this.#percents.format(probability)})`;
    }

    #showAnswer(question, answer) {
      const headline = this.#headline(answer), found = answer.status !== "not_found", parts = [];
      const status = this.#words[`${headline || !found ? "" : "passage_"}${answer.status}`];
      const sure = found ? this.#describe(headline ? headline.confidence : answer.confidence) : "";
      const line = make("p", { className: "status" }, status);
      if (sure) line.append(" ", make("span", {}, `· ${sure}`));
      parts.push(line);
      if (headline) {
        const { text, spans, sentence } = headline.plain;
        const items = spans.map((part) => make("li", { textContent: part, dir: "auto" }));
        parts.push(make("blockquote", { dir: "auto" }, items.length > 1 ? make("ul", {}, ...items) : text));
        if (sentence.text !== text) parts.push(make("p", { className: "note", dir: "auto" }, ...markSpans(sentence)));
      }
      parts.push(...this.#explain(answer).map((textContent) => make("p", { className: "note", textContent })));
      if (found && answer.answer) parts.push(...this.#showSource(answer, headline));
      if (answer.searched_as !== answer.question) {
        parts.push(make("p", { className: "note" }, `${this.#words.searched}: `, make("q", { textContent: answer.searched_as, dir: "auto" })));
      }
      this.#show(question, ...parts);
      this.#announce([status, headline?.plain.text, sure].filter(Boolean).join(". "));
    }

    // Why an answer is not certain, and what it had to do without.
    #explain({ reason, retrieval: { degraded } }) {
      const { reasons, failed_part, unread } = this.#words;
      const failed = degraded.some((name) => name !== UNREAD_LANGUAGE);
      return [reasons[reason], failed && failed_part, degraded.includes(UNREAD_LANGUAGE) && unread].filter(Boolean);
    }

    // The passage itself is shown only if there is no sentence to show.
    #showSource({ answer, passages }, headline) {
      const { sentence } = answer;
      const passage = passages.find(({ document: { id }, start, end, collection }) => id === answer.document
        && collection === answer.collection && start <= sentence.start && sentence.start < end) ?? passages[0];
      const place = `${sentence.start}-${sentence.end}`, path = passage.document.id.split("/").map(encodeURIComponent).join("/");
      const query = new URLSearchParams({ at: place, quote: sentence.text });
      if (passage.collection) query.set("collection", passage.collection);
      // A heading often begins with the title.
      const title = passage.document.title || passage.document.id, heading = passage.plain.heading ?? "";
      const below = heading === title ? "" : heading.startsWith(`${title}: `) ? heading.slice(title.length + 2) : heading;
      const link = make("a", {
        href: `${this.server}/documents/${path}?${query}#${place}`, target: "_blank", rel: "noopener", dir: "auto",
        textContent: [title, below].filter(Boolean).join(" · "),
      });
      const shown = headline ? [] : [make("p", { className: "note", dir: "auto" }, ...markSpans(passage.plain))];
      return [...shown, make("p", { className: "note" }, `${this.#words.source}: `, link)];
    }

    #showFailure(question, error, { aborted }) {
      const { unreachable, timeout } = this.#words;
      // A browser does not tell a page why: the server is gone, or its setting origins does not name the page's site.
      if (!(error instanceof Denied) && !aborted) {
        console.warn(`netsphere: ${this.server} cannot be asked from ${location.origin}; its setting origins must name it`, error);
      }
      const text = aborted ? timeout : error instanceof Denied ? error.message : unreachable;
      this.#show(question, make("p", { className: "status", textContent: this.#words.failed }), make("p", { className: "note", textContent: text }));
      this.#announce(`${this.#words.failed}. ${text}`);
    }

    #show(question, ...parts) {
      const { result } = this.#parts;
      result.hidden = false;
      result.replaceChildren(make("p", { className: "asked", textContent: question, dir: "auto" }), ...parts);
    }

    #announce(text) { this.#parts.announcement.textContent = text; }
  }

  const script = document.currentScript;
  // Below whatever prefix a proxy serves it.
  const OWN_SERVER = script?.src ? new URL(".", script.src).href : location.origin;
  if (!customElements.get("netsphere-ask")) customElements.define("netsphere-ask", NetsphereAsk);
  // A script in the body of a page without such an element is where the question box should be.
  const place = () => {
    if (!script?.isConnected || !document.body?.contains(script) || document.querySelector("netsphere-ask")) return;
    const element = document.createElement("netsphere-ask");
    Object.assign(element.dataset, script.dataset);
    script.after(element);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place, { once: true });
  else place();
})();
