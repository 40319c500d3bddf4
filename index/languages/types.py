"""The word lists and patterns of a language, from stop words to polite phrases."""

from collections.abc import Mapping
from dataclasses import dataclass

import regex


@dataclass(frozen=True, slots=True)
class Grammar:
    """Classes of function words, with which rules recognise clauses, references and what they refer to."""

    # Pronouns of the third person, each with the group of those that mean the same, and the groups that mean persons.
    pronouns: Mapping[str, str]
    persons: frozenset[str]
    possessives: frozenset[str]
    subject_pronouns: frozenset[str]
    # Who asks and who is asked: "How do I register?", "Do you deliver?"
    speakers: frozenset[str]
    # Other words that refer to something, and those that only ask for more of it.
    demonstratives: frozenset[str]
    vague_references: frozenset[str]
    forms_of_be: frozenset[str]
    auxiliaries: frozenset[str]
    question_openers: frozenset[str]
    person_openers: frozenset[str]
    prepositions: frozenset[str]
    conjunctions: frozenset[str]
    # Words before a noun: of something new, and of something known.
    articles: frozenset[str]
    definite_words: frozenset[str]
    # Words that begin a clause, those that begin the one which an "it" announces, and those that follow "those".
    clause_borders: frozenset[str]
    announced_clauses: frozenset[str]
    relative_words: frozenset[str]
    # Verbs before a clause without a conjunction, and before an "it" that announces a clause.
    reporting_verbs: frozenset[str]
    making_verbs: frozenset[str]
    # Beginnings of verbs behind an "it" that refers to nothing; the weather's need no clause.
    expletive_verbs: tuple[str, ...]
    weather_verbs: tuple[str, ...]
    adjective_endings: tuple[str, ...]
    reflexive_endings: tuple[str, ...]
    # Endings of nouns for persons, words that introduce a person ("my son"), and those before a "one" that refers.
    person_endings: tuple[str, ...]
    introducing_words: frozenset[str]
    choosing_words: frozenset[str]
    # "other than": what others are compared with is named.
    excepting_words: frozenset[str]
    # Words that do not say what a question is about.
    vague_words: frozenset[str]
    # Nouns that another word of the conversation says more exactly: "this film".
    general_nouns: frozenset[str]
    # Units and names of time ("this week" refers to today), and what a clock or a calendar shows.
    periods: frozenset[str]
    clock_words: frozenset[str]
    greetings: frozenset[str]


@dataclass(frozen=True, slots=True)
class QuestionPatterns:
    """What the wording of a question asks for; most patterns are matched at the beginning of the clause that asks.

    ``clause_opening`` finds that clause, and ``request`` matches the words before an indirect question ("tell me").
    ``explanation_anywhere`` is searched for in keywords. Named groups: ``condition`` in ``yes_no`` is a word that asks
    for yes or no only if ``condition_asked`` is found ("tell me if"), ``preposition`` in ``interrogative`` is what may
    come before it, and ``what`` and ``article`` in ``noun_opening`` need more than a plural after them.
    """

    clause_opening: regex.Pattern[str]
    request: regex.Pattern[str]
    yes_no: regex.Pattern[str]
    condition_asked: regex.Pattern[str]
    explanation: regex.Pattern[str]
    explanation_anywhere: regex.Pattern[str]
    listing: regex.Pattern[str]
    interrogative: regex.Pattern[str]
    noun_opening: regex.Pattern[str]
    # What ends the noun phrase after an interrogative: the first follow the noun, the others a verb or the noun.
    verbs_and_pronouns: frozenset[str]
    # Pronouns that may follow a verb as well as the noun.
    objects: frozenset[str]
    phrase_ends: frozenset[str]
    irregular_plurals: frozenset[str]
    # Words that end in s and are no plurals.
    false_plurals: frozenset[str]
    # Words that count: "which two conditions".
    numerals: frozenset[str]


@dataclass(frozen=True, slots=True)
class SpanWords:
    """Words that decide where an answer begins and ends."""

    # Function words that answer when they are alone: "both", "never", "nobody".
    answering_words: frozenset[str]
    # Words that may be added to an answer or left out without changing it.
    filler_words: frozenset[str]
    # Prepositions that say nothing before a name or a year, and words that say nothing before a determiner or a name.
    empty_openers: frozenset[str]
    linking_words: frozenset[str]
    determiners: frozenset[str]
    # Conjunctions that join an answer to what precedes it.
    joining_words: frozenset[str]
    # Words that need another one after them.
    dangling_words: frozenset[str]
    # Words with which a clause of its own begins.
    clause_openers: tuple[str, ...]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    number_words: tuple[str, ...]
    # Titles before names and particles in names, case as written; abbreviations that keep their full stop.
    person_titles: tuple[str, ...]
    name_particles: tuple[str, ...]
    abbreviations: frozenset[str]
    # Words between two parts of an enumeration.
    enumerators: tuple[str, ...]
    # What follows "and" or "or" and names no further part: "65 and over".
    open_ends: tuple[str, ...]
    # What ends an enumeration that is not complete: "etc.", "and more".
    list_endings: tuple[str, ...]
    # What follows a name and a comma and belongs to it: "Smith, Jr."
    name_suffixes: tuple[str, ...]
    # Units of one kind, the greater ones first, and what may be between an amount of one and of the next.
    unit_families: tuple[tuple[str, ...], ...]
    amount_joiners: tuple[str, ...]
    # Patterns of words that make a limit of the amount after them: "at least".
    limits: tuple[str, ...]


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
    # Words that begin a question and are words of no other language.
    distinctive_openers: frozenset[str]
    # The words with which the rules for follow-ups recognise clauses and references.
    grammar: Grammar
    # Beginnings of a question that continues a conversation.
    follow_up_openers: tuple[str, ...]
    # A whole turn that greets, thanks or confirms, and asks nothing.
    small_talk: regex.Pattern[str]
    # Greetings and polite phrases before a question, and those after it.
    polite_opening: regex.Pattern[str]
    polite_ending: regex.Pattern[str]
    # Words that make a sentence incomprehensible outside its context, and abbreviations that end in a full stop.
    context_bound_words: frozenset[str]
    # Irregular past tenses and past participles with which questions about a sentence can be formed.
    past_tenses: tuple[str, ...]
    past_participles: tuple[str, ...]
    # The simple past of irregular participles, as in "Who wrote it?" of "It was written by".
    pasts_of_participles: Mapping[str, str]
    # Participles that are followed by a place: "was born in".
    place_participles: tuple[str, ...]
    # The wording of questions, and the borders of answers.
    question_patterns: QuestionPatterns
    span_words: SpanWords
