"""What kind of answer a question asks for, from its wording alone.

English only; a question in another language is ``OTHER``.
"""

import regex

from index.languages import ENGLISH
from index.text.sentences import PunctuatedNames, split_into_sentences
from index.types import Span
from qa.query.politeness import strip_politeness
from qa.types import QuestionForm

PATTERNS = ENGLISH.question_patterns
WORD = regex.compile(r"[\p{L}\p{N}'’-]+")
MARKED = regex.compile(r"[?？][\"'”’)*\s]*$")
NO_NAMES = PunctuatedNames()
# A noun phrase is seldom longer, and words after it say nothing of what is asked for.
MAX_PHRASE_WORDS = 6


def classify_question(question: str) -> QuestionForm:
    """Return the kind of answer that the last question in the text asks for, in any case and with or without marks."""
    clause = _find_asking_clause(_find_last_question(strip_politeness(question)))
    request = PATTERNS.request.match(clause)
    asked = clause[request.end() :] if request else clause
    requested = asked != clause
    if PATTERNS.explanation.match(asked):
        return QuestionForm.EXPLANATION
    yes_no = PATTERNS.yes_no.match(asked)
    # "Tell me if …" asks for yes or no; "if …" alone is a condition.
    if yes_no and (not yes_no["condition"] or PATTERNS.condition_asked.search(question)):
        return QuestionForm.YES_NO
    if _asks_for_several(asked, requested):
        return QuestionForm.LIST
    keywords = not PATTERNS.interrogative.match(asked)
    explains = keywords and PATTERNS.explanation_anywhere.search(asked)
    return QuestionForm.EXPLANATION if explains else QuestionForm.OTHER


def _find_last_question(text: str) -> str:
    """Return the last sentence with a question mark or a request, or that begins like a question, or else the last."""
    sentences = [text[s.start : s.end].strip() for s in split_into_sentences(text, Span(0, len(text)), NO_NAMES)]
    marked = [sentence for sentence in sentences if MARKED.search(sentence) or PATTERNS.listing.match(sentence)]
    opened = [sentence for sentence in sentences if PATTERNS.clause_opening.search(sentence)]
    return (marked or opened or sentences or [text])[-1]


def _find_asking_clause(sentence: str) -> str:
    """Return the sentence from the clause that asks on: "If I am late, can I …" asks after its comma."""
    opening = PATTERNS.clause_opening.search(sentence)
    return sentence[opening.end() :] if opening else sentence


def _asks_for_several(asked: str, requested: bool) -> bool:
    """Return whether the noun asked for is a plural: "which studios", "which two rules", "name the items"."""
    if PATTERNS.listing.match(asked):
        return True
    interrogative = PATTERNS.interrogative.match(asked)
    opening = PATTERNS.noun_opening.match(asked, max(0, interrogative.end("preposition")) if interrogative else 0)
    # "The dates of …" asks only after "tell me".
    if opening is None or (opening["article"] and not requested):
        return False
    phrase, follower = _read_noun_phrase(asked[opening.end() :])
    follows_noun = follower in PATTERNS.verbs_and_pronouns
    if opening["what"] and len(phrase) == 1 and not follows_noun:
        # "What counts as …": the word is a verb.
        return False
    # The last word may be a verb too ("which command shows the …") unless one follows ("which export formats does")
    # and more than an object follows ("which bus goes there").
    nouns = [*phrase[:1], *phrase[-1:]] if follows_noun and follower not in PATTERNS.objects else phrase[:1]
    return any(word in PATTERNS.numerals for word in phrase[:3]) or any(map(_is_plural, nouns))


def _read_noun_phrase(text: str) -> tuple[list[str], str]:
    """Return the words up to the first one that is in no noun phrase, and that word, if there is one so soon."""
    phrase: list[str] = []
    for word in WORD.findall(text.lower())[: MAX_PHRASE_WORDS + 1]:
        if word in PATTERNS.verbs_and_pronouns or (phrase and word in PATTERNS.phrase_ends):
            return phrase, word
        phrase.append(word)
    return phrase, ""


def _is_plural(word: str) -> bool:
    if word in PATTERNS.irregular_plurals:
        return True
    ending = word.endswith("s") and not word.endswith(("ss", "us", "is", "'s", "’s"))
    return len(word) > 3 and ending and word not in PATTERNS.false_plurals
