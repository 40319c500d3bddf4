"""Probes made of a collection itself: what they ask, what counts as right, what is noticed on the way."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import UsageError
from index.generation.generation import Generation
from index.progress import Silent
from index.text.analyzer import WORD_PATTERN, Analyzer
from qa.engine import Engine
from qa.evaluation.known_item import KnownItemReport, evaluate_known_items, format_summary, save_report
from qa.evaluation.known_item.defects import (
    MIN_COSINE,
    MIN_JACCARD,
    find_duplicates,
    jaccard_similarity,
    make_shingles,
)
from qa.evaluation.known_item.material import CollectionView
from qa.evaluation.known_item.questions import MAKERS, make_items, mask_words
from qa.evaluation.known_item.types import BlankPage, KnownItem, ShortDocument
from qa.types import MAX_QUESTION_CHARS
from tests.index.parsers.samples import pdf
from tests.qa.evaluation.made_up import served, texts

WORDS = Analyzer("english")
CITIES = ("Lisbon", "Oslo", "Cairo", "Quito", "Hanoi", "Perth", "Dakar", "Lima", "Minsk", "Seoul", "Turin", "Accra")
FACTS = [f"A lantern keeper walked the long harbour road of {city} every autumn evening, singing." for city in CITIES]
ORCHARD = (
    "The orchard behind the old mill has forty crooked pear trees, two beehives, a dry stone well and a narrow "
    "gate that nobody has closed since the flood carried away the wooden bridge in the spring of 1911."
)


def list_names(number: int) -> str:
    """Return words that no other number has."""
    return " ".join(f"{chr(ord('a') + number)}{word}" for word in ORCHARD.lower().replace(",", "").split())


def material(generation: Generation) -> CollectionView:
    return CollectionView(generation.contents, WORDS)


def asked(generation: Generation, kind: str) -> list[KnownItem]:
    items = make_items(material(generation), range(len(generation.contents.passages)))
    return [item for item in items if item.kind == kind]


def right(generation: Generation, kind: str) -> dict[str, set[str]]:
    """The documents of what is right, by question."""
    passages = generation.contents.passages
    return {one.question: {passages[i].document for i in one.right} for one in asked(generation, kind)}


def first(probed: KnownItemReport, kind: str) -> float:
    return {one.kind: one for one in probed.shares}[kind].found["first"].mean


def test_each_heading_is_asked_once_and_all_under_it_is_right(tmp_path: Path) -> None:
    """One that tells enough and stands in one document only is asked as it is."""
    parts = ["# Harbour lantern keepers", *FACTS, "# Wells of the orchard", ORCHARD]
    generation, _ = served({"a.md": "\n\n".join(parts)}, tmp_path)
    keepers, wells = asked(generation, "heading")
    assert (keepers.question, wells.question) == ("Harbour lantern keepers", "Wells of the orchard")
    assert (len(keepers.right), len(wells.right)) == (len(generation.contents.passages) - 1, 1)


@pytest.mark.parametrize("heading", ["Plot", "Known works of art"])
def test_the_title_stands_before_a_short_or_ambiguous_heading(tmp_path: Path, heading: str) -> None:
    """Otherwise nobody could say whose plot is meant."""
    text = {f"{name}.md": f"# {heading}\n\n{fact}" for name, fact in zip(("Snow", "Fire"), FACTS, strict=False)}
    titles = {f"{name}.md.toml": f'title = "{name} Story"' for name in ("Snow", "Fire")}
    generation, engine = served(text | titles, tmp_path)
    assert right(generation, "heading") == {f"{n} Story · {heading}": {f"{n}.md"} for n in ("Snow", "Fire")}
    assert first(evaluate_known_items(generation, engine), "heading") == 1


def test_the_most_telling_sentence_is_asked_and_right_wherever_it_stands(tmp_path: Path) -> None:
    """By the sum of its words' idf; every third word that carries matter is left out."""
    sentence = "Copper kettles whistle under granite arches."
    generation, _ = served(texts(f"It was so. {sentence} Yes.", f"They say: {sentence.upper()}", *FACTS), tmp_path)
    assert right(generation, "key sentence")["Copper kettles under granite arches."] == {"00.txt", "01.txt"}


def test_a_name_is_asked_where_at_most_two_passages_hold_it(tmp_path: Path) -> None:
    """Capitals at the start of sentences and of quotations are no names, and "I" is none of one."""
    harbour = ["In summer the road to Porto is dusty.", "At dusk the lights of Porto can be seen."]
    seen = 'Nobody had seen Ana Belmonte since. Morning came, and they cried, "Today it rains."'
    house, moon = "In winter Ana Belmonte's house stood empty near Porto.", "Under the moon God I have praised."
    generation, _ = served(texts(seen, house, moon, *harbour), tmp_path)
    assert right(generation, "rare name") == {"Ana Belmonte": {"00.txt", "01.txt"}, "God": {"02.txt"}}


def test_scripts_without_capitals_or_spaces_are_probed_too(tmp_path: Path) -> None:
    """They have no names; of a sentence without spaces, pairs of characters are left out."""
    lines = texts("吾輩は猫である。名前はまだ無い。", "国境の長いトンネルを抜けると雪国であった。")
    generation, engine = served(lines, tmp_path, stemmer="none")
    assert right(generation, "rare name") == {}
    questions = right(generation, "key sentence")
    assert (questions["国境の長ンネルをると雪国った。"], len(questions)) == ({"01.txt"}, 2)
    assert first(evaluate_known_items(generation, engine), "key sentence") == 1


def test_what_is_too_short_is_not_asked(tmp_path: Path) -> None:
    """A question has two content words at least, and no more characters than may be asked."""
    long = {"2.md": f"# Plot\n\n{'x' * 3000} and {'y ' * 900}"}
    generation, engine = served(long | texts("Rain.", "So it was."), tmp_path)
    probes = [outcome.probe for outcome in evaluate_known_items(generation, engine).outcomes]
    assert all(len(WORDS.content_terms(q.question)) >= 2 and len(q.question) <= MAX_QUESTION_CHARS for q in probes)
    assert {generation.contents.passages[i].document for one in probes for i in one.right} <= {"2.md"}


@given(st.text(st.sampled_from("abc défÉ the of 猫犬 ไทย'’-.,!?\n"), max_size=80) | st.text(max_size=40))
def test_masking_leaves_the_rest_in_order(text: str) -> None:
    """Every third word goes, nothing is added, and the same text gives the same question."""
    question = mask_words(text, WORDS)
    assert question == mask_words(text, WORDS)
    rest = iter(text)
    assert all(any(own == one for own in rest) for one in question.replace(" ", ""))
    if not any(token.group("run") for token in WORD_PATTERN.finditer(text)):
        words, left = (sum(bool(WORDS.content_terms(m[0])) for m in WORD_PATTERN.finditer(t)) for t in (text, question))
        assert left == words - words // 3


def test_the_seed_is_found(generation: Generation, engine: Engine) -> None:
    """Every passage by its own words; but a high figure must not be taken for quality."""
    probed = evaluate_known_items(generation, engine)
    assert [one.kind for one in probed.shares] == list(MAKERS)
    assert all(one.found["among 10"].mean == 1 for one in probed.shares)
    assert not (probed.lost or probed.misled[1:] or probed.duplicates or probed.unasked or probed.every != 1)
    assert "What it cannot show: whether the questions of your users" in format_summary(probed)


def test_a_passage_hidden_by_others_is_lost(tmp_path: Path) -> None:
    """It is named with the question and with what came first in its stead."""
    rivals = [" ".join(words) for words in product(("stone", "red"), repeat=4) if len(set(words)) == 2]
    probed = evaluate_known_items(*served(texts("Red stone bridge.", *rivals), tmp_path))
    lost = probed.lost[0]
    assert (lost.place.text, lost.stood_in_for) == ("Red stone bridge.", False)
    missed = lost.missed[0]
    assert (missed.kind, missed.question, missed.rank) == ("key sentence", "Red stone .", None)
    assert "key sentence “Red stone .”; first came " in format_summary(probed)


def test_a_near_copy_that_never_comes_is_lost_behind_the_others(tmp_path: Path) -> None:
    """The text is reached, so it is not the worst; the near copies are named beside it.

    The rest of their documents differs: near copies in documents that are nearly the same are shown as one.
    """
    files = {f"{n:02}.md": f"# Mill\n\n{ORCHARD}{'!' * n}\n\n# List\n\n{list_names(n)}." for n in range(14)}
    probed = evaluate_known_items(*served(files, tmp_path))
    assert (first(probed, "key sentence"), [one.stood_in_for for one in probed.lost]) == (1, [True] * 4)
    assert len(probed.duplicates) == 13
    assert {pair.first.passage for pair in probed.duplicates} == {f"00.md#0-{8 + len(ORCHARD)}"}


def test_a_heading_that_misleads_is_named(tmp_path: Path) -> None:
    """Where what stands elsewhere answers it better than what stands under it."""
    better = "Copper kettles of Ghent, copper kettles, copper kettles of Ghent."
    files = {"a.md": f"# Copper kettles of Ghent\n\n{ORCHARD}", "b.txt": better}
    probed = evaluate_known_items(*served(files, tmp_path, context="none"))
    assert first(probed, "heading") == 0
    said = "Headings that something else answers first: 1\n  “Copper kettles of Ghent” at rank 2; first came b.txt#0-65"
    assert said in format_summary(probed)


@pytest.mark.parametrize(("most", "every", "probed"), [(12, 1, 12), (11, 2, 6), (5, 3, 4), (1, 12, 1)])
def test_of_many_passages_every_nth_is_probed(tmp_path: Path, most: int, every: int, probed: int) -> None:
    """Never more than asked for, and the summary says so."""
    found = evaluate_known_items(*served(texts(*FACTS), tmp_path), most=most)
    assert (found.passages, found.every, found.probed) == (12, every, probed)
    said = "all of them asked for" if every == 1 else f" of them asked for ({probed}), the rest only compared"
    assert said in format_summary(found).splitlines()[0]
    assert found.shares[0].asked == probed


@pytest.mark.leg_failure
def test_a_failed_leg_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of one leg alone must not pass for those of both."""
    generation, engine = served(texts(*FACTS), tmp_path)

    def broken(texts: Sequence[str]) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr(engine._encoder, "encode_questions", broken)
    probed = evaluate_known_items(generation, engine)
    assert probed.degraded == {"dense": len(probed.outcomes)}
    assert f"{len(probed.outcomes)} questions were asked while the dense leg failed" in format_summary(probed)


def test_near_duplicates_are_paired_with_the_first(tmp_path: Path) -> None:
    """Both the vectors and the words must be alike: order is meaning."""
    edited = ORCHARD.replace("forty", "fifty")
    shuffled = " ".join(reversed(ORCHARD.split()))
    generation, _ = served(texts(FACTS[0], ORCHARD, shuffled, edited, ORCHARD), tmp_path)
    copy, near = find_duplicates(material(generation), Silent())
    assert [(p.first.passage[:2], p.second.passage[:2]) for p in (copy, near)] == [("01", "04"), ("01", "03")]
    assert (copy.jaccard, MIN_JACCARD <= near.jaccard < 1, MIN_COSINE <= near.cosine < 1) == (1.0, True, True)


@pytest.mark.parametrize("store", ["exact", "faiss"])
def test_duplicates_do_not_depend_on_blocks_or_stores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    """A pair is found whether or not a block ends between its two."""
    generation, _ = served(texts(*FACTS, ORCHARD, *FACTS), tmp_path, store=store)
    whole = find_duplicates(material(generation), Silent())
    assert len(whole) >= len(FACTS)
    monkeypatch.setattr("qa.evaluation.known_item.defects.BLOCK", 5)
    assert find_duplicates(material(generation), Silent()) == whole


@given(st.text(max_size=40), st.text(max_size=40))
def test_jaccard_is_a_share(one: str, other: str) -> None:
    """Of two texts either way round; a text with words is all like itself."""
    first, second = make_shingles(one), make_shingles(other)
    assert 0 <= jaccard_similarity(first, second) == jaccard_similarity(second, first) <= 1
    assert jaccard_similarity(first, first) == (1 if first else 0)


def test_thin_places_are_named(tmp_path: Path) -> None:
    """Blank pages, counted from 1; documents under twenty words; passages with no word but those of grammar."""
    scan = {"scan.pdf": pdf([ORCHARD[:90], "", FACTS[0], ""])}
    files = texts(ORCHARD, "Rain falls on Ghent.", "And so it was.") | scan
    probed = evaluate_known_items(*served(files, tmp_path))
    assert probed.thin.pages == (BlankPage("scan.pdf", 2), BlankPage("scan.pdf", 4))
    assert probed.thin.documents == (ShortDocument("01.txt", 4), ShortDocument("02.txt", 4))
    assert [place.text for place in probed.thin.passages] == ["And so it was."]
    assert "Pages without text: 2\n  scan.pdf page 2\n  scan.pdf page 4" in format_summary(probed)


def test_a_collection_that_gives_no_probe_says_so(tmp_path: Path) -> None:
    """In a sentence, with the rest of what was noticed."""
    probed = evaluate_known_items(*served(texts("😀 😀", "So it was."), tmp_path))
    assert (probed.shares, probed.outcomes, probed.unasked) == ((), (), 2)
    assert "No question can be made: " in format_summary(probed)
    assert "Passages without a content word: 2" in format_summary(probed)
    assert json.loads(save_report(probed, tmp_path / "out").read_text(encoding="utf-8"))["probes"] == []


def test_the_file_has_every_probe(tmp_path: Path) -> None:
    """With what was right, what came back and at which rank; twice the same bytes, and never over a file."""
    generation, engine = served(texts(*FACTS, ORCHARD), tmp_path)
    probed = evaluate_known_items(generation, engine)
    path = save_report(probed, tmp_path / "new" / "out")
    first = path.read_bytes()
    rows = json.loads(first)
    assert path.name == "probe.json"
    assert len(rows["probes"]) == sum(one["asked"] for one in rows["shares"]) == len(probed.outcomes)
    ids = [passage.id for passage in generation.contents.passages]
    for row in rows["probes"]:
        assert set(row["right"]) | set(row["returned"]) <= set(ids)
        assert row["returned"][row["rank"] - 1] in row["right"]
    assert save_report(evaluate_known_items(generation, engine), tmp_path / "new" / "out").read_bytes() == first
    with pytest.raises(UsageError, match="is a file; name a folder with --out"):
        save_report(probed, path)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [({"most": 0}, "invalid value '0' for --most: must be at least 1"), ({"mode": "slow"}, "one of fast, precise")],
)
def test_wrong_use_is_refused(generation: Generation, engine: Engine, chosen: dict[str, Any], words: str) -> None:
    """With the value and what it may be; an engine over another index, too."""
    with pytest.raises(UsageError, match=words):
        evaluate_known_items(generation, engine, **chosen)
    other = replace(generation, manifest=replace(generation.manifest, generation="000002-abc"))
    with pytest.raises(UsageError, match=f"serves {generation.manifest.generation}, not 000002-abc"):
        evaluate_known_items(other, engine)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=60).filter(str.strip), min_size=1, max_size=5))
def test_any_text_can_be_probed(tmp_path_factory: pytest.TempPathFactory, documents: list[str]) -> None:
    """Every probe asks for passages that exist, and the right ones hold what is asked of them."""
    rows = "".join(json.dumps({"id": f"d{i}", "text": text}) + "\n" for i, text in enumerate(documents))
    generation, engine = served({"all.jsonl": rows}, tmp_path_factory.mktemp("any"))
    probed = evaluate_known_items(generation, engine)
    positions = set(range(len(generation.contents.passages)))
    assert all(one.probe.right and one.probe.right.union(one.returned) <= positions for one in probed.outcomes)
    assert format_summary(probed)
