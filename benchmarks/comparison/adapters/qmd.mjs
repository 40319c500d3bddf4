// qmd: its keyword search, the only one of its three ways that loads no model from a hub. Speaks protocol.py's lines.

import { mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const TOP_K = 5;
const [step, , texts, index, way] = process.argv.slice(2);
const say = (fields) => process.stdout.write(JSON.stringify(fields) + "\n");
// It lower-cases names and joins their words with hyphens.
const simplify = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-");

async function main() {
  // This file lies outside of node_modules, so the package is found from the working folder.
  const found = (file) => pathToFileURL(resolve("node_modules/@tobilu/qmd/dist", file)).href;
  const { createStore, extractSnippet } = await import(found("index.js"));
  mkdirSync(index, { recursive: true });
  const store = await createStore({
    dbPath: join(index, "index.sqlite"),
    config: { collections: { texts: { path: texts, pattern: "**/*.{md,txt}" } } },
  });
  if (step === "build") {
    await store.update();
    if (way !== "search") await store.embed();
    say({ built: true });
  } else {
    await answer(store, extractSnippet);
  }
  await store.close();
}

async function answer(store, extractSnippet) {
  const names = new Map(readdirSync(texts).map((name) => [simplify(name), name]));
  const search = way === "search" ? (question) => store.searchLex(question, { limit: TOP_K }) : (question) => store.search({ query: question, limit: TOP_K });
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const { question } = JSON.parse(line);
    const started = process.hrtime.bigint();
    const results = (await search(question)).map((hit) => ({
      document: names.get(simplify(hit.displayPath.split("/").slice(1).join("/"))) ?? hit.displayPath,
      // What its command line shows of a hit.
      text: extractSnippet(hit.body ?? "", question, 500, hit.chunkPos).snippet,
      score: hit.score,
    }));
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    say({ results, words: null, kind: "words", answered: null, confidence: null, seconds });
  }
  say({ resident_mb: process.memoryUsage().rss / 1e6 });
}

main().catch((error) => {
  say({ failed: `${error.name}: ${error.message}` });
  process.exitCode = 1;
});
