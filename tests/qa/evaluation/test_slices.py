"""Questions cut into kinds."""

import pytest

from index.types import Span
from qa.evaluation.report import slices
from qa.evaluation.types import GoldEvidence, Judgement
from tests.qa.evaluation.helpers import made_up_run


def asked(question: str, quote: str = "", **fields: object) -> Judgement:
    evidence = (GoldEvidence("d", Span(0, len(quote)), quote),) if quote else ()
    return Judgement("q", question, evidence=evidence, documents={"d": 1} if quote else {}, **fields)


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Who wrote it?", "who"),
        ("In whose magazine was it printed?", "who"),
        ("According to the text, HOW MANY volumes?", "how"),
        ("Is it a manga?", "none"),
        ("film director", "none"),
        ("監督は誰", "none"),
    ],
)
def test_the_question_word_is_the_first_one(question: str, word: str) -> None:
    """Wherever it stands; none for yes-no questions, keywords, claims and other languages."""
    assert slices.find_question_word(asked(question)) == word


def test_length_is_counted_in_words() -> None:
    """At the edges of the ranges."""
    lengths = [slices.bin_length(asked(" ".join(["word"] * n))) for n in (1, 4, 5, 8, 9, 14, 15, 40)]
    assert lengths == ["1-4 words"] * 2 + ["5-8 words"] * 2 + ["9-14 words"] * 2 + ["15 or more"] * 2


def test_overlap_is_of_content_words_with_the_best_place() -> None:
    """Stems, without words of grammar; none where nothing answers."""
    question = "Which director was filming the manga?"
    assert slices.bin_overlap(asked(question, "The director films mangas.")) == "75-100 %"
    assert slices.bin_overlap(asked(question, "A manga it is.")) == "25-49 %"
    assert slices.bin_overlap(asked(question, "Nothing of the sort.")) == "0-24 %"
    assert slices.bin_overlap(asked(question)) is None
    assert slices.bin_overlap(asked("who is it", "Killy.")) is None


def test_kinds_are_the_judges_or_whether_the_collection_says() -> None:
    """A file without kinds has two."""
    assert slices.name_kind(asked("?", "x", kind="reworded")) == "reworded"
    assert slices.name_kind(asked("?", "x")) == "answerable"
    assert slices.name_kind(asked("?")) == "not in the collection"


def test_every_slice_has_its_questions_and_their_means() -> None:
    """The largest first, ranges in their order; a cut into one slice says nothing and is left out."""
    found = slices.cut_slices(made_up_run(wrong_every=7))
    assert {s.by for s in found} == {"question word", "words shared with what answers", "kind"}
    kinds = {s.name: s for s in found if s.by == "kind"}
    assert (kinds["answerable"].count, kinds["not in the collection"].count) == (135, 15)
    assert kinds["answerable"].scores["Hit@1"].mean == pytest.approx(1 - 19 / 135, abs=0.02)
    assert "Hit@1" not in kinds["not in the collection"].scores
    assert [s.count for s in found if s.by == "question word"] == sorted(
        (s.count for s in found if s.by == "question word"), reverse=True
    )


def test_small_slices_are_left_out() -> None:
    """Of fewer than five questions nothing can be said."""
    assert all(s.count >= 5 for s in slices.cut_slices(made_up_run(questions=12)))
    assert slices.cut_slices(made_up_run(questions=4)) == []
