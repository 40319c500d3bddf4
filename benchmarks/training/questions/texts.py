"""What the network for questions learns from: questions, questions in other words, sentences, and keywords.

No judgements are needed: the vectors that the model itself gives are all that it learns. Only training articles are
used, because the open sets that judge the product have questions of the same kinds.
"""

import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.articles import split_article_sentences
from benchmarks.handbooks import load_handbook_questions
from benchmarks.open_sets import STORIES, load_questions, read_lines
from benchmarks.splits import Part
from qa.evaluation.data.rewordings import vary_question

# Sentences teach words that no question has. Of some of them, single words and names are asked for, too.
MAX_KEYWORDS = 80_000
SENTENCE_CHARS = range(20, 301)
MOST_KEYWORDS = 6
WORD = re.compile(r"[\w'-]+")


def collect_texts(data: Path, seed: int = 0) -> list[str]:
    """Return all texts to learn from in a random order, each once; ``data`` is the folder of open sets."""
    chance = random.Random(seed)
    parts = load_questions(data)
    rows = [*parts[Part.TRAIN], *load_handbook_questions(Part.TRAIN)]
    stories = (row["text"] for row in read_lines(data / STORIES / "queries.jsonl.gz"))
    asked = list(dict.fromkeys([*(row.question for row in rows), *stories]))
    sentences = list(dict.fromkeys(list_sentences(dict.fromkeys(row.context for row in rows))))
    chance.shuffle(sentences)
    reworded = [vary_question(question, "", chance) for question in asked]
    keywords = [cut_keywords(sentence, chance) for sentence in sentences[:MAX_KEYWORDS]]
    # Some questions are asked of articles of several parts, or about stories that another set has, too.
    others = {row.question for part in (Part.FIT, Part.HELD_OUT) for row in parts[part]}
    texts = [text for text in dict.fromkeys([*asked, *reworded, *sentences, *keywords]) if text not in others]
    chance.shuffle(texts)
    return texts


def list_sentences(contexts: Iterable[str]) -> Iterator[str]:
    """Yield the sentences of texts that are no longer than a question may be."""
    for context in contexts:
        for span in split_article_sentences(context):
            if span.end - span.start in SENTENCE_CHARS:
                yield context[span.start : span.end]


def cut_keywords(sentence: str, chance: random.Random) -> str:
    """Return a few neighbouring words of a sentence, as somebody types them into a search field."""
    words = WORD.findall(sentence)
    count = chance.randint(1, MOST_KEYWORDS)
    start = chance.randrange(max(1, len(words) - count))
    return " ".join(words[start : start + count])
