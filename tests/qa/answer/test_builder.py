"""The quotations of an answer, over one passage made by hand."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from index.text.analyzer import Analyzer
from index.types import Passage, Positions, Span
from qa.answer.builder import AnswerBuilder
from qa.answer.calibration import Confidence
from qa.answer.evidence import Evidence
from qa.answer.words import WordsChoice
from qa.query.understand import understand
from qa.ranking.fusion import Hit
from qa.ranking.retrieval import Retrieval
from qa.types import Answer, AnswerKind, AnswerText, QuestionForm, Quote, Request, Status

DOCUMENT = "A heading. It has three studios: Polygon Pictures, Toho and King Records. It was released in 2017."
SENTENCES = (Span(11, 73), Span(74, 98))
PASSAGE = Passage("a", 11, 98, SENTENCES, "Film")
STUDIOS = "Polygon Pictures, Toho and King Records"


class Passages:
    """The one passage."""

    def __getitem__(self, position: int) -> Passage:
        return PASSAGE

    def find_document(self, position: int) -> int:
        return 0

    def choose_repeated(self, positions: Positions) -> Positions:
        return positions[:0]

    def get_text(self, position: int) -> str:
        return DOCUMENT[PASSAGE.start : PASSAGE.end]


def build(
    words: str, kind: AnswerKind, form: QuestionForm = QuestionForm.OTHER, documents: tuple[str, ...] = ()
) -> Answer:
    """The answer if the reader finds these words; none if they are empty."""
    place = Span(DOCUMENT.index(words), DOCUMENT.index(words) + len(words)) if words else None
    held = tuple(sentence for sentence in SENTENCES if place is None or sentence.overlaps(place))
    evidence = Evidence(Hit(0, 1.0, 0.5, 1.0, 1, 1), held, place, words)
    shelf = SimpleNamespace(
        ids=["a"], titles=["A"], get_sha256=lambda document: "0" * 64, get_date=lambda document: None
    )
    builder = AnswerBuilder(SimpleNamespace(contents=SimpleNamespace(passages=Passages(), documents=shelf)))
    query = replace(understand(Request("q", documents=documents), Analyzer("none")), form=form)
    confidence = Confidence((0.9,), Status.ANSWERED, None)
    return builder.build_answer(query, [evidence], confidence, WordsChoice(kind, 0.6), Retrieval((), (), "g"))


def test_the_filter_is_not_matched_for_a_passage_without_copies() -> None:
    """Its patterns go through every id of the collection, which the documents here could not do."""
    assert build("2017", AnswerKind.SPAN, documents=("a*",)).passages[0].copies_total == 0


def list_quotes(answer: AnswerText) -> list[Quote]:
    return [Quote(answer.text, answer.start, answer.end), answer.sentence, *answer.spans]


@pytest.mark.parametrize("kind", list(AnswerKind))
@pytest.mark.parametrize("form", list(QuestionForm))
@pytest.mark.parametrize("words", ["2017", STUDIOS, "King Records. It was", ""])
def test_every_quotation_is_a_slice_of_the_document(words: str, form: QuestionForm, kind: AnswerKind) -> None:
    """Words, sentence and parts of a list, whatever is shown."""
    answer = build(words, kind, form).answer
    assert answer is not None
    assert (answer.kind, answer.confidence, answer.document) == (kind, 0.6, "a")
    for quote in list_quotes(answer):
        assert quote.text == DOCUMENT[quote.start : quote.end] != ""
        assert answer.sentence.start <= quote.start < quote.end <= answer.sentence.end


def test_a_question_for_a_list_gets_each_thing_by_itself() -> None:
    """The whole quotation holds them and what is between them; another question gets it as one."""
    listed = build(STUDIOS, AnswerKind.SPAN, QuestionForm.LIST).answer
    assert listed is not None
    assert listed.text == STUDIOS
    assert [span.text for span in listed.spans] == ["Polygon Pictures", "Toho", "King Records"]
    for kind, form in ((AnswerKind.SPAN, QuestionForm.OTHER), (AnswerKind.SENTENCE, QuestionForm.LIST)):
        whole = build(STUDIOS, kind, form).answer
        assert whole is not None
        assert [span.text for span in whole.spans] == [whole.text]


def test_a_sentence_is_shown_instead_of_the_words_and_is_the_headline() -> None:
    """Without the words the best sentence; of a passage it is kept for programs, but is no headline."""
    for words, text in (("2017", "It was released in 2017."), ("", DOCUMENT[11:73])):
        shown = build(words, AnswerKind.SENTENCE)
        assert shown.answer is not None
        assert shown.headline is shown.answer
        assert (shown.answer.text, shown.answer.sentence.text, shown.shown_confidence) == (text, text, 0.6)
    passage = build("2017", AnswerKind.PASSAGE)
    assert (passage.text, passage.headline) == ("It was released in 2017.", None)
    assert (passage.shown_confidence, passage.confidence) == (0.9, 0.9)
