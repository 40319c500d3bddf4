// A link that holds questions and answers in its fragment, which no server is sent. docs/sharing.md has its form.

// Longer links are cut by programs for mail and chat.
const MAX_CHARACTERS = 8_000, MAX_SOURCES = 3, MIN_LIKELY_SCORE = 0.25;

const slice = (words, start, from, to) => [...words].slice(from - start, to - start).join("");

// The sentence of the answer first, then the evidence of other passages that are likely: each with its place.
function listSources({ answer, passages }) {
  const quote = ({ document: { id, sha256 }, collection }, start, end, words) => ({ document: id, sha256, start, end, text: words, ...(collection && { collection }) });
  const isShown = answer && answer.kind !== "passage", sources = [];
  const own = isShown && passages.find((one) => one.document.id === answer.document && one.collection === answer.collection && one.start <= answer.start && answer.end <= one.end);
  if (own) sources.push(quote(own, answer.sentence.start, answer.sentence.end, answer.sentence.text));
  for (const one of passages) {
    const [span] = one.evidence;
    if (one === own || !span || one.score < MIN_LIKELY_SCORE) continue;
    sources.push(quote(one, span.start, span.end, slice(one.text, one.start, span.start, span.end)));
  }
  return sources.slice(0, MAX_SOURCES);
}

function describe({ request, answer }) {
  const headline = answer.answer && answer.answer.kind !== "passage" ? answer.answer : null;
  // A follow-up means nothing without its conversation.
  const question = request.history?.length ? answer.searched_as : request.question;
  return {
    question, status: answer.status,
    ...(headline && { answer: headline.spans.map((span) => span.text) }),
    sources: answer.status === "not_found" ? [] : listSources(answer),
    ...(request.filter && { filter: request.filter }), ...(request.collection && { collection: request.collection }),
  };
}

async function deflate(words) {
  const stream = new Blob([words]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// Returns the link to the page that shows turns, or null if it would be too long. ``root`` is the first page's address.
export async function linkTo(turns, root) {
  const held = { version: 1, date: new Date().toISOString().slice(0, 10), turns: turns.map(describe) };
  const link = `${new URL("shared", root)}#${await deflate(JSON.stringify(held))}`;
  return link.length > MAX_CHARACTERS ? null : link;
}
