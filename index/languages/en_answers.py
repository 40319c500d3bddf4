"""The English words that decide what a question asks for, and where its answer begins and ends."""

import regex

from index.languages.types import QuestionPatterns, SpanWords

AUXILIARY = (
    r"(?:(?:is|are|was|were|do|does|did|has|have|had|could|would|should|might|must|need)(?:n['’]?t)?|am|will|won['’]?t"
    r"|shall|may(?!\s+\d)|can(?:['’]?t|not)?)"
)
INTERROGATIVE = r"(?:what|which|who|whom|whose|when|where|why|how)(?:['’]?s|['’]re)?"
PREPOSITION = (
    r"(?:about|after|at|before|by|during|for|from|in|into|of|on|since|till|to|under|until|up\s+to|with|within)"
)
SUBJECT = r"(?:i|we|you|u|one|they|he|she|it|somebody|someone|people)"
# A question begins with these; "when I arrive" only begins a clause beside one.
ASKING = (
    rf"(?:{PREPOSITION}\s+)?(?:what|which|who|whom|whose|why|how)(?:['’]?s|['’]re)?\b"
    rf"|(?:{PREPOSITION}\s+)?(?:when|where)(?:['’]?s)?\s+{AUXILIARY}\b"
    rf"|{AUXILIARY}\s+(?:{SUBJECT}|the|an?|my|our|this|his|her|there)\b"
    r"|list\b|name\b|explain\b|describe\b|tell\s+me\b|show\s+me\b|give\s+me\b"
)
WISH = r"(?:(?:would|['’]?d)\s+like|want|need|wish)\s+to\s+(?:know|ask|find\s+out|understand|see)"
REQUEST = (
    r"(?:(?:and|so|but|or|also|then|ok|okay|well|now|quick|question|please|pls|just|quickly)\b[\s,:]*)*"
    r"(?:(?:can|could|would|will)\s+(?:you|u|anyone|somebody|someone)\s+(?:please\s+|kindly\s+|quickly\s+)?"
    r"(?=(?:tell|show|remind|inform|let|give|say|list|name|explain|describe|enumerate)\b))?"
    r"(?:(?:tell|show|remind|inform|let)\s+(?:me|us)(?:\s+(?:know|again|exactly|briefly|please))*[\s,:]+"
    r"|(?:do|does)\s+(?:you|anyone|anybody|someone)\s+(?:happen\s+to\s+)?know\s+"
    rf"|(?:i|we)\s+{WISH}\s+"
    r"|(?:i|we)\s*(?:am|are|['’]?m|['’]?re|was)?\s*(?:just\s+)?wonder(?:ing)?[\s,:]+"
    r"|give\s+(?:me|us)\s+|say\s+(?=how|what|when|where|which|who|why|whether))?"
    r"(?:exactly\s+|(?:about\s+)?the\s+way\s+)?"
)
# What follows "how" and is measured; anything else asks for the way.
MEASURE = (
    r"(?:many|much|long|old|far|often|high|tall|deep|wide|big|large|small|little|low|heavy|light|fast|quick|quickly|slow"
    r"|soon|early|late|hot|cold|warm|thick|thin|short|strong|loud|close|near|expensive|cheap|frequent(?:ly)?|likely"
    r"|young|bad|good|great|hard|dark|bright|broad|narrow|steep|full|few|sure|certain|recent(?:ly)?|accurate|common"
    r"|(?!exactly|actually|really)\w+ly"
    rf"|\w+\s+{AUXILIARY}\s+(?:the|an?|this|that|my|our|your|his|her|its|their|it|they))"
)
# "How are the recipes?" asks for a property, "how are they made?" for the way.
BEING = r"(?:is|are|was|were)"
PARTICIPLE = r"\b\w+(?:ed|en|wn|ne|lt|pt|ght|ung|ut|id|ade|und)\b"
# After "what does … do".
AFTER_DO = (
    r"(?:if|when|to|about|against|with|first|after|before|in|for|on|at|as|now|next|then|once|so|because|during)\b"
)
EXPLANATION = (
    r"why\b|how\s+come\b",
    rf"how(?:['’]?s|['’]?d|['’]re)?\s+(?!{MEASURE}\b|{BEING}\b(?!.*{PARTICIPLE}))\S",
    r"(?:explain|describe|instructions)\b",
    r"(?:in|by|for|through)\s+(?:what|which)\s+(?:way|manner|means|method|reason|process)s?\b",
    rf"{AUXILIARY}\s+there\s+(?:a|any|some)\s+(?:way|trick)\b",
    r"whats?\s+(?:(?:else|exactly)\s+)?(?:(?:will|would|might|may|can|could|has|have|had)\s+)?happen(?:s|ed)?\b",
    rf"what\s+to\s+do\b|what\s+{SUBJECT}\s+(?:have\s+to|need\s+to|ought\s+to|must|should|can|could)\s+do\b",
    r"(?:on|for|by)?\s*(?:what|which)\s+(?:reason|ground|explanation|cause|motive|excuse)s?\b",
    r"what\s+becomes?\b|what\s+became\b|what\s+(?:has|have)\s+become\b|what\s+(?:causes?|caused|made|makes)\b",
    rf"what\s+(?:exactly\s+)?{AUXILIARY}\s[^,;?]*\bdo(?:ing)?\b(?=\s*(?:$|[?.,;!]|{AFTER_DO}))",
    r"what(?:['’]?s|\s+is|\s+was|\s+are|\s+were)\s+(?:the\s+)?(?:main\s+|real\s+)?"
    r"(?:reason|cause|purpose|procedure|point\s+of|use\s+of|way\s+to|difference|steps?\s+to|process)\b",
)
KEYWORDS_OF_EXPLANATION = (
    r"\bhow\s+(?:to|do|does|did|can|could|should)\b|\bwhy\b|\breasons?\s+(?:for|why|of|behind)\b|\bsteps\s+to\b"
    r"|\b(?:reason|cause)$"
)
LISTING = (
    r"list\b|enumerate\b|(?:name|mention|give)\s+(?:all|every|each|both|some|any)\b|(?:all|both)\s+(?:of\s+)?the\b",
    r"who\s+(?:are|were|all)\b|(?:what|which)\s+(?:are|were)\s+(?:the|all|some|your|our|my)\b|(?:what|which)\s+all\b",
)
# Keywords after a name that is an auxiliary too: "Will Smith age".
NAME_ALONE = r"(?-i:Can|May|Will)\s(?-i:\p{Lu}\p{Ll}+)(?:\s(?-i:\p{Ll}+)){0,2}$"
QUESTION_PATTERNS = QuestionPatterns(
    clause_opening=regex.compile(
        rf"(?:^|[,;:.–—(-]\s*|\s[–—-]\s|\b(?:and|so|but|then)\s+)(?={ASKING})", regex.IGNORECASE
    ),
    request=regex.compile(REQUEST, regex.IGNORECASE),
    yes_no=regex.compile(rf"(?!{NAME_ALONE}){AUXILIARY}\s+\S|whether\s|(?P<condition>if\s)", regex.IGNORECASE),
    condition_asked=regex.compile(
        r"\b(?:tell|remind|inform|let|know|wonder(?:ing)?|ask|curious|check|say)\b[^.?!]{0,30}\bif\s", regex.IGNORECASE
    ),
    explanation=regex.compile("|".join(EXPLANATION), regex.IGNORECASE),
    explanation_anywhere=regex.compile(KEYWORDS_OF_EXPLANATION, regex.IGNORECASE),
    listing=regex.compile("|".join(LISTING), regex.IGNORECASE),
    interrogative=regex.compile(rf"(?P<preposition>{PREPOSITION}\s+)?{INTERROGATIVE}\b", regex.IGNORECASE),
    noun_opening=regex.compile(
        r"(?:(?P<what>what)|which)\b(?!['’]?s\b)|(?:name|give|mention)\s+(?:the|some)\b|(?P<article>the)\b",
        regex.IGNORECASE,
    ),
    verbs_and_pronouns=frozenset(
        "is are was were am do does did has have had can could will would shall should may might must need i we you u "
        "they he she it one of there isn't aren't don't doesn't can't".split()
    ),
    objects=frozenset({"it", "there"}),
    phrase_ends=frozenset(
        "that which who whom whose where when if in on at for to from by with about and or but than as not so against "
        "into the a an this these those my our your his her its their".split()
    ),
    irregular_plurals=frozenset(
        "people children men women teeth feet mice criteria data media phenomena staff".split()
    ),
    false_plurals=frozenset(
        "always across alias atlas bus business canvas chaos class does gas has his its lens mass news pass plus "
        "process series its this thus us various was yes perhaps address access status basis analysis physics "
        "mathematics politics economics ethics athletics".split()
    ),
    numerals=frozenset(
        "two three four five six seven eight nine ten eleven twelve several both 2 3 4 5 6 7 8 9 10".split()
    ),
)

SPAN_WORDS = SpanWords(
    answering_words=frozenset(
        "after all always before both down either everybody everyone everything few further less many may more most "
        "neither never no nobody none not nothing off on once one out over several twice under up yes".split()
    ),
    filler_words=frozenset(
        "the a an this that these those my our your his her its their at for from in of on to with by is are was were "
        "be been it he she they".split()
    ),
    empty_openers=frozenset("at for in of on to with".split()),
    linking_words=frozenset("by is are was were".split()),
    determiners=frozenset(
        "the a an this that these those my our your his her its their any each every some all both no another".split()
    ),
    joining_words=frozenset("and or but nor of namely".split()),
    dangling_words=frozenset(
        "a an and as but by for from her his into its my nor of onto or our than that the their this to via whose with "
        "your is are was were be been".split()
    ),
    clause_openers=(
        "because of",
        "due to",
        *"because since so if when while although though unless until before after but which who where whereas".split(),
        *"whose as then".split(),
    ),
    months=tuple(
        "January February March April May June July August September October November December "
        "Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec".split()
    ),
    weekdays=tuple(
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday "
        "Mondays Tuesdays Wednesdays Thursdays Fridays Saturdays Sundays "
        "Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun".split()
    ),
    number_words=tuple(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety half".split()
    ),
    person_titles=tuple(
        "Dr Mr Mrs Ms Miss Mx Prof Professor Sir Dame Lord Lady Rev St Capt Sgt Lt Col Gen Herr Frau".split()
    ),
    name_particles=tuple(
        "of de del della der den des di da do dos du la le van von ter ten zu af al el bin ibn y e".split()
    ),
    abbreviations=frozenset(
        "a.m. p.m. e.g. i.e. etc. inc. ltd. co. corp. jr. sr. st. no. vs. approx. est. dept. vol. fig. ph.d. b.c. a.d. "
        "min. max. hr. ave. rd. bros. mt. ft. lb. oz.".split()
    ),
    enumerators=("and", "or", "as well as", "and/or", "plus"),
    open_ends=tuple("above below earlier later less more not older over so under up younger".split()),
    list_endings=tuple(
        "etc.|etc|and more|and many more|and others|and many others|and so on|and so forth|and the like|among others|"
        "or similar".split("|")
    ),
    name_suffixes=tuple("Jr Sr Inc Ltd LLC Esq PhD MD MBE OBE".split()),
    unit_families=(
        tuple(
            "years year yrs yr months month weeks week wks wk days day d hours hour hrs hr h minutes minute mins min m "
            "seconds second secs sec s".split()
        ),
        tuple("miles mile mi feet foot ft inches inch in".split()),
        tuple("stone st pounds pound lbs lb ounces ounce oz".split()),
        tuple("dollars dollar euros euro cents cent pence p".split()),
    ),
    amount_joiners=("and ",),
    limits=(
        r"(?:no |not )?(?:more|less|fewer|greater|higher|lower|longer|shorter|older|younger|later|earlier) than",
        *"at least|at most|up to|a maximum of|a minimum of|over|under".split("|"),
    ),
)
