"""The shipped reader: token pairs through the network, and what its logits say of each passage."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING

from qa.reader.language import LanguageDetector
from qa.reader.pairs import PairTokenizer, TokenPair
from qa.reader.rows import weigh_cells, write_rows_as_sentences
from qa.reader.spans import PairLogits, Part, find_best_span
from qa.types import Reading

if TYPE_CHECKING:
    from qa.reader.ctranslate2 import QuantizedNetwork

SHIPPED, SHIPPED_NAME, LARGE_NAME = Path(__file__).with_name("shipped"), "shipped", "large"
# Describes a reader in its own folder, among others the codes of the ``languages`` that it reads.
ABOUT = "about.json"


class TrainedReader:
    """The shipped reader, or one of the same form from another folder. Safe to share between threads."""

    def __init__(self, folder: Path = SHIPPED, name: str = "", network: Path | None = None) -> None:
        """Load the tokenizer; ``folder`` is as ``benchmarks/training/reader`` writes it.

        ``network`` is the folder with its network and tokenizer, if that is another.
        """
        self.folder, self._network_folder = folder, network or folder
        self.name = name or (SHIPPED_NAME if folder == SHIPPED else str(folder))
        self.tokenizer = PairTokenizer(self._network_folder / "tokenizer.json")

    @cached_property
    def _network(self) -> "QuantizedNetwork":
        # Imported and loaded at the first use: mode fast needs neither.
        from qa.reader.ctranslate2 import QuantizedNetwork

        return QuantizedNetwork(self._network_folder)

    @cached_property
    def _detector(self) -> LanguageDetector | None:
        about = self.folder / ABOUT
        languages = json.loads(about.read_text(encoding="utf-8")).get("languages") if about.is_file() else None
        return LanguageDetector(languages, self.tokenizer.has_word) if languages else None

    def reads(self, text: str) -> bool:
        """Return whether the text is in one of its languages; a reader that declares none reads all."""
        return self._detector is None or self._detector.recognizes(text)

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterator[Reading]:
        """Yield what each passage, given as its context and its text, says to the question.

        A passage is read when its reading is asked for, or before that on a processor that is idle.
        """
        texts, given = tee(passages)
        written = ((context, write_rows_as_sentences(text)) for context, text in given)
        pairs, asked = tee(self.tokenizer.encode_pairs(question, written))
        for logits, pair, (_, text) in zip(self._network(asked), pairs, texts, strict=True):
            yield _find_words(pair, logits, weigh_cells(question, text))


def _find_words(pair: TokenPair, logits: PairLogits, parts: Sequence[Part]) -> Reading:
    words = slice(pair.first, pair.first + len(pair.offsets))
    # The first token means that there is no answer.
    none = float(logits.start[0] + logits.end[0])
    best = find_best_span(logits.start[words], logits.end[words], pair.offsets, none, parts)
    # A token may cover no characters; a span of such tokens quotes nothing.
    span = best.span if best.span and best.span.start < best.span.end else None
    return Reading(logits.relevance, best.over_none, span, best.over_others, best.over_rows)


def is_trained_reader(folder: Path) -> bool:
    """Return whether the folder holds a reader of the form of the shipped one."""
    return (folder / ABOUT).is_file()
