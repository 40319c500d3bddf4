// A conversation as a file: Markdown, HTML or JSON, with links to the sources.
import { getHeadline } from "./history.js";
import { formatPercent, text } from "./messages.js";

const ROOT = document.querySelector(".ask").action, SITE = document.querySelector(".home").textContent.trim();

// The turns with the absolute link to each passage, by its id: the one of the page, or else of the place in the document.
function readTurn(turn) {
  const { request, answer } = JSON.parse(turn.dataset.turn), links = {};
  for (const { id, document: { id: name }, start, end } of answer.passages) {
    const path = name.split("/").map(encodeURIComponent).join("/");
    links[id] = new URL(`documents/${path}?at=${start}-${end}#${start}-${end}`, ROOT).href;
  }
  for (const { dataset } of turn.querySelectorAll("[data-passage][data-link]")) links[dataset.passage] = new URL(dataset.link, ROOT).href;
  return { request, answer, links };
}

// Cuts a text at its evidence: pieces that are marked or not. Offsets are in code points.
function cut({ text: words, start, evidence }, isFound) {
  const points = [...words], pieces = [];
  let done = 0;
  for (const span of isFound ? evidence : []) {
    pieces.push([points.slice(done, span.start - start).join(""), false], [points.slice(span.start - start, span.end - start).join(""), true]);
    done = span.end - start;
  }
  return [...pieces, [points.slice(done).join(""), false]].filter(([piece]) => piece);
}

const describePlace = ({ document: { id, title }, heading }) => [title || id, heading].filter(Boolean).join(" › ");

// What an answer says first, and how sure it is. What an earlier version stored has no confidence of the words.
function describe({ question, searched_as: searched, status, confidence, ...rest }) {
  const headline = getHeadline(rest), isFound = status !== "not_found";
  return {
    question, isFound,
    searched: searched === question ? "" : text("conversations.searched_as", { query: searched }),
    words: isFound ? headline?.text : text("status.not_found"),
    sure: text("conversations.confidence", { percent: formatPercent(headline?.confidence ?? confidence) }),
  };
}

const escapeMarkdown = (words) => words.replace(/\s+/g, " ").replace(/([\\*_`<>[\]])/g, "\\$1");
const exportedFrom = () => text("conversations.exported_from", { site: SITE, date: new Date().toLocaleDateString(document.documentElement.lang) });

export function writeMarkdown(turns) {
  const blocks = turns.flatMap(({ answer, links }) => {
    const { question, searched, isFound, words, sure } = describe(answer);
    return [
      `## ${escapeMarkdown(question)}`, searched && escapeMarkdown(searched),
      words && (isFound ? `> ${escapeMarkdown(words)}` : words), sure,
      ...answer.passages.map((one) => {
        const marked = cut(one, isFound).map(([piece, isMarked]) => isMarked ? `**${escapeMarkdown(piece)}**` : escapeMarkdown(piece));
        return `${one.rank}. [${escapeMarkdown(describePlace(one))}](${links[one.id].replaceAll("(", "%28").replaceAll(")", "%29")}) (${formatPercent(one.score)})\n\n   ${marked.join("")}`;
      }),
    ];
  });
  return `${[...blocks, `*${exportedFrom()}*`].filter(Boolean).join("\n\n")}\n`;
}

const escapeHtml = (words) => words.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
const STYLE = "body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif}blockquote{margin:.5rem 0;font-size:1.25rem}small{color:#555}p{white-space:pre-line}";

function writeHtml(turns) {
  const { lang, dir } = document.documentElement, title = escapeHtml(document.title);
  const parts = turns.map(({ answer, links }) => {
    const { question, searched, isFound, words, sure } = describe(answer);
    const sources = answer.passages.map((one) => {
      const marked = cut(one, isFound).map(([piece, isMarked]) => isMarked ? `<mark>${escapeHtml(piece)}</mark>` : escapeHtml(piece));
      return `<li><a href="${escapeHtml(links[one.id])}" dir="auto">${escapeHtml(describePlace(one))}</a> <small>${formatPercent(one.score)}</small>\n<p dir="auto">${marked.join("")}</p></li>`;
    });
    const shown = words && (isFound ? `<blockquote dir="auto">${escapeHtml(words)}</blockquote>` : `<p>${escapeHtml(words)}</p>`);
    return [
      `<h2 dir="auto">${escapeHtml(question)}</h2>`, searched && `<p><small>${escapeHtml(searched)}</small></p>`, shown, `<p><small>${escapeHtml(sure)}</small></p>`,
      sources.length && `<h3>${escapeHtml(text("conversations.sources"))}</h3>\n<ol>\n${sources.join("\n")}\n</ol>`,
    ].filter(Boolean).join("\n");
  });
  return `<!doctype html>\n<html lang="${lang}" dir="${dir}">\n<meta charset="utf-8">\n<title>${title}</title>\n<style>${STYLE}</style>\n`
    + `<h1 dir="auto">${title}</h1>\n${parts.join("\n")}\n<p><small>${escapeHtml(exportedFrom())}</small></p>\n</html>\n`;
}

const FORMATS = {
  markdown: ["md", "text/markdown", writeMarkdown],
  html: ["html", "text/html", writeHtml],
  json: ["json", "application/json", (turns) => `${JSON.stringify(turns, null, 2)}\n`],
};

// Lets the browser store the turns in a format: markdown, html or json.
export function exportConversation(turns, format) {
  const [extension, type, write] = FORMATS[format];
  const url = URL.createObjectURL(new Blob([write(turns.map(readTurn))], { type: `${type};charset=utf-8` }));
  Object.assign(document.createElement("a"), { href: url, download: `conversation.${extension}` }).click();
  URL.revokeObjectURL(url);
}
