"""SubRip and WebVTT: paragraphs of what is spoken, named by time."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import LoadError
from index.types import Document
from tests.index.parsers.conftest import Parse

# As ffmpeg writes it.
FFMPEG = """1
00:00:01,000 --> 00:00:02,500
<font face="Arial">Who is</font>
<i>there?</i>

2
00:00:02,600 --> 00:00:04,000
{\\an8}It is Killy.

3
00:12:31,000 --> 00:12:33,000
- Where?
- Here.
"""
# As YouTube writes automatic captions: each line is shown twice, and words have times.
YOUTUBE = """WEBVTT
Kind: captions
Language: en

00:00:00.160 --> 00:00:02.149 align:start position:0%

hello<00:00:00.480><c> and</c><00:00:00.799><c> welcome</c>

00:00:02.149 --> 00:00:02.159 align:start position:0%
hello and welcome

00:00:02.159 --> 00:00:04.390 align:start position:0%
hello and welcome
to<00:00:02.480><c> the</c><00:00:02.639><c> city</c>

00:00:04.390 --> 00:00:04.400 align:start position:0%
to the city
"""
VOICES = """\ufeffWEBVTT - of a meeting

NOTE
this is a note

REGION
id:fred

cue-1
00:01.000 --> 00:02.500
<v.loud Roger Bingham>We are &lt;here&gt; &amp; now.</v>

cue-2
00:02.600 --> 00:03.000
<v Roger Bingham>In New York.</v>

cue-3
00:03.000 --> 00:04.000
<v Neil>No.

cue-4
00:04.000 --> 00:05.000
<v Neil>No.
"""


def document(parse: Parse, source: str, name: str = "a.srt") -> Document:
    """The one document of a file."""
    (item,) = parse(name, source.encode())
    assert isinstance(item, Document)
    return item


def test_lines_become_paragraphs_with_times_as_places(parse: Parse) -> None:
    """Marks and numbers go, silence and a dash begin a paragraph."""
    film = document(parse, FFMPEG)
    assert film.text == "Who is there? It is Killy.\n\nWhere?\n\nHere."
    assert [(one.start, one.name) for one in film.places] == [(0, "00:00:01"), (28, "00:12:31")]


def test_automatic_captions_are_said_once(parse: Parse) -> None:
    """And their language is known."""
    video = document(parse, YOUTUBE, "a.vtt")
    assert video.text == "hello and welcome to the city"
    assert video.metadata == {"language": "en"}


def test_speakers_are_named_where_they_begin(parse: Parse) -> None:
    """Notes, regions and names of cues are not spoken, and what people repeat is kept."""
    assert document(parse, VOICES, "a.vtt").text == (
        "Roger Bingham: We are <here> & now. In New York.\n\nNeil: No. No."
    )


def test_an_empty_line_in_a_subtitle_loses_nothing(parse: Parse) -> None:
    """SubRip files of some programs have such lines; in WebVTT notes are after them."""
    cues = "1\n00:00:01,000 --> 00:00:02,000\nWho\n\nis there?\n\n2\n00:00:03,000 --> 00:00:04,000\nKilly.\n"
    assert document(parse, cues).text == "Who is there? Killy."
    assert document(parse, "WEBVTT\n\n" + cues.replace(",", "."), "a.vtt").text == "Who Killy."


def test_a_long_speech_has_paragraphs_and_places(parse: Parse) -> None:
    """Each of about half a minute, at the end of a sentence if there is one."""
    cues = [
        f"{i}\n00:{i // 60:02}:{i % 60:02},000 --> 00:{i // 60:02}:{i % 60:02},900\nWord{i}{'.' * (i % 7 == 0)}"
        for i in range(1, 300)
    ]
    speech = document(parse, "\n\n".join(cues))
    assert [one.name for one in speech.places][:3] == ["00:00:01", "00:00:36", "00:01:11"]
    assert all(block.endswith(".") for block in speech.text.split("\n\n")[:-1])
    assert speech.text.count("Word") == 299


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 20), st.text("ab cd", min_size=1).filter(str.strip)), min_size=1))
def test_no_word_is_lost(parse: Parse, cues: list[tuple[int, str]]) -> None:
    """Whatever the pauses are, all words are in the text in order, and each place begins a paragraph."""
    now, source, unique = 0, "", 0
    words = list[str]()
    for pause, text in cues:
        now, unique = now + pause, unique + 1
        source += f"00:{now // 60:02}:{now % 60:02}.000 --> 00:{now // 60:02}:{now % 60:02}.500\n{text} {unique}x\n\n"
        words += [*text.split(), f"{unique}x"]
    found = document(parse, "WEBVTT\n\n" + source, "a.vtt")
    assert found.text.split() == words
    assert all(one.start == 0 or found.text[: one.start].endswith("\n\n") for one in found.places)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "WEBVTT",
        "1\n00:00:01,000 --> 00:00:02,000\n\n",
        "just words\n",
        "1\n00:00:01,000 --> 00:00:02,000\n<i></i>\n",
    ],
)
def test_a_file_in_which_nobody_speaks_is_refused(parse: Parse, source: str) -> None:
    """With the remedy."""
    with pytest.raises(LoadError, match="has no subtitles with text"):
        parse("a.vtt", source.encode())
