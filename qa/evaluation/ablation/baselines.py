"""Common baselines to compare with: single vectors and BM25, over passages and over whole documents."""

from collections.abc import Iterable, Sequence

import numpy as np

from index.embedding.batching import batch_by_length
from index.search.bm25 import BM25Index
from index.text.analyzer import Analyzer
from index.types import Span, Vectors
from qa.evaluation.ablation.workbench import Workbench
from qa.evaluation.types import Judgement, ReturnedPassage, SystemReply
from qa.types import MAX_TOP_K, Status


def rank_by_passage_vectors(bench: Workbench, judgements: Sequence[Judgement]) -> list[SystemReply]:
    """Rank passages by one vector each, without title and heading: plain vector search."""
    contents = bench.open_generation(context="none").contents
    whole = np.array(contents.whole_passage_units)
    hits = contents.store.search(_encode_questions(bench, judgements), MAX_TOP_K, whole)
    passages = [ReturnedPassage(p.document, Span(p.start, p.end), 0.0, ()) for p in contents.passages]
    return [_reply_with(passages[contents.units[unit, 0]] for unit in matches.positions) for matches in hits]


def rank_by_document_vectors(bench: Workbench, judgements: Sequence[Judgement]) -> list[SystemReply]:
    """Rank documents by one vector each, of the title and as much text as the model takes.

    This is how the encoder's figures on BEIR are made (Thakur et al. 2021).
    """
    cosines = _encode_questions(bench, judgements) @ _encode_documents(bench).T
    return [_rank_documents(bench, np.argsort(-row, kind="stable")[:MAX_TOP_K]) for row in cosines]


def rank_by_document_bm25(bench: Workbench, judgements: Sequence[Judgement]) -> list[SystemReply]:
    """Rank documents, with their titles, by BM25 with the k1 and b of the lexical leg."""
    analyzer = Analyzer()
    lexical = BM25Index.build([analyzer(text) for text in _list_texts(bench)])
    hits = [lexical.search(dict.fromkeys(analyzer(j.question), 1.0), MAX_TOP_K) for j in judgements]
    return [_rank_documents(bench, matches.positions) for matches in hits]


def _encode_questions(bench: Workbench, judgements: Sequence[Judgement]) -> Vectors:
    return bench.encoder.encode_questions([judgement.question for judgement in judgements]).vectors


def _encode_documents(bench: Workbench) -> Vectors:
    """Return a vector per document. They are kept on disk: this is the slowest part of an ablation."""
    path = bench.folder / f"documents-{bench.encoder.fingerprint[:12]}.npy"
    if path.is_file():
        return np.asarray(np.load(path, allow_pickle=False), dtype=np.float32)
    texts = _list_texts(bench)
    rows: dict[int, Vectors] = {}
    # The model drops what is over its limit, and that is what this baseline measures.
    tokens = [min(count, bench.encoder.max_tokens) for count in bench.encoder.count_tokens(texts)]
    for batch in batch_by_length(tokens):
        rows.update(zip(batch, bench.encoder.encode_passages([texts[i] for i in batch]).vectors, strict=True))
    vectors = np.stack([rows[i] for i in range(len(texts))])
    np.save(path, vectors, allow_pickle=False)
    return vectors


def _list_texts(bench: Workbench) -> list[str]:
    return [f"{document.title} {document.text}".strip() for document in bench.dataset.documents.values()]


def _rank_documents(bench: Workbench, positions: Iterable[int]) -> SystemReply:
    documents = list(bench.dataset.documents.values())
    chosen = (documents[position] for position in positions)
    return _reply_with(ReturnedPassage(one.id, Span(0, len(one.text)), 0.0, ()) for one in chosen)


def _reply_with(passages: Iterable[ReturnedPassage]) -> SystemReply:
    """Return a ranking without any statement about its confidence."""
    return SystemReply(Status.UNSURE, 0.0, None, tuple(passages))
