// Conversations in the local storage of this device: save, load, list, delete, export. Nothing is sent anywhere.

const CONVERSATION_PREFIX = "netsphere:", SETTING_PREFIX = "netsphere.";

export const newId = () => Date.now().toString(36) + Math.random().toString(36).slice(2, 10);

// Local storage may be unavailable (a private window, a full disk); questions are answered all the same.
const withStorage = (use, fallback) => {
  try { return use(localStorage); } catch { return fallback; }
};

// Returns a setting, or stores it if a value is given.
export function setting(name, value) {
  return withStorage((storage) => value === undefined ? storage.getItem(SETTING_PREFIX + name) : storage.setItem(SETTING_PREFIX + name, value), null);
}

// Stores answered turns as HTML and the others as their requests, so that no question is lost.
export function saveConversation(id, turns) {
  const all = [...turns.children];
  const title = all[0].querySelector(".question").textContent;
  const shown = all.map((turn) => turn.dataset.turn ? { html: turn.outerHTML } : { asked: JSON.parse(turn.dataset.request) });
  const text = JSON.stringify({ title, at: Date.now(), turns: shown });
  // A full storage makes room by deleting the oldest conversations.
  while (!withStorage((storage) => (storage.setItem(CONVERSATION_PREFIX + id, text), true), false)) {
    const oldest = listConversations().findLast((other) => other.id !== id);
    if (!oldest) return;
    deleteConversations(oldest.id);
  }
}

export function loadTurns(id) {
  return withStorage((storage) => JSON.parse(storage.getItem(CONVERSATION_PREFIX + id))?.turns ?? [], []);
}

// Lists all conversations, the latest first.
export function listConversations() {
  return withStorage((storage) => Object.keys(storage).filter((key) => key.startsWith(CONVERSATION_PREFIX)).map((key) => {
    const { title, at } = JSON.parse(storage.getItem(key));
    return { id: key.slice(CONVERSATION_PREFIX.length), title, at };
  }).sort((one, other) => other.at - one.at), []);
}

// Deletes one conversation, or all of them without an id.
export function deleteConversations(id) {
  const ids = id ? [id] : listConversations().map((one) => one.id);
  withStorage((storage) => ids.forEach((one) => storage.removeItem(CONVERSATION_PREFIX + one)));
}

export function setTitle(turn) {
  document.title = `${turn.querySelector(".question").textContent} · Netsphere`;
}

const escapeMarkdown = (text) => text.replace(/\s+/g, " ").replace(/([\\*_`<>[\]])/g, "\\$1");
const markEvidence = ({ text, start, evidence }) => {
  const points = [...text]; // offsets are in code points
  let done = 0, out = "";
  for (const { start: from, end } of evidence) {
    out += escapeMarkdown(points.slice(done, from - start).join("")) + `**${escapeMarkdown(points.slice(from - start, end - start).join(""))}**`;
    done = end - start;
  }
  return out + escapeMarkdown(points.slice(done).join(""));
};

// The words or their sentence, with a confidence of their own, if they are likely enough to be shown by themselves.
export const getHeadline = ({ answer }) => (answer && answer.kind !== "passage" ? answer : null);

// What the page shows first: the headline, or else only how sure the passage is.
const showHeadline = (answer) => {
  // A conversation that was stored by an earlier version has no confidence of the words.
  const headline = getHeadline(answer), confidence = headline?.confidence ?? answer.confidence;
  const sure = `Confidence: ${Math.round(confidence * 100)} % (${answer.status.replace("_", " ")})`;
  if (answer.status === "not_found") return ["Not found in these documents.", sure];
  return headline ? [`> ${escapeMarkdown(headline.text)}`, sure] : [sure];
};

export const exportAs = {
  json: (turns) => JSON.stringify(turns, null, 2),
  markdown: (turns) => turns.map(({ answer }) => [
    `## ${escapeMarkdown(answer.question)}`,
    ...(answer.searched_as === answer.question ? [] : [`Searched as: ${escapeMarkdown(answer.searched_as)}`]),
    ...showHeadline(answer),
    ...answer.passages.map((one) => {
      const where = [one.document.title || one.document.id, one.heading].filter(Boolean).map(escapeMarkdown).join(" › ");
      const evidence = answer.status === "not_found" ? [] : one.evidence;
      return `${one.rank}. ${where} (\`${one.id}\`, ${Math.round(one.score * 100)} %)\n\n   ${markEvidence({ ...one, evidence })}`;
    }),
  ].join("\n\n")).join("\n\n") + "\n",
};
