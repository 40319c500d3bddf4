"""What is embedded of a unit is its own text and the context of its passage."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.build.unit_inputs import UnitInput, UnitInputs, UnitTexts
from index.generation.documents import Documents
from index.generation.passages import Passages
from index.text.chunking import ChunkSizes, make_units, split_into_passages
from index.text.searchable_text import build_context
from index.text.sentences import PunctuatedNames
from index.types import Document
from tests.doubles import WordEncoder

SENTENCES = st.sampled_from(["Cats sleep.", "Öl und Käse: 5 €.", "日本語の文です。", "# Heading\n\nDogs dig."])
TEXTS = st.lists(SENTENCES, min_size=1, max_size=6).map("\n\n".join)
COLLECTIONS = st.lists(st.tuples(TEXTS, st.sampled_from(["", "Animals", "one two three four five six"])), max_size=3)


@given(COLLECTIONS, st.booleans())
def test_inputs_are_slices_of_the_documents(collection: list[tuple[str, str]], has_context: bool) -> None:
    """The text exactly as it is there, with title and heading if they are mixed in, halved until the encoder takes them."""
    documents = [Document(f"{n}", text, title) for n, (text, title) in enumerate(collection)]
    encoder = WordEncoder(max_tokens=6)
    sizes = ChunkSizes(max_chars=40, target_chars=30)
    split = [split_into_passages(one, PunctuatedNames(), sizes, WordEncoder().count_tokens) for one in documents]
    passages = [passage for own in split for passage in own]
    units = make_units(passages)
    table = np.array([(unit.passage, unit.start, unit.end) for unit in units], dtype=np.int64).reshape(-1, 3)
    inputs = UnitInputs(Passages.build(passages, Documents.build(documents)), table, encoder, has_context)
    expected = []
    for unit in units:
        passage, document = passages[unit.passage], documents[int(passages[unit.passage].document)]
        context = build_context(document.title, passage.heading or "") if has_context else ""
        while encoder.count_tokens([context])[0] > 6:
            context = context[: len(context) // 2]
        edges = passage.sentences[0].start, passage.sentences[-1].end
        expected.append(UnitInput(document.text[unit.start : unit.end], context, (unit.start, unit.end) == edges))
    assert list(inputs) == list(inputs[:]) == expected
    texts = UnitTexts(inputs)
    assert list(texts) == list(texts[:]) == [unit.text for unit in expected]
