"""The word lists and patterns of a language, from stop words to polite phrases."""

from dataclasses import dataclass

import regex


@dataclass(frozen=True, slots=True)
class Language:
    """The word lists of one language; words are lower case unless said otherwise.

    The first group of fields serves indexing, the second answering.
    """

    # Words that carry grammar or courtesy and no content, folded as ``fold_text`` folds them.
    stop_words: frozenset[str]
    # Function words that begin a sentence and are not the second word of a name.
    sentence_openers: frozenset[str]
    # Words that stay in lower case in a title in title case.
    small_title_words: frozenset[str]
    # Section titles as encyclopedias, reports and articles spell them; a longer one comes before its first words.
    section_titles: tuple[str, ...]
    # Words that number a section: "Chapter 3".
    section_nouns: tuple[str, ...]
    # Titles of sections that list sources, in any case.
    reference_titles: tuple[str, ...]
    # Words that show that a sentence cites a source, case as written.
    citation_words: tuple[str, ...]

    # Question words that a collection may lack; a typo may mean one of them.
    question_words: tuple[str, ...]
    # Words that refer to what was said before.
    referring_words: frozenset[str]
    # Beginnings of a question that continues a conversation.
    follow_up_openers: tuple[str, ...]
    # Greetings and polite phrases before a question, and those after it.
    polite_opening: regex.Pattern[str]
    polite_ending: regex.Pattern[str]
    # Words that make a sentence incomprehensible outside its context, and abbreviations that end in a full stop.
    context_bound_words: frozenset[str]
    # Irregular past tenses and past participles with which questions about a sentence can be formed.
    past_tenses: tuple[str, ...]
    past_participles: tuple[str, ...]
    # Participles that are followed by a place: "was born in".
    place_participles: tuple[str, ...]
