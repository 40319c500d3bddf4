"""Questions made of a collection are answered by it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.generation.collection_info import NO_INFO
from index.types import PassageKind, Span
from qa.collection.catalog import DocumentContent, DocumentInfo, PassageSpan
from qa.collection.suggestions import suggest_follow_ups, suggest_questions
from qa.collection.suggestions.choose import MAX_TRIED, MIN_CONFIDENCE, _generate_candidates, _scatter_numbers
from qa.collection.suggestions.templates import GeneratedQuestion, generate_questions
from qa.engine import Engine
from qa.types import Answer, Quote, Request, Status
from qa.web.pages.suggested_questions import SuggestedQuestions
from tests.qa.web.helpers import HandMade, OneDocument


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        ("The bridge was built by Ann Lee.", "Who built the bridge?", "Ann Lee"),
        ("The opera is written by Ann Lee and directed by Bo Ek.", "Who directed the opera?", "Bo Ek"),
        ("The opera is written by Ann Lee and directed by Bo Ek.", "Who wrote the opera?", "Ann Lee"),
        ("The museum was officially opened in May 1911.", "When was the museum opened?", "May 1911"),
        ("Plans for a tunnel were announced on 4 May 1911.", "When were plans for a tunnel announced?", "4 May 1911"),
        ("In 2006, the book was nominated for an award in Rome.", "When was the book nominated for an award?", "2006"),
        ("Ann Lee (1850–1911) was born in Leeds.", "Where was Ann Lee born?", "Leeds"),
        ("The gravity gun is a weapon.", "What is the gravity gun?", "a weapon"),
        ("Marie Curie discovered the element radium, too.", "Who discovered the element radium?", "Marie Curie"),
    ],
)  # fmt: skip
def test_a_sentence_gives_the_question_that_it_answers(sentence: str, question: str, answer: str) -> None:
    """In the words of a person, with what it asks for; asides are left out."""
    assert (question, answer) in [(one.text, one.answer) for one in generate_questions(sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "It was built by Ann Lee.", "He is a man.", "This is a test.", "However, the bridge was built by Ann Lee.",
        "The man took his hat.", "The old fox took the cheese.", "Killy is a man of few words.",
        "The short is contextualized as a TV programme.", "A fourth edition was printed in 1956.", "The film is a drama.",
        "People think the yard was founded in 2008.", "The radium was known by Ann Lee.", "映画です。", "", "There is a house.", "In 1911, it was opened to the public.",
    ],
)  # fmt: skip
def test_a_sentence_gives_no_question_that_nobody_would_ask(sentence: str) -> None:
    """Nobody knows who "he" is, which "fourth edition" is meant, or what "the film" is."""
    assert list(generate_questions(sentence)) == []


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    """Nothing breaks, and what comes is a question."""
    assert all(one.text.endswith("?") and one.answer for one in generate_questions(text))


@given(st.integers(0, 3000))
def test_a_scattered_order_has_every_number_once(count: int) -> None:
    """However many there are."""
    assert sorted(_scatter_numbers(count)) == list(range(count))


class Answering(HandMade):
    """An engine over one document of many sentences that can be asked; keeps the size of each batch of questions."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        sentences = [f"The bridge number {number} was built by Ann Lee." for number in range(40)]
        text = " ".join(sentences)
        info = DocumentInfo("bridges", "", "ab" * 32, len(text), 1, {})
        passage = PassageSpan("bridges#0", 0, len(text), None, PassageKind.BODY, None)
        self.catalog.get_document = lambda _: DocumentContent(info, text, (passage,))  # type: ignore[method-assign]

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        self.batches.append(len(questions))
        return super().ask_many(questions)


def test_questions_are_asked_a_few_at_a_time_until_stopped() -> None:
    """Who stops the server waits for one batch at most."""
    engine = Answering()
    suggest_questions(engine)
    assert sum(engine.batches) == MAX_TRIED
    assert max(engine.batches) <= 4
    for stop_after in (0, 1, 3):
        engine = Answering()
        assert suggest_questions(engine, lambda e=engine, n=stop_after: len(e.batches) >= n) == ()  # type: ignore[misc]
        assert len(engine.batches) == stop_after


class Knowing(Answering):
    """Answers each question about a bridge with the sentence that it was made of."""

    def __init__(self, name: str = "", sentences: int = 100) -> None:
        super().__init__()
        self.words, self.confidence = Quote("Ann Lee", 0, 7), 0.91
        self.sentences = [f"The {name}bridge {number} was built by Ann Lee." for number in range(10, 10 + sentences)]
        text = " ".join(self.sentences)
        info = DocumentInfo("bridges", "", "ab" * 32, len(text), 1, {})
        bounds = [(text.index(sentence), text.index(sentence) + len(sentence)) for sentence in self.sentences]
        passages = tuple(PassageSpan(f"p{a}", a, b, f"h{a}", PassageKind.BODY, None) for a, b in bounds)
        self.catalog.get_document = lambda _: DocumentContent(info, text, passages)  # type: ignore[method-assign]
        self.text = text

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        answers = []
        for request, answer in zip(questions, super().ask_many(questions), strict=True):
            subject = request.question.removeprefix("Who built ").removesuffix("?")
            start = self.text.index(subject[0].upper() + subject[1:] + " ")
            assert answer.answer
            words = replace(answer.answer, document="bridges", start=start, end=start + 9, spans=(self.words,))
            answers.append(replace(answer, answer=replace(words, confidence=self.confidence)))
        return answers


def test_twelve_questions_are_suggested_of_forty_passages() -> None:
    """36 are tried in mode fast, 24 in mode precise."""
    engine = Knowing()
    found = suggest_questions(engine)
    assert len({one.question for one in found}) == len(found) == 12
    assert [sum(one.mode == mode for one in engine.asked) for mode in ("fast", "precise")] == [36, 24]
    engine = Knowing(sentences=50)
    assert len({one.span for one in _generate_candidates(engine.catalog, lambda: False)}) == 40


def test_reading_ends_with_seventy_two_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many documents there are."""
    engine, read = Knowing(), []

    def generate(sentence: str) -> Iterator[GeneratedQuestion]:
        read.append(sentence)
        return iter([GeneratedQuestion("Who", f"Who built the bridge {10 + len(read)}?", "Ann Lee")])

    monkeypatch.setattr("qa.collection.suggestions.choose.generate_questions", generate)
    monkeypatch.setattr(OneDocument, "document_count", 5)
    monkeypatch.setattr(OneDocument, "list_documents", lambda self, offset, limit: [self.info])
    suggest_questions(engine)
    assert len(read) == 72


@pytest.mark.parametrize(("letters", "count"), [(90, 12), (91, 0)])
def test_a_long_question_is_not_suggested(letters: int, count: int) -> None:
    """90 characters at most."""
    shortest = len("Who built the xbridge 10?")
    engine = Knowing("x" * (letters - shortest + 1), sentences=50)
    found = suggest_questions(engine)
    assert len([one for one in found if len(one.question) == letters]) == count


def test_a_question_that_is_answered_with_other_words_is_not_suggested() -> None:
    """Nor one whose words are not likely; without a reader there are no words, and their sentence suffices."""
    engine = Knowing()
    engine.words = Quote("Bo Ek", 0, 5)
    assert suggest_questions(engine) == ()
    engine.words, engine.confidence = Quote("Lee, of Leeds", 0, 13), 0.75
    assert len(suggest_questions(engine)) == 12
    engine.confidence = 0.74
    assert suggest_questions(engine) == ()
    engine.reader = "none"
    assert len(suggest_questions(engine)) == 12


def test_follow_ups_are_of_the_sentences_around_an_answer() -> None:
    """The nearest sentences, without the one that answered; of another document there are none."""
    engine = Knowing()
    place = engine.text.index(engine.sentences[20])
    found = suggest_follow_ups(engine, "bridges", Span(place, place + 5), 3)
    numbers = [int(one.question.removeprefix("Who built the bridge ").removesuffix("?")) for one in found]
    assert len(numbers) == 3
    assert 30 not in numbers
    assert all(abs(number - 30) <= 3 for number in numbers)
    engine.catalog.get_document = lambda _: None  # type: ignore[method-assign,assignment,return-value]
    assert suggest_follow_ups(engine, "other", Span(0, 1), 3) == ()


def test_follow_ups_are_looked_for_once() -> None:
    """Whoever gets the same answer gets them without a question being asked."""
    engine = Knowing()
    suggested, place = SuggestedQuestions(engine), Span(0, 5)
    first = suggested.after_answer("bridges", place)
    asked = len(engine.asked)
    assert len(first) == 3
    assert suggested.after_answer("bridges", place) == first
    assert len(engine.asked) == asked


def test_written_questions_are_those_of_the_first_page() -> None:
    """Whoever made the collection knows best; nothing is looked for."""
    engine = Knowing()
    engine.catalog.collection = replace(NO_INFO, questions=("How high is the tower?",))
    assert SuggestedQuestions(engine).for_welcome() == ("How high is the tower?",)
    assert engine.asked == []


def test_stopping_waits_for_the_thread() -> None:
    """And nothing is suggested afterwards."""
    suggested = SuggestedQuestions(Answering())
    thread = suggested.start()
    suggested.stop()
    assert not thread.is_alive()
    assert list(suggested.for_welcome()) == []


@pytest.mark.slow
def test_the_seed_is_asked_what_it_answers(engine: Engine) -> None:
    """Some, each answered surely where it was made; twice the same."""
    found = suggest_questions(engine)
    assert {"Who directed the film?"} < {one.question for one in found}
    assert found == suggest_questions(engine)
    for one in found:
        answer = engine.ask(Request(one.question))
        assert answer.status is Status.ANSWERED and answer.answer is not None
        assert one.span.overlaps(Span(answer.answer.start, answer.answer.end))
        assert answer.answer.confidence >= MIN_CONFIDENCE
