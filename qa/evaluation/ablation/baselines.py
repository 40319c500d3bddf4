"""What others do, to be compared with: single vectors and BM25, over passages and whole documents."""

from collections.abc import Sequence

import numpy as np

from index.embedding.batching import batch_by_length
from index.search.bm25 import BM25Index
from index.text.analyzer import Analyzer
from index.types import Positions, Span, Vectors
from qa.evaluation.ablation.workbench import Bench
from qa.evaluation.types import Judgement, Reply, Returned
from qa.types import MOST_PASSAGES, Status


def passage_vectors(bench: Bench, judgements: Sequence[Judgement]) -> list[Reply]:
    """Plain vector search: each passage as one vector, without its title and heading."""
    contents = bench.generation(context="none").contents
    whole = np.array(contents.whole_passage_units)
    vectors = bench.encoder.encode_questions([judgement.question for judgement in judgements]).vectors
    found = contents.store.search(vectors, MOST_PASSAGES, whole)
    passages = [Returned(p.document, Span(p.start, p.end), 0.0, ()) for p in contents.passages]
    return [_reply([passages[contents.units[unit, 0]] for unit in matches.positions]) for matches in found]


def document_vectors(bench: Bench, judgements: Sequence[Judgement]) -> list[Reply]:
    """Each document as one vector of its title and as much text as the model takes.

    This is how the encoder's figures on BEIR are made (Thakur et al. 2021).
    """
    vectors = _document_vectors(bench)
    questions = bench.encoder.encode_questions([judgement.question for judgement in judgements]).vectors
    cosines = questions @ vectors.T
    return [_documents(bench, np.argsort(-row, kind="stable")[:MOST_PASSAGES]) for row in cosines]


def document_bm25(bench: Bench, judgements: Sequence[Judgement]) -> list[Reply]:
    """Each document, with its title, as one bag of stems; k1 and b are those of the lexical leg."""
    words = Analyzer()
    lexical = BM25Index.build([words(text) for text in _texts(bench)])
    found = [lexical.search(dict.fromkeys(words(j.question), 1.0), MOST_PASSAGES) for j in judgements]
    return [_documents(bench, matches.positions) for matches in found]


def _document_vectors(bench: Bench) -> Vectors:
    """Kept on disk: the slowest part of an ablation."""
    path = bench.folder / f"documents-{bench.encoder.fingerprint[:12]}.npy"
    if path.is_file():
        return np.asarray(np.load(path, allow_pickle=False), dtype=np.float32)
    texts = _texts(bench)
    rows: dict[int, Vectors] = {}
    tokens = [min(count, bench.encoder.max_tokens) for count in bench.encoder.count_tokens(texts)]
    for batch in batch_by_length(tokens):  # the model drops what is over its limit, which is what is to be measured
        rows.update(zip(batch, bench.encoder.encode_passages([texts[i] for i in batch]).vectors, strict=True))
    vectors = np.stack([rows[i] for i in range(len(texts))])
    np.save(path, vectors, allow_pickle=False)
    return vectors


def _texts(bench: Bench) -> list[str]:
    return [f"{document.title} {document.text}".strip() for document in bench.dataset.documents.values()]


def _documents(bench: Bench, positions: Positions) -> Reply:
    documents = list(bench.dataset.documents.values())
    chosen = (documents[position] for position in positions)
    return _reply([Returned(document.id, Span(0, len(document.text)), 0.0, ()) for document in chosen])


def _reply(passages: Sequence[Returned]) -> Reply:
    """Ranked, and nothing said of how sure it is."""
    return Reply(Status.UNSURE, 0.0, None, tuple(passages))
