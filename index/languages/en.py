"""The word lists of English."""

import regex

from index.languages.en_answers import QUESTION_PATTERNS, SPAN_WORDS
from index.languages.types import Grammar, Language

STOP_WORDS = (
    "a about above across after again against all almost also although always am among an and another any "
    "anybody anyone anything are aren't around as at away be because been before being below between both but "
    "by can can't cannot could couldn't did didn't do does doesn't doing don't done down during each either "
    "else ever every everyone everything few find for from further get give given go had hadn't has hasn't have "
    "haven't having he hello help her here hers herself hey hi him himself his how how's however i i'd i'll i'm "
    "i've if in into is isn't it it's its itself just kindly know let let's like made make many may me mean "
    "might more most much must my myself name neither no nor not of off on once one only onto or other our ours "
    "out over own please question rather really regarding same say says shall she should shouldn't since so "
    "some somebody someone something still such tell than thank thanks that that's the their theirs them "
    "themselves then there there's these they they're thing this those though through thus to too toward "
    "towards under until up upon us very want wanted was wasn't we we're well were weren't what what's whatever "
    "when when's where where's whether which while who who's whoever whom whose why why's will with within "
    "without won't wonder would wouldn't yes yet you you'd you'll you're you've your yours yourself"
)
SENTENCE_OPENERS = (
    "a after all also although an and another are as at because before but by did do does during each even "
    "every finally first for from he her here his how however i if in is it its later many most my no not of on "
    "one our she since so some such that the their then there these they this those though to under until was "
    "we were what when where while who why with yet you your"
)
SMALL_TITLE_WORDS = "a an and at by de for from in into la of on or the to upon vs with"
# Structure words, not anyone's topic.
TITLE_PHRASES = (
    "Career statistics|Critical reception|Early life|Early years|External links|Further reading|In popular culture|"
    "Life and career|Popular culture|Personal life|Related works|See also|Video game|Video games|Works cited"
)
TITLE_WORDS = (
    "Abstract Acknowledgements Acknowledgments Adaptations Aftermath Anime Appearances Applications Awards "
    "Background Bibliography Biography Career Cast Characters Characteristics Climate Conclusion Conclusions "
    "Contents Controversy Criticism Culture Death Demographics Description Design Development Discography "
    "Discussion Distribution Economy Education Etymology Filmography Film Films Footnotes Gallery Gameplay "
    "Geography Geology Government History Introduction Legacy Literature Manga Media Methods Music Notes "
    "Origins Overview Personnel Plot Politics Premise Production Publication Reception References Release "
    "Religion Results Sequel Sequels Series Setting Soundtrack Sources Story Style Summary Synopsis Taxonomy "
    "Television Themes Tourism Transport Transportation"
)
REFERENCE_TITLES = (
    "notes|references|bibliography|footnotes|endnotes|external links|further reading|works cited|sources|citations|"
    "see also|literature cited|notes and references"
)
PRONOUNS = "he her hers herself him himself his it its itself she their theirs them themselves they this those these"
CONTEXT_BOUND_WORDS = (
    "it he she they him her them his hers its their theirs this that these those there here such other others another "
    "same first second third who which what i me my we us our you your yours mr mrs dr"
)
PARTICIPLES = "written made born built known found given taken set drawn led won sold sung held chosen"
# "Born" and "known" make no question with an actor: "Who knew it?" is not what "It was known by" answers.
PASTS = {
    "written": "wrote", "made": "made", "built": "built", "found": "found", "given": "gave", "taken": "took",
    "drawn": "drew", "led": "led", "won": "won", "sold": "sold", "sung": "sang", "held": "held", "chosen": "chose",
}  # fmt: skip
DISTINCTIVE_OPENERS = (
    "who who's whom whose what what's when when's where where's which why how how's did does could should would"
)

# By what they stand for: a pronoun of the same group in two questions means the same.
PRONOUN_GROUPS = {
    "masculine": "he him his himself",
    "feminine": "she her hers herself",
    "thing": "it its itself",
    "plural": "they them their theirs themselves",
}
FORMS_OF_BE = "is are was were be been being am isn't aren't wasn't weren't"
AUXILIARIES = (
    f"{FORMS_OF_BE} do does did has have had can could will would shall should may might must "
    "don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't shouldn't"
)
QUESTION_OPENERS = "who whom whose what when where which why how"
PREPOSITIONS = "about after as at before besides by during for from in into like of on over since to under until with"
CLAUSE_BORDERS = (
    "after although and as because before but how if once or since so than that though unless until what when where "
    "whether which while who why"
)
REPORTING_VERBS = "say says said think thinks thought believe believed claim claimed know known admit feel felt hope"
WEATHER_VERBS = ("rain", "snow", "hail", "freez", "thunder")
PERIODS = (
    "year month week weekend morning afternoon evening night days spring summer autumn winter century monday tuesday "
    "wednesday thursday friday saturday sunday january february march april may june july august september october "
    "november december"
)
PERSON_ENDINGS = (
    "er",
    "or",
    "ist",
    "ess",
    "man",
    "woman",
    "boy",
    "girl",
    "child",
    "son",
    "king",
    "queen",
    "prince",
    "wife",
    "husband",
)
CHOOSING_WORDS = (
    "which that this these those other another first second third last next previous new old latest best the"
)
VAGUE_WORDS = (
    "anything article aspect aspects detail details fact facts happen happened happens important info information "
    "interesting notable section significant special something thing things topic"
)
GENERAL_NOUNS = (
    "album albums artist author band book books character characters city company country episode event film films "
    "game games group man movie movies novel novels people person place play record season seasons series show shows "
    "song songs story stories team time title woman word words work works"
)

# The parts of the polite phrases, as regular expressions.
ASKING = r"(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|can|could|would|will|has|have)"
PREPOSITION = r"(?:on|in|at|by|from|to|for|with|of|under)"
GREETING = r"(?:hi|hello|hey|greetings|good (?:morning|afternoon|evening|day))(?: (?:there|all|everyone|again|team))?"
POLITELY = r"(?:(?:please|kindly|just)\s+)?"
TELL_ME = r"(?:tell|show|remind|inform|let)\s+me(?:\s+know)?|explain(?:\s+to\s+me)?"
REQUESTS = "|".join(
    (
        rf"{POLITELY}(?:can|could|would|will)\s+(?:you|anyone|anybody|someone)\s+{POLITELY}(?:{TELL_ME})",
        rf"{POLITELY}(?:{TELL_ME})",
        r"do\s+you\s+(?:happen\s+to\s+)?know",
        r"(?:i\s+(?:would|'d|’d)\s+|i['’]d\s+)(?:like|love)\s+to\s+(?:know|ask|find\s+out)",
        r"i\s+(?:want|need|wish)\s+to\s+(?:know|ask|find\s+out)",
        r"i\s*(?:am|['’]m|was)\s+(?:just\s+)?(?:wondering|curious)",
        r"(?:i\s+have\s+a\s+|(?:a\s+)?quick\s+)question",
    )
)
# A request is polite only before an indirect question: "Tell me who …", not "Tell Me Lies".
INDIRECT_QUESTION = rf"(?:{PREPOSITION}\s+)?{ASKING}\b|if\b|whether\b|about\b"
REQUEST = rf"(?:{REQUESTS})\s*[,:–—-]*\s+(?:please\s*[,:]?\s+)?(?={INDIRECT_QUESTION})"
# What people say between their questions. A phrase comes before its beginnings, because no alternative is tried twice.
SMALL_TALK_PHRASES = "|".join(
    (
        r"(?:many )?thanks?(?: you| u)?(?: (?:again|all|so much|very much|a lot))*|thx|ty|cheers",
        r"for (?:that|this|everything|(?:your|the|all your) (?:help|time|answer))",
        r"hi there|hi|hello|hey|hiya|(?:good )?bye(?: bye)?|goodbye|see (?:you|ya)(?: later)?|later|take care",
        r"good (?:morning|afternoon|evening|night|day|job|work)|have a (?:nice|good|great) (?:day|evening|weekend|one)",
        r"(?:that|this|it)(?: is|['’]s) (?:all|it|great|good|perfect|helpful|fine|cool|nice)",
        r"(?:that|this|it) (?:helps|helped|works|worked|makes sense)|makes sense|got it|i see|i understand|understood",
        r"ok|okay|k|yes|yep|yeah|yup|no problem|no worries|no|nope|sure|all right|alright|right|fine|well done|well",
        r"great|good|cool|nice|perfect|excellent|awesome|wonderful|brilliant|super|lovely|amazing|fantastic|interesting",
        r"wow|oh|ah|aha|hmm|very|really|so|you too|never ?mind|you['’]re welcome|sorry|please|lol|haha",
    )
)
SMALL_TALK = rf"\W*+(?:(?>(?:{SMALL_TALK_PHRASES})\b)\W*+)++"
# "Hello, Dolly!" is a name: after a comma or no mark at all, a question must follow. So it must after small talk.
GREETED = rf"{GREETING}(?:\s*[.!]+\s*|[\s,:;–—-]+(?={ASKING}\b|{REQUESTS}|i\b))"
OPENING = rf"{SMALL_TALK}(?<=[.,;!–—-]\s*)(?=(?:and\s+)?{ASKING}\b|{REQUESTS})|{GREETED}"
# "Who sang Cheers?" asks about it: thanks come after a mark.
ENDING = (
    r"(?:\s*[,;.!?–—-]+\s*(?:many\s+)?(?:please|pls|thanks|thank\s+you|thx|cheers)"
    r"(?:\s+(?:a\s+lot|so\s+much|very\s+much|in\s+advance|for\s+(?:your|the)\s+help))*)+\s*[.!?]*\s*$"
)
ENGLISH = Language(
    stop_words=frozenset(STOP_WORDS.split()),
    sentence_openers=frozenset(SENTENCE_OPENERS.split()),
    small_title_words=frozenset(SMALL_TITLE_WORDS.split()),
    section_titles=(*TITLE_PHRASES.split("|"), *TITLE_WORDS.split()),
    section_nouns=("chapter", "part", "section", "book", "appendix"),
    reference_titles=tuple(REFERENCE_TITLES.split("|")),
    citation_words=("Retrieved", "Archived", "accessed"),
    question_words=("what", "which", "where", "when", "whose", "does"),
    distinctive_openers=frozenset(DISTINCTIVE_OPENERS.split()),
    grammar=Grammar(
        pronouns={word: group for group, words in PRONOUN_GROUPS.items() for word in words.split()},
        persons=frozenset({"masculine", "feminine"}),
        possessives=frozenset({"his", "her", "its", "their"}),
        subject_pronouns=frozenset({"he", "she", "they"}),
        speakers=frozenset({"i", "we", "you"}),
        demonstratives=frozenset("this that these those there then one ones same".split()),
        vague_references=frozenset({"other", "others", "else"}),
        forms_of_be=frozenset(FORMS_OF_BE.split()),
        auxiliaries=frozenset(AUXILIARIES.split()),
        question_openers=frozenset(QUESTION_OPENERS.split()),
        person_openers=frozenset({"who", "whom", "whose"}),
        prepositions=frozenset(PREPOSITIONS.split()),
        conjunctions=frozenset({"and", "but", "or", "also", "so"}),
        articles=frozenset({"a", "an", "any"}),
        definite_words=frozenset({"the", "this", "that", "these", "those"}),
        clause_borders=frozenset(CLAUSE_BORDERS.split()),
        announced_clauses=frozenset({"that", "to", "for", "who", "whether", "if", "when"}),
        relative_words=frozenset({"who", "whom", "whose", "that", "which", "with", "of", "in", "from"}),
        reporting_verbs=frozenset(REPORTING_VERBS.split()),
        making_verbs=frozenset("make makes made making find finds found consider considers".split()),
        expletive_verbs=("take", "took", "cost", "mean", "seem", "appear", "happen", "turn", "come"),
        weather_verbs=WEATHER_VERBS,
        adjective_endings=("ed", "ing", "able", "ible", "ful"),
        reflexive_endings=("self", "selves"),
        person_endings=PERSON_ENDINGS,
        introducing_words=frozenset("a an my our your one some someone somebody anyone everyone".split()),
        choosing_words=frozenset(CHOOSING_WORDS.split()),
        excepting_words=frozenset({"than", "besides", "except", "apart", "aside", "addition"}),
        vague_words=frozenset(VAGUE_WORDS.split()),
        general_nouns=frozenset(GENERAL_NOUNS.split()),
        periods=frozenset(PERIODS.split()),
        clock_words=frozenset({"time", "day", "date"}),
        greetings=frozenset({"hi", "hello", "hey"}),
    ),
    follow_up_openers=("what about", "how about", "why not"),
    polite_opening=regex.compile(rf"^\s*(?:{OPENING})?(?:{REQUEST})*", regex.IGNORECASE),
    polite_ending=regex.compile(ENDING, regex.IGNORECASE),
    small_talk=regex.compile(SMALL_TALK, regex.IGNORECASE),
    context_bound_words=frozenset(CONTEXT_BOUND_WORDS.split()),
    past_tenses=("wrote", "won", "found", "built", "led", "took", "gave", "made"),
    past_participles=tuple(PARTICIPLES.split()),
    pasts_of_participles=PASTS,
    place_participles=("born", "located", "situated", "held", "based", "built", "found", "set", "founded"),
    question_patterns=QUESTION_PATTERNS,
    span_words=SPAN_WORDS,
)
