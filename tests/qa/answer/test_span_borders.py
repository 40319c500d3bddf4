"""From the words that a reader chose to words that respect the text."""

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.types import Span
from qa.answer import span_borders
from qa.answer.borders.marks import MAX_REACH as REACH
from qa.answer.span_borders import tidy_span
from tests.qa.answer.helpers import tidy

TABLE = (
    "| Stop | Monday | Sunday |\n|---|---|---|\n| City Hall | 5:31 a.m. | on request |\n| Mill | 6 weeks, by post | – |"
)
COLUMNS = "   Ground Zone       $89         $139\n   Pay questions ......... Iris Gagnon ............. extension 2144"
SHELL = (
    "```console\nadmin@ax3:~# cfg commit                # without this, changes are lost\n$ fern requeue app 17\n```"
)


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
        ("Written in ⟦C⟧++ by two", "C++"),
        ("the ⟦NET⟧ runtime", "NET"),
        ("the .⟦NET⟧ runtime", ".NET"),
        ("calls by ⟦AT⟧&T there", "AT&T"),
        ("Ask O'⟦Brien⟧ for it", "O'Brien"),
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
        ("in 1998 it was ⟦60⟧,000 kr in all", "60,000"),
        ("lowered to −⟦3⟧ °C at night", "−3"),
        ("won 24–⟦10⟧ against them", "10"),
        ("leaves at 5⟦:33⟧ a.m. on weekdays", "5:33"),
        ("a ratio of 1:⟦20⟧ is used", "1:20"),
        ("Call 1-800-⟦555⟧-0199 now", "1-800-555-0199"),
        ("On ⟦2025⟧-03-14 it", "2025-03-14"),
        ("Release ⟦2.3.1⟧-rc1 is", "2.3.1-rc1"),
        ("It was ⟦1.5⟧e-3 of", "1.5e-3"),
        ("hosts 10.0.0.1,⟦10⟧.0.0.2,10.0.0.3", "10.0.0.2"),
        ("Take ⟦1⟧,2,3,4", "1"),
    ],
)
def test_numbers_are_whole(marked: str, expected: str) -> None:
    """Sign, currency, decimals and thousands belong to a number; the score of another team does not."""
    assert tidy(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("it was ⟦Mrs⟧ Lund, who", "Mrs Lund"),
        ("see ⟦MRS.⟧ TEO. She", "MRS. TEO"),
        ("Written by ⟦J.⟧ Lund in haste", "J. Lund"),
        ("The ⟦Bank of⟧ England raised", "Bank of England"),
        ("not by gate ⟦A.⟧ Password as before", "A"),
        ("wrote ⟦“Blame!”⟧ in 1997", "Blame!"),
        ("He saw ⟦London!⟧ Then he", "London"),
    ],
)
def test_an_unfinished_name_is_completed(marked: str, expected: str) -> None:
    """A title, an initial and a particle do not end a name; the letter at the end of a sentence does."""
    assert tidy(marked) == expected


@pytest.mark.parametrize(
    "marked",
    [
        "Contact ⟦Jane Smith⟧ for help.",
        "Ask ⟦Mrs Lund⟧.",
        "Press ⟦Ctrl+C⟧ to stop",
        "Install ⟦Python 3.11⟧ first",
        "Yesterday ⟦Anna Lund⟧ came",
        "NFL Commissioner ⟦Roger Goodell⟧ said",
        "In ⟦Melbourne⟧ Cricket Ground",
        "the film ⟦Independence Day⟧: Resurgence",
        "Directed by ⟦Hiroyuki\nSeshita⟧ in",
        "⟦Hepatitis A⟧ is rarer",
        "takes ⟦vitamin A⟧ daily",
        "leaves from ⟦gate A⟧ now",
        "the film “⟦Us⟧” won",
        "Songs by ⟦The Who⟧ are",
        "Then they sang ⟦Help!⟧ in 1965",
        "the option ⟦-a⟧ shows",
        "weighs ⟦12 000 kg⟧ now",
        "is ⟦3 x 4 m⟧ wide",
        "weighs ⟦5.97 × 10^24 kg⟧ now",
        "add ⟦1 1/2 cups⟧ of",
        "falls at ⟦5 m/s²⟧ there",
        "needs ⟦60 W/m²⟧ there",
        "is ⟦120/80 mmHg⟧ now",
        "on ⟦May 27, 2004⟧, it",
        "open ⟦from 2 to 8 °C⟧ there",
        "keep it for ⟦5⟧ days.",
        "The router sends at\n⟦2.4 GHz⟧ in",
        "The router sends at\n⟦2.4⟧ GHz in",
        "He was born on\n⟦12. May⟧ in",
        "baked ⟦in the oven⟧.",
        "It was ⟦not⟧ so",
        "| a | b |\n|---|---|\n| ⟦of⟧ | x |",
        "He was late. ⟦He slept. Then he woke⟧ up.",
        "It is ⟦drawn⟧ in lots.",
    ],
)
def test_a_right_span_stays(marked: str) -> None:
    """Whatever is not torn is kept as it was chosen."""
    assert tidy(marked) == marked.partition("⟦")[2].partition("⟧")[0]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        (TABLE, "31 a.m. |", "5:31 a.m."),
        (TABLE, "request", "request"),
        (TABLE, "weeks, by post", "weeks, by post"),
        (TABLE, "Hall | 5:31", "5:31 a.m."),
        (TABLE, "5:31 a.m. | on request", "5:31 a.m. | on request"),
        ("a | b\nDay ticket | until 4 a.m. of the day", "4 a.m", "4 a.m."),
        (COLUMNS, "89", "89"),
        (COLUMNS, "$89         $139", "$89         $139"),
        (COLUMNS, "Gagnon .............", "Iris Gagnon"),
        ("- Bring tea\n- **Bag** – a bag with tags\n- Go there now", "a bag with tags\n- Go", "a bag with tags"),
        ("1. Fill in the form\n2. Send it", "1. Fill in the form", "Fill in the form"),
        ("Call 9000.\n3. Submit the claim", "9000.\n3", "9000"),
        ("## Steps\n\nPress the wheel", "Steps\n\nPress the wheel", "Press the wheel"),
        ("Sat 13 June: 5,400 pounds\nFri 19 June: 4,100 pounds", "400 pounds\nFri", "5,400 pounds"),
    ],
)
def test_cells_and_items_have_no_marks_around_them(text: str, words: str, expected: str) -> None:
    """The mark between cells and the bullet are no part of them, nor is a fragment of the next one."""
    assert tidy(mark(text, words)) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        (SHELL, "ax3:~# cfg commit", "cfg commit"),
        (SHELL, "cfg commit                #", "cfg commit"),
        (SHELL, "changes are lost", "changes are lost"),
        (SHELL, "$ fern requeue", "fern requeue"),
        (SHELL, "17", "17"),
        ("PS C:\\> Get-Item -Path x", "C:\\> Get-Item -Path x", "Get-Item -Path x"),
        (">>> board.save(1)", ">>> board.save(1)", "board.save(1)"),
        ("Run `systemctl --user list-timers` now", "systemctl --user list", "systemctl --user list-timers"),
        ("Set `mode = none` there", "none", "none"),
        ("The header `done` says", "done", "done"),
        ("$ git checkout -- a.txt ; ls", "checkout -- a", "checkout -- a.txt"),
        ("C# is a language of 2000", "language", "language"),
        ("$ 880 a year", "$ 880", "$ 880"),
        ("use `x_y` and `z` here", "x_y` and `z` here", "`x_y` and `z` here"),
    ],
)
def test_code_is_verbatim(text: str, words: str, expected: str) -> None:
    """A prompt is no part of a command, and no token of code is torn; a comment, an argument or a value stays one."""
    assert tidy(mark(text, words)) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ('the film "⟦Blame" ⟧was', "Blame"),
        ("the ⟦“Tax team”,⟧ 24", "Tax team"),
        ("press **⟦Start** once⟧ to", "**Start** once"),
        ("Beatriz ⟦L. (Payfern tax⟧ team) wrote", "L. (Payfern tax team)"),
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
        ("held ⟦On Monday⟧ there", "Monday"),
        ("done ⟦by the board⟧ then", "the board"),
        ("is ⟦of gold⟧ and", "gold"),
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


def test_steps_and_commands_may_cross_blocks() -> None:
    """All that was chosen is kept without the heading before it, the first bullet and the first prompt."""
    words = "Bring\n\n1. Shoes\n2. Clothes\n3. Pants"
    assert tidy(mark(f"## {words}\n\nSee you", words)) == "Shoes\n2. Clothes\n3. Pants"
    assert tidy("⟦$ git pull\n$ git push⟧\n") == "git pull\n$ git push"


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
# Between two letters or figures of a script with spaces no answer begins or ends.
WITHIN_WORD = regex.compile(
    r"(?V1)(?<=[\p{L}\p{N}--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]])(?=[\p{L}\p{N}--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]])"
)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.data())
@example("sn*ke bites", None)
def test_a_tidied_span_respects_any_text(text: str, data: st.DataObject | None) -> None:
    """It is inside the border, not empty, tears no word, and is the same if tidied again."""
    if data is None:
        border, span = Span(0, len(text)), Span(0, 2)
    else:
        places = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
        border, span = Span(places[0], places[3]), Span(places[1], places[2])
    found = tidy_span(text, span, border)
    if found is None:
        return
    assert border.start <= found.start < found.end <= border.end
    assert not text[found.start].isspace()
    assert not text[found.end - 1].isspace()
    inside = text[border.start : border.end]
    torn = {match.start() + border.start for match in WITHIN_WORD.finditer(inside)} - {border.start, border.end}
    assert not {found.start, found.end} & torn
    assert tidy_span(text, found, border) == found


@pytest.mark.parametrize(
    "piece", ["1.", "10.0.0.1,", "1,", "a.", "((", "of . ", "A-", "*a", "https://", "x_", "- ", "| a ", "J. ", "\n1. "]
)
@pytest.mark.parametrize("place", [0, 500, 999])
def test_long_texts_take_few_rounds(piece: str, place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a text without borders is, it is read a bounded number of times, and no more than a chunk is added."""
    rounds = []
    monkeypatch.setattr(span_borders, "is_code_line", lambda text, span: rounds.append(span))
    text = piece * 1000
    span = Span(place * len(piece), (place + 1) * len(piece))
    found = tidy_span(text, span)
    assert len(rounds) <= span_borders.MAX_ROUNDS
    if found and " " in text:
        assert found.end - found.start <= len(piece) + 2 * REACH
