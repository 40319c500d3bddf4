"""Which words a follow-up needs from the conversation before it.

Chosen on half of CANARD (Elgohary et al. 2019, "Can You Unpack That?"), whose people add to a follow-up mostly the
names that it is about. ``python -m benchmarks.follow_ups`` measures it on the other half.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from index.languages import ENGLISH
from qa.query.completeness import find_references, has_name, is_fragment
from qa.query.words import Word, split_written_words
from qa.types import Turn

GRAMMAR = ENGLISH.grammar
# More words than these outweigh the question itself.
MAX_CARRIED = 8
# The first names of a turn are what it is about; after a few words of its question come details.
MAX_NAMES, MAX_TOPIC_WORDS = 2, 3
# A longer answer says more than what a follow-up means; one without a name has to be shorter still.
MAX_ANSWER_WORDS, MAX_NAMELESS_ANSWER_WORDS = 8, 5
# Names are introduced at the beginning, and a question must not take long because its conversation is long.
MAX_ANSWER_CHARS = 1000
# "How did the band form?": without a name, so few words of content belong to the conversation before them.
MAX_LINKED_WORDS = 2
# "Kaif" was introduced as "Katrina Kaif": a name is completed by at most so many words.
MAX_ADDED_NAMES = 2


@dataclass(frozen=True)
class ParsedTurn:
    """A turn in words, and what they refer to."""

    question: Sequence[Word]
    answer: Sequence[Word]

    @cached_property
    def references(self) -> list[str]:
        """The words of the question that refer to something said before."""
        return find_references(self.question)

    @property
    def groups(self) -> list[str]:
        """The groups of its referring pronouns, each once."""
        pronouns = (word for word in self.references if word in GRAMMAR.pronouns)
        return list(dict.fromkeys(GRAMMAR.pronouns[pronoun] for pronoun in pronouns))

    @property
    def asks(self) -> frozenset[str]:
        """The question words of the question."""
        return GRAMMAR.question_openers.intersection(word.folded for word in self.question)

    @property
    def is_dependent(self) -> bool:
        """Whether the question cannot be understood alone."""
        return bool(self.references) or is_fragment(self.question)

    @property
    def is_pointing(self) -> bool:
        """Whether the question points at what was asked ("Where was that?") or goes on with it ("And in Japan?")."""
        return is_fragment(self.question) or not GRAMMAR.demonstratives.isdisjoint(self.references)

    @property
    def known_things(self) -> list[Word]:
        """What the question takes for known: the words behind "the" and the like; with a name only behind "this"."""
        articles = GRAMMAR.definite_words
        if has_name(self.question):
            articles &= GRAMMAR.demonstratives
        return [word for article, word in pairwise(self.question) if article.folded in articles]


def is_small_talk(text: str) -> bool:
    """Return whether a turn only greets, thanks or confirms, and asks nothing."""
    return ENGLISH.small_talk.fullmatch(text) is not None


def carry_words(question: str, history: Sequence[Turn]) -> list[str]:
    """Return the words of the conversation that a question needs, at most ``MAX_CARRIED``.

    A complete question needs none. Others need what they refer to: the names of the last turn, or of
    the turns before as far as each depends on the one before it; and what was asked about a thing.
    """
    turns = [_parse_turn(turn) for turn in history if not is_small_talk(turn.question)]
    if not turns or is_small_talk(question):
        return []
    asked = _parse_turn(Turn(question))
    if not (asked.is_dependent or _resumes(asked, turns[-1])):
        return []
    chain = list(_follow_chain(turns))
    groups: Sequence[str | None] = asked.groups or [None]
    if not asked.is_dependent and _have_common_word(asked.known_things, chain[0].question):
        # "the film" of the last question; its answer is another thing.
        chain[0] = replace(chain[0], answer=())
    words: list[Word] = []
    topic: list[Word] = []
    for group in groups:
        names, source = _find_names(chain, group)
        words += [word for name in names for word in _complete_name(name, turns)]
        if group == "thing":
            # Of "Who directed the film?" the thing is the film; what was asked of it is answered.
            subject = source if "thing" in chain[0].groups else chain[0]
            topic += _find_topic(word for word in subject.question if not word.is_past)
        elif group is None and asked.is_pointing:
            topic += _find_topic(source.question)
    if not words:
        # In lower case nothing looks like a name: what the conversation began with is what it is about.
        topic = [*_find_topic(chain[0].question), *chain[-1].question]
    return _select_written([*words, *topic], asked.question)[:MAX_CARRIED]


def _parse_turn(turn: Turn) -> ParsedTurn:
    return ParsedTurn(split_written_words(turn.question), split_written_words((turn.answer or "")[:MAX_ANSWER_CHARS]))


def _follow_chain(turns: Sequence[ParsedTurn]) -> Iterator[ParsedTurn]:
    """Yield the last turn, then the one before it if the last depends on that one, and so on."""
    yield turns[-1]
    for turn, before in pairwise(reversed(turns)):
        if not (turn.is_dependent or _resumes(turn, before) or _is_linked(turn, before)):
            return
        yield before


def _resumes(turn: ParsedTurn, before: ParsedTurn) -> bool:
    """Return whether a question without a name takes up a thing of the turn before: "the film"."""
    return _have_common_word(turn.known_things, (*before.question, *before.answer))


def _is_linked(turn: ParsedTurn, before: ParsedTurn) -> bool:
    """Return whether a complete question is likely to be on the matter of the turn before it."""
    content = [word for word in turn.question if word.is_content and not word.is_vague]
    is_short = len(content) <= MAX_LINKED_WORDS
    return not has_name(turn.question) and (is_short or _have_common_word(content, (*before.question, *before.answer)))


def _have_common_word(words: Iterable[Word], others: Iterable[Word]) -> bool:
    """Return whether texts have a word of content in common, be it in the singular or in the plural."""
    said = {word.singular for word in others if word.is_content}
    return any(word.is_content and word.singular in said for word in words)


def _find_names(chain: Sequence[ParsedTurn], group: str | None) -> tuple[list[list[Word]], ParsedTurn]:
    """Return the names that a pronoun of a group means, or another reference (None), and the turn that has them.

    It is the last one that fits. A question with the same pronoun means the same by it, which was named before.
    """
    for turn in chain:
        if group in turn.groups:
            continue
        found = _find_answer(turn, group) if turn is chain[0] else []
        if not found or group not in GRAMMAR.persons:
            found += _find_runs(turn.question)[:MAX_NAMES]
        if found:
            return found, turn
    return _find_runs(chain[-1].question)[:MAX_NAMES], chain[0]


def _find_answer(turn: ParsedTurn, group: str | None) -> list[list[Word]]:
    """Return the names, or else the words of content, of an answer that a pronoun of a group can mean."""
    asks_who = not turn.asks.isdisjoint(GRAMMAR.person_openers)
    if group in GRAMMAR.persons:
        fits = asks_who
    elif group is None:
        fits = "when" not in turn.asks
    else:
        fits = turn.asks.isdisjoint(("where", "when", "how")) and not (asks_who and group == "thing")
    if not turn.asks or not fits or len(turn.answer) > MAX_ANSWER_WORDS:
        return []
    names = _find_runs(turn.answer)[:MAX_NAMES]
    if names or group in GRAMMAR.persons or len(turn.answer) > MAX_NAMELESS_ANSWER_WORDS:
        return names
    return [[word] for word in turn.answer if word.is_content and not word.is_number]


def _find_topic(words: Iterable[Word]) -> list[Word]:
    """Return the first words of content that are no names."""
    topic = [word for word in words if word.is_content and not word.is_name and not word.is_vague]
    return topic[:MAX_TOPIC_WORDS]


def _find_runs(words: Sequence[Word]) -> list[list[Word]]:
    """Return the names in a text, each as the words that follow each other."""
    runs: list[list[Word]] = []
    continues = False
    for word in words:
        if word.is_name and continues:
            runs[-1].append(word)
        elif word.is_name:
            runs.append([word])
        continues = word.is_name and not word.ends_clause
    return runs


def _complete_name(name: Sequence[Word], turns: Sequence[ParsedTurn]) -> Sequence[Word]:
    """Return a name as it was introduced in full anywhere in the conversation."""
    known = {word.folded for word in name}
    runs = (run for turn in turns for words in (turn.question, turn.answer) for run in _find_runs(words))
    longer = [run for run in runs if known < {word.folded for word in run} and len(run) <= len(name) + MAX_ADDED_NAMES]
    return max(longer, key=len, default=name)


def _select_written(words: Iterable[Word], known: Iterable[Word]) -> list[str]:
    """Return the words of content as written, each once, none of the ``known`` and none that says nothing."""
    seen = {word.folded for word in known}
    selected = []
    for word in words:
        if word.is_content and word.folded not in seen | GRAMMAR.vague_words:
            seen.add(word.folded)
            selected.append(word.written)
    return selected
