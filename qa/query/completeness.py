"""Whether a question can be understood without the conversation before it; English only.

A question is incomplete if one of its words refers to something that it does not name ("When was it released?"), or
if it says too little ("Why?", "and the price?"). The rules look at a word and its neighbours, so that every decision
can be explained by them. ``python -m benchmarks.follow_ups`` measures how often they are right.
"""

from collections.abc import Sequence

from index.languages import ENGLISH
from qa.query.words import Word

GRAMMAR = ENGLISH.grammar
# What comes later in a question refers to what it has said itself. The time grows with the square of it.
MAX_WORDS = 60
# Of "is it more or less true that": at most so many words are between "it" and the clause that it announces.
MAX_WORDS_BEFORE_CLAUSE = 5
# "is it safe to eat" lacks what is eaten: a clause that "it" announces has at least so many words of content.
MIN_CLAUSE_WORDS = 2
# "What else …" with more words of content says what it is about.
MAX_VAGUE_WORDS = 3
# "this" in a question with more words of content points at no word of the conversation.
MAX_POINTING_WORDS = 4


def find_references(words: Sequence[Word]) -> list[str]:
    """Return the words of a question that refer to something that it does not name."""
    words = words[:MAX_WORDS]
    return [word.folded for place, word in enumerate(words) if _is_reference(words, place)]


def has_name(words: Sequence[Word]) -> bool:
    """Return whether a question names something: by a name, or by a number ("volume 3", "the 8th episode")."""
    return any(word.is_name or word.folded[0].isdigit() for word in words)


def is_fragment(words: Sequence[Word]) -> bool:
    """Return whether a question continues another one or has too little content to be one."""
    if " ".join(word.folded for word in words).startswith(ENGLISH.follow_up_openers):
        return True
    asks = any(word.folded in GRAMMAR.question_openers | GRAMMAR.auxiliaries | {"more"} for word in words)
    # "And who wrote Hamlet?" is complete, "and in Japan?" is not.
    if words and words[0].folded in GRAMMAR.conjunctions and not asks:
        return True
    content = [word for word in words if word.is_content]
    if all(word.is_vague for word in content):
        return asks or bool(content)
    # A single word is a question of its own if it is written like a name, or in a script without capitals; so is one
    # with a clause of its own: "What should I do if I have asthma?"
    single = len(content) == 1 and content[0].written[0].islower()
    borders = GRAMMAR.clause_borders - GRAMMAR.question_openers - GRAMMAR.prepositions
    has_clause = any(word.folded in borders for word in words[1:-MIN_CLAUSE_WORDS])
    return single and not has_clause and not _is_definition(words) and not _asks_for_action(words)


def _asks_for_action(words: Sequence[Word]) -> bool:
    """Return whether one word of content says what somebody or the weather does: "How do I register?"."""
    subject = next((place for place, word in enumerate(words) if word.folded in GRAMMAR.speakers), len(words))
    asks = any(word.folded in GRAMMAR.question_openers | GRAMMAR.auxiliaries for word in words[:subject])
    is_weather = any(word.folded.startswith(GRAMMAR.weather_verbs) for word in words)
    return asks and (is_weather or any(word.is_content for word in words[subject:]))


def _is_definition(words: Sequence[Word]) -> bool:
    """Return whether words ask what one thing is: "What is (a) basalt?", "What does basalt mean?", or "basalt"."""
    if len(words) == 1:
        return "?" not in words[0].marks
    opener, thing, between = words[0].folded, words[-1], [word.folded for word in words[1:-1]]
    if opener not in GRAMMAR.question_openers or not between:
        return False
    if [between[0], thing.folded] == ["does", "mean"]:
        return True
    is_noun = not thing.folded.endswith(GRAMMAR.adjective_endings) and thing.folded not in ENGLISH.past_participles
    links = set(between[1:]) <= GRAMMAR.articles | GRAMMAR.forms_of_be
    return between[0] in GRAMMAR.forms_of_be and links and thing.is_content and is_noun


def _is_reference(words: Sequence[Word], place: int) -> bool:
    """Return whether the word at a place refers to something that the question does not name."""
    word = words[place].folded
    if word in GRAMMAR.pronouns:
        return not _is_expletive(words, place) and not _has_antecedent(words, place)
    if word in GRAMMAR.vague_references:
        return _asks_for_more(words, place) and not _follows_sentence(words, place)
    if word not in GRAMMAR.demonstratives or not _points_back(words, place) or _follows_sentence(words, place):
        return False
    # "If I clean everything, will that …": it points at a clause of the question itself.
    border = _find_border(words, place)
    return not any(_can_be_meant(words, candidate, place) for candidate in range(_find_matter(words, border), border))


def _points_back(words: Sequence[Word], place: int) -> bool:
    """Return whether a demonstrative refers to what was said, instead of joining clauses or counting."""
    before = words[place - 1].folded if place else ""
    rest = [word.folded for word in words[place + 1 :]]
    after = rest[0] if rest and not words[place].ends_clause else ""
    match words[place].folded:
        case "that":
            # Otherwise it joins clauses or qualifies a noun: "say that …", "the film that …".
            asks = GRAMMAR.question_openers | GRAMMAR.auxiliaries | GRAMMAR.prepositions
            return not after or not before or before in asks or _is_verb(words, place - 1)
        case "there":
            return GRAMMAR.auxiliaries.isdisjoint((before, after)) and before not in GRAMMAR.greetings
        case "then":
            return {"if", "when", "the", "and"}.isdisjoint(word.folded for word in words[:place])
        case "one" | "ones":
            return before in GRAMMAR.choosing_words and (not after or after in GRAMMAR.auxiliaries)
        case "same":
            return not after
        case _:
            # "during this pandemic": a question with much content of its own means what everybody knows.
            content = sum(word.is_content and not word.is_vague for word in words)
            known = content > MAX_POINTING_WORDS or not GRAMMAR.periods.isdisjoint(rest[:2])
            return not known and after not in GRAMMAR.relative_words and not _names_thing(words, place)


def _names_thing(words: Sequence[Word], place: int) -> bool:
    """Return whether "this" or "these" is before a noun that says what is meant: "this warranty", but not "this film".

    After an auxiliary or a conjunction it is a noun only if a verb follows: "Does this warranty cover …", but "Does
    this apply to …".
    """
    noun, before = words[place + 1 : place + 2], words[place - 1].folded if place else ""
    if not noun or words[place].ends_clause or not noun[0].is_content or noun[0].is_vague:
        return False
    name = noun[0].folded
    is_verb = name.endswith((*GRAMMAR.adjective_endings, "ly")) or name in ENGLISH.past_participles
    if is_verb or name in GRAMMAR.general_nouns:
        return False
    follower = words[place + 2 : place + 3]
    needs_verb = not before or before in GRAMMAR.auxiliaries | GRAMMAR.clause_borders | GRAMMAR.question_openers
    return not needs_verb or any(word.is_content or word.folded == "mean" for word in follower)


def _asks_for_more(words: Sequence[Word], place: int) -> bool:
    """Return whether "other" or "else" means other than what was said, which the question does not name."""
    asks = words[place].folded != "other" or (place > 0 and words[place - 1].folded in ("any", "what", "which", "the"))
    excepted = any(word.folded in GRAMMAR.excepting_words for word in words)
    content = sum(word.is_content and not word.is_vague for word in words)
    return asks and not excepted and not has_name(words) and content <= MAX_VAGUE_WORDS


def _is_expletive(words: Sequence[Word], place: int) -> bool:
    """Return whether an "it" announces a clause or means the weather or the time, and refers to nothing."""
    word, rest = words[place], words[place + 1 :]
    if word.folded != "it" or not rest:
        return False
    if word.written.isupper():
        # Information technology, unless all is in capitals.
        return not rest[0].written.isupper()
    verbs = [word.folded for word in rest[:2]]
    if any(verb.startswith(GRAMMAR.weather_verbs) for verb in verbs):
        return True
    if any(verb.startswith(GRAMMAR.expletive_verbs) for verb in verbs) and len(rest) > MIN_CLAUSE_WORDS:
        return True
    subject, before = ["", "", *(word.folded for word in words[:place])][-2:]
    is_state = verbs[0] in GRAMMAR.forms_of_be
    if is_state and any(word.folded in GRAMMAR.periods for word in rest[1:3]):
        return True
    if before in GRAMMAR.forms_of_be and subject in GRAMMAR.clock_words:
        return True
    return (is_state or before in GRAMMAR.forms_of_be | GRAMMAR.making_verbs) and _announces_clause(rest)


def _announces_clause(rest: Sequence[Word]) -> bool:
    """Return whether a clause with content follows soon: "(is it) true that …"."""
    for distance, word in enumerate(rest[: MAX_WORDS_BEFORE_CLAUSE + 1]):
        if word.folded in GRAMMAR.announced_clauses and (distance or word.folded == "that"):
            return sum(later.is_content for later in rest[distance + 1 :]) >= MIN_CLAUSE_WORDS
    return False


def _follows_sentence(words: Sequence[Word], place: int) -> bool:
    """Return whether a sentence with something to refer to comes before the one with the word."""
    end = next((end for end in range(place - 1, -1, -1) if words[end].ends_sentence), -1)
    return any(word.is_content for word in words[: end + 1])


def _has_antecedent(words: Sequence[Word], place: int) -> bool:
    """Return whether a pronoun can mean something that the question names before it.

    A possessive or reflexive pronoun may mean the subject of its own clause ("Did Kidd like his
    coach?"), any other only something in a clause before ("Did Kidd like him?" does not ask about Kidd).
    """
    if _follows_sentence(words, place):
        return True
    stop = place
    # A statement before the question explains itself: "I found a token with an owl on it. Is it …?"
    states = any(word.ends_sentence and "?" not in word.marks for word in words[place:-1])
    if not states and not _is_bound_to_clause(words, place):
        stop = _find_border(words, place + 1)
    meant = [
        candidate for candidate in range(_find_matter(words, place), stop) if _can_be_meant(words, candidate, place)
    ]
    if GRAMMAR.pronouns[words[place].folded] in GRAMMAR.persons:
        return any(_may_be_person(words, candidate) for candidate in meant)
    return bool(meant)


def _find_border(words: Sequence[Word], stop: int) -> int:
    """Return where the last clause before ``stop`` begins; 0 if there is but one."""
    return next((border for border in range(stop - 1, 0, -1) if _begins_clause(words, border)), 0)


def _find_matter(words: Sequence[Word], stop: int) -> int:
    """Return where the matter of a question begins: behind the comma of "In Japan, was it …", which sets the scene."""
    asks = any(word.folded in GRAMMAR.question_openers for word in words[:3])
    if words[0].folded not in GRAMMAR.prepositions or asks:
        return 0
    return next((end + 1 for end in range(stop) if words[end].ends_clause), 0)


def _is_bound_to_clause(words: Sequence[Word], place: int) -> bool:
    """Return whether a pronoun is possessive, before its noun, or reflexive."""
    pronoun, noun = words[place].folded, words[place + 1 : place + 2]
    if pronoun.endswith(GRAMMAR.reflexive_endings):
        return True
    return pronoun in GRAMMAR.possessives and bool(noun) and (noun[0].is_content or noun[0].folded == "own")


def _can_be_meant(words: Sequence[Word], candidate: int, place: int) -> bool:
    """Return whether a pronoun can mean a word before it: no number, and no verb behind "what" or "who"."""
    word = words[candidate]
    is_verb = word.folded in GRAMMAR.reporting_verbs or _is_verb(words, candidate)
    # In "the money he saved" the pronoun does not mean the money.
    is_near = candidate == place - 1 and not _is_bound_to_clause(words, place)
    return word.is_content and not word.is_number and not is_verb and not is_near


def _is_verb(words: Sequence[Word], place: int) -> bool:
    """Return whether a word is the verb of "who (directed)" or "what (happened)", and reports no clause."""
    asks = place > 0 and words[place - 1].folded in ("what", "who")
    return asks and words[place].is_content and words[place].folded not in GRAMMAR.reporting_verbs


def _begins_clause(words: Sequence[Word], place: int) -> bool:
    """Return whether a clause begins at a place: after a mark, at a conjunction, or at "(the money) he (saved)"."""
    word, before = words[place], words[place - 1]
    if before.ends_clause or word.folded in GRAMMAR.clause_borders or before.folded in GRAMMAR.reporting_verbs:
        return True
    verb = words[place + 1].folded if place + 1 < len(words) else ""
    is_subject = word.folded in GRAMMAR.subject_pronouns or (word.folded == "it" and verb in GRAMMAR.auxiliaries)
    return is_subject and before.is_content


def _may_be_person(words: Sequence[Word], place: int) -> bool:
    """Return whether a word may name a person: a name, a word such as "officer", or introduced as in "my son"."""
    introduced = any(word.folded in GRAMMAR.introducing_words for word in words[max(0, place - 2) : place])
    return words[place].is_name or introduced or words[place].folded.endswith(GRAMMAR.person_endings)
