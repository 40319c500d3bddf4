// Conversations on this device: kept, listed, cleared, exported. Nothing of it is sent anywhere.

const PREFIX = "netsphere:", SETTINGS = "netsphere.";

export const newId = () => Date.now().toString(36) + Math.random().toString(36).slice(2, 10);

// A device that keeps nothing (a private window, a full disk) is no reason not to answer.
const stored = (use, otherwise) => {
  try { return use(localStorage); } catch { return otherwise; }
};

export function setting(name, value) {
  return stored((shelf) => value === undefined ? shelf.getItem(SETTINGS + name) : shelf.setItem(SETTINGS + name, value), null);
}

// What was answered as it was shown, what was not as it was asked: no question is lost.
export function keep(id, turns) {
  const all = [...turns.children];
  const title = all[0].querySelector(".question").textContent;
  const shown = all.map((turn) => turn.dataset.turn ? { html: turn.outerHTML } : { asked: JSON.parse(turn.dataset.request) });
  const text = JSON.stringify({ title, at: Date.now(), turns: shown });
  while (!stored((shelf) => (shelf.setItem(PREFIX + id, text), true), false)) {
    const oldest = kept().findLast((other) => other.id !== id);
    if (!oldest) return;
    clear(oldest.id);
  }
}

export function read(id) {
  return stored((shelf) => JSON.parse(shelf.getItem(PREFIX + id))?.turns ?? [], []);
}

// All of them, the last one first.
export function kept() {
  return stored((shelf) => Object.keys(shelf).filter((key) => key.startsWith(PREFIX)).map((key) => {
    const { title, at } = JSON.parse(shelf.getItem(key));
    return { id: key.slice(PREFIX.length), title, at };
  }).sort((one, other) => other.at - one.at), []);
}

export function clear(id) {
  const ids = id ? [id] : kept().map((one) => one.id);
  stored((shelf) => ids.forEach((one) => shelf.removeItem(PREFIX + one)));
}

export function named(turn) {
  document.title = `${turn.querySelector(".question").textContent} · Netsphere`;
}

const plain = (text) => text.replace(/\s+/g, " ").replace(/([\\*_`<>[\]])/g, "\\$1");
const marked = ({ text, start, evidence }) => {
  const points = [...text]; // offsets are in code points
  let done = 0, out = "";
  for (const { start: from, end } of evidence) {
    out += plain(points.slice(done, from - start).join("")) + `**${plain(points.slice(from - start, end - start).join(""))}**`;
    done = end - start;
  }
  return out + plain(points.slice(done).join(""));
};

export const exported = {
  json: (talk) => JSON.stringify(talk, null, 2),
  markdown: (talk) => talk.map(({ answer }) => [
    `## ${plain(answer.question)}`,
    ...(answer.searched_as === answer.question ? [] : [`Searched as: ${plain(answer.searched_as)}`]),
    answer.answer ? `> ${plain(answer.answer.text)}` : "Not in these texts.",
    `Confidence: ${Math.round(answer.confidence * 100)} % (${answer.status.replace("_", " ")})`,
    ...answer.passages.map((one) => {
      const where = [one.document.title || one.document.id, one.heading].filter(Boolean).map(plain).join(" › ");
      const evidence = answer.status === "not_found" ? [] : one.evidence;
      return `${one.rank}. ${where} (\`${one.id}\`, ${Math.round(one.score * 100)} %)\n\n   ${marked({ ...one, evidence })}`;
    }),
  ].join("\n\n")).join("\n\n") + "\n",
};
