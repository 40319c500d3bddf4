"""From the words that a reader chose to words that respect the text."""

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.types import Span
from qa.answer.span_borders import tidy_span
from qa.types import QuestionForm

OTHER, EXPLANATION, LIST = QuestionForm.OTHER, QuestionForm.EXPLANATION, QuestionForm.LIST
TABLE = (
    "| Stop | Monday | Sunday |\n|---|---|---|\n| City Hall | 5:31 a.m. | on request |\n| Mill | 6 weeks, by post | – |"
)
COLUMNS = "   Ground Zone       $89         $139\n   Pay questions ......... Iris Gagnon ............. extension 2144"
SHELL = (
    "```console\nadmin@ax3:~# cfg commit                # without this, changes are lost\n$ fern requeue app 17\n```"
)


def tidy(marked: str, form: QuestionForm = OTHER) -> str | None:
    """The tidied words of a text in which ⟦ and ⟧ are around the reader's words."""
    before, words, after = regex.fullmatch(r"(.*)⟦(.*)⟧(.*)", marked, regex.DOTALL).groups()  # type: ignore[union-attr]
    text = before + words + after
    found = tidy_span(text, Span(len(before), len(before) + len(words)), form)
    return text[found.start : found.end] if found else None


def mark(text: str, words: str) -> str:
    """The text with marks around the first place of the words."""
    return text.replace(words, f"⟦{words}⟧", 1)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("They use the ⟦mail⟧-order form.", "mail-order"),
        ("Fault K-⟦2304⟧ means that", "K-2304"),
        ("the ⟦London⟧-based company", "London"),
        ("It is at https://a.example/⟦help⟧.", "https://a.example/help"),
        ("Its path is /⟦var⟧/spool/harbour.", "/var/spool/harbour"),
        ("Write to ⟦anna⟧@shop.example, or", "anna@shop.example"),
        ("with --⟦skip⟧-self at the end", "--skip-self"),
        ("猫は⟦眠⟧る。", "眠"),
        ("the caf⟦e\u0301⟧ there", "cafe\u0301"),
    ],
)
def test_words_are_whole(marked: str, expected: str) -> None:
    """Words, addresses, paths and options are not torn, and a script without spaces is not one word."""
    assert tidy(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("It cost £3,⟦118⟧.42 last year", "£3,118.42"),
        ("It costs £212 ⟦million⟧ in all", "£212 million"),
        ("keep it for ⟦5⟧ days.", "5 days"),
        ("up to ⟦14⟧ consecutive nights", "14 consecutive nights"),
        ("a file of ⟦2.5⟧ MB or less", "2.5 MB"),
        ("a solution of ⟦25⟧ µg/mL is", "25 µg/mL"),
        ("lasts ⟦30⟧–45 minutes at most", "30–45 minutes"),
        ("won 24–⟦10⟧ against them", "10"),
        ("lowered to −⟦3⟧ °C at night", "−3 °C"),
        ("they have ⟦thirty⟧ days left", "thirty days"),
        ("a mere ⟦50⟧ % of it", "50 %"),
        ("costs EUR ⟦12.4⟧ million there", "EUR 12.4 million"),
        ("in 1998 it was ⟦60⟧,000 kr in all", "60,000 kr"),
        ("leaves at 5⟦:33⟧ a.m. on weekdays", "5:33 a.m."),
        ("a ratio of 1:⟦20⟧ is used", "1:20"),
        ("due on ⟦4⟧ February at noon", "4 February"),
        ("on May ⟦27⟧, 2004, it", "May 27"),
        ("since ⟦2004⟧ A new law", "2004"),
        ("about 2 h ⟦5⟧ min long", "2 h 5 min"),
        ("a 32⟦-⟧amp socket", "32-amp"),
    ],
)
def test_numbers_are_whole_with_their_units(marked: str, expected: str) -> None:
    """Sign, decimals, thousands, currency, scale and unit belong to a number; the score of another team does not."""
    assert tidy(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("the pianist ⟦Tobias⟧ Adeyemi-Lund said", "Tobias Adeyemi-Lund"),
        ("it was Dr. ⟦Lorna⟧ Whitfield, who", "Dr. Lorna Whitfield"),
        ("written by J. ⟦Lund⟧ in haste", "J. Lund"),
        ("by ⟦Ludwig⟧ van Beethoven in", "Ludwig van Beethoven"),
        ("the one-shot ⟦NSE⟧: NetSphere Engineer was", "NSE: NetSphere Engineer"),
        ("Head of the Visa Section: ⟦Katrin⟧ Adoma.", "Katrin Adoma"),
        ("the film “⟦Nine⟧ Winters at Korrsund” won", "Nine Winters at Korrsund"),
        ("The ⟦Bank⟧ of England raised", "Bank of England"),
        ("the USC ⟦Trojans⟧ won", "Trojans"),
        ("not by gate ⟦A⟧. Password as before", "A"),
        ("the ⟦Yahoo⟧! portal", "Yahoo!"),
        ("wrote ⟦“Blame!”⟧ in 1997", "Blame!"),
        ("He saw ⟦London!⟧ Then he", "London"),
        ("In ⟦London⟧ it rains", "London"),
        ("I promised ⟦Mum⟧ I'd keep it", "Mum"),
    ],
)
def test_names_are_whole(marked: str, expected: str | None) -> None:
    """First names, initials, particles and titles belong to a name, the next sentence and a function word do not."""
    assert tidy(marked) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        (TABLE, "31 a.m. |", "5:31 a.m."),
        (TABLE, "request", "on request"),
        (TABLE, "weeks, by post", "6 weeks, by post"),
        (TABLE, "Hall | 5:31", "5:31 a.m."),
        (TABLE, "5:31 a.m. | on request", "5:31 a.m. | on request"),
        ("a | b\nDay ticket | until 4 a.m. of the day", "4 a.m", "4 a.m."),
        (COLUMNS, "89", "$89"),
        (COLUMNS, "$89         $139", "$89         $139"),
        (COLUMNS, "Gagnon .............", "Iris Gagnon"),
        ("- Bring tea\n- **Bag** – a bag with tags\n- Go", "bag with tags\n- Go", "a bag with tags"),
        ("- Bring tea\n- **Bag** – a bag with tags\n- Go", "a bag with", "a bag with tags"),
        ("1. Fill in the form\n2. Send it", "Fill in the", "Fill in the form"),
        ("1. Fill in the form\n2. Send it", "1. Fill in the form", "Fill in the form"),
        ("Call 9000.\n3. Submit the claim", "9000.\n3", "9000"),
        ("## Steps\n\nPress the wheel", "Steps\n\nPress the wheel", "Press the wheel"),
        ("Sat 13 June: 5,400 pounds\nFri 19 June: 4,100 pounds", "400 pounds\nFri", "5,400 pounds"),
    ],
)
def test_cells_and_items_are_whole(text: str, words: str, expected: str) -> None:
    """The mark between cells, the bullet and the label of an item are no part of them, and the next item is not."""
    assert tidy(mark(text, words)) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        (SHELL, "ax3:~# cfg commit", "cfg commit"),
        (SHELL, "commit                # without", "cfg commit"),
        (SHELL, "changes are lost", "changes are lost"),
        (SHELL, "$ fern requeue", "fern requeue app 17"),
        (SHELL, "17", "17"),
        ("PS C:\\> Get-Item -Path x", "Get-Item", "Get-Item -Path x"),
        (">>> board.save(1)", ">>> board", "board.save(1)"),
        ("Run `systemctl --user list-timers` now", "systemctl", "systemctl --user list-timers"),
        ("Set `mode = none` there", "none", "none"),
        ("The header `done` says", "done", "done"),
        ("$ git checkout -- a.txt ; ls", "checkout -- a", "git checkout -- a.txt ; ls"),
        ("C# is a language of 2000", "language", "language"),
        ("$ 880 a year", "880", "$ 880"),
        ("use `x_y` and `z` here", "x_y` and `z` here", "`x_y` and `z` here"),
    ],
)
def test_code_is_verbatim(text: str, words: str, expected: str) -> None:
    """A command is whole, without its prompt and its comment; a comment, an argument or a value stays one."""
    assert tidy(mark(text, words)) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ('the film "⟦Blame" ⟧was', "Blame"),
        ("the ⟦“Tax team”,⟧ 24", "Tax team"),
        ("press **⟦Start** once⟧ to", "**Start** once"),
        ("Beatriz ⟦L. (Payfern tax⟧ team) wrote", "Beatriz L. (Payfern tax team)"),
        ("(hand ladles: ⟦600 °C)⟧.", "600 °C"),
        ("in the ⟦U.S.⟧ of old", "U.S."),
        ("by ⟦5 p.m.⟧ on Monday", "5 p.m."),
        ("in ⟦November.⟧", "November"),
        ("⟦— a fox,⟧ then", "a fox"),
    ],
)
def test_marks_are_balanced_and_stripped(marked: str, expected: str) -> None:
    """Both halves of a pair are shown or none, and a mark at the end only if it belongs to an abbreviation."""
    assert tidy(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("founded ⟦in 2017⟧ by", "2017"),
        ("held ⟦on the north wall⟧ there", "the north wall"),
        ("and ⟦of Scotland⟧.", "Scotland"),
        ("comes ⟦and the cat⟧ sleeps", "the cat"),
        ("due ⟦before 5 pm⟧ today", "before 5 pm"),
        ("pays ⟦up to 4⟧ of them", "up to 4"),
        ("answered ⟦within 14 days⟧.", "within 14 days"),
        ("due ⟦by 5 pm⟧ today", "by 5 pm"),
        ("costs ⟦under £50⟧ now", "under £50"),
        ("has ⟦at least two⟧ of", "at least two"),
        ("open ⟦from May to June⟧.", "from May to June"),
        ("there it ⟦is 20 °C⟧ now", "20 °C"),
        ("it ⟦is released⟧ again", "is released"),
        ("done ⟦in writing⟧.", "in writing"),
        ("is in ⟦the middle of⟧ it all", "the middle"),
        ("is what ⟦it is for⟧.", None),
        ("where ⟦of the⟧ old", None),
        ("chosen by ⟦both⟧ of them", "both"),
        ("the ⟦very⟧ old", None),
        ("it is ⟦...⟧ so", None),
    ],
)
def test_function_words_at_the_ends_go_if_they_say_nothing(marked: str, expected: str | None) -> None:
    """A limit keeps its preposition, and a span of function words alone is no answer."""
    assert tidy(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("It will ⟦highlight⟧ each dot on the map. Then it ends.", "highlight each dot on the map"),
        ("It is equal; lots are ⟦drawn⟧.", "lots are drawn"),
        ("They need a ⟦restart⟧.", "They need a restart."),
        ("Never pull, because the ⟦sections come apart⟧.", "the sections come apart"),
        ("Never pull, ⟦because the sections come apart⟧.", "because the sections come apart"),
        ("Stop it ⟦by pressing the red key⟧ twice or so now and then.", "by pressing the red key"),
        ("Use `lf db up` then, or `⟦lf db up⟧`", "lf db up"),
        ("| why | so that ⟦jobs⟧ end | x |", "so that jobs end"),
    ],
)
def test_an_explanation_is_a_clause(marked: str, expected: str) -> None:
    """Too few words become what they are part of, and the reason keeps its conjunction if it was chosen."""
    assert tidy(marked, EXPLANATION) == expected


def test_a_list_may_cross_items() -> None:
    """Several items stay together where several things are asked for, and are cut elsewhere."""
    text = "## Bring\n\n1. Shoes\n2. Clothes\n3. Pants\n\nSee you"
    words = "Bring\n\n1. Shoes\n2. Clothes\n3. Pants"
    assert tidy(mark(text, words), LIST) == "Shoes\n2. Clothes\n3. Pants"
    assert tidy(mark(text, words), OTHER) == "Shoes"


PIECES = st.sampled_from(
    "the of in at by and because Dr. Anna van Lund USC U.S. p.m. 5 3,118.42 24–10 £ € % °C days million May 27 2004 -3 ½ a) 1. "
    "- * ** ` `` \" “ ” ' ( ) [ ] { | || # $ > >>> root@mx1:~# --all foo_bar() https://a.b/c /etc/x e\u0301 猫 眠る مرحبا 🙂👍🏽 "
    "K-2304 London-based don't . , ; : ! ? … – — = key=value only who it I A Label: ... .... \\".split()
)
GLUE = st.sampled_from([" ", " ", " ", "", "\n", "\n\n", "  ", "    ", "\t", " | ", ". ", "\n- ", "\n| "])
TEXTS = st.one_of(
    st.lists(st.tuples(PIECES, GLUE), min_size=1, max_size=25).map(lambda pairs: "".join(a + b for a, b in pairs)),
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=80),
)
# Between two letters or figures of a script with spaces, or inside a number, no answer begins or ends.
WITHIN_WORD = regex.compile(
    r"(?V1)(?<=[\p{L}\p{N}--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]])(?=[\p{L}\p{N}--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]])|(?<=\p{Nd}[.,:])(?=\p{Nd})|(?<=\p{Nd})(?=[.,:]\p{Nd})"
)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.data(), st.sampled_from(QuestionForm))
@example("sn*ke bites", None, OTHER)
def test_a_tidied_span_respects_any_text(text: str, data: st.DataObject | None, form: QuestionForm) -> None:
    """It is inside the border, not empty, tears no word or number, and is the same if tidied again."""
    if data is None:
        border, span = Span(0, len(text)), Span(0, 2)
    else:
        places = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
        border, span = Span(places[0], places[3]), Span(places[1], places[2])
    found = tidy_span(text, span, form, border)
    if found is None:
        return
    assert border.start <= found.start < found.end <= border.end
    assert not text[found.start].isspace()
    assert not text[found.end - 1].isspace()
    inside = text[border.start : border.end]
    torn = {match.start() + border.start for match in WITHIN_WORD.finditer(inside)} - {border.start, border.end}
    assert not {found.start, found.end} & torn
    assert tidy_span(text, found, form, border) == found
