"""Subtitles (SubRip, WebVTT): what is spoken, in paragraphs without times; passages are named by time ("00:12:31")."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import groupby
from pathlib import Path

from index.errors import LoadError
from index.parsers.encoding import decode_bytes
from index.parsers.text_builder import TextBuilder
from index.types import Document

TIME = r"(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
TIMING = re.compile(rf"\s*{TIME}\s*-->\s*{TIME}")
VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]+)>")
# "<i>", "<c.yellow>", "<00:00:01.200>" of WebVTT, "{\an8}" of SubStation, which SubRip files have too.
MARKS = re.compile(r"</?[A-Za-z][^<>]*>|<[\d:.]+>|\{\\[^{}]*\}")
# In the header of WebVTT by YouTube.
LANGUAGE = re.compile(r"^Language: *([A-Za-z]{2,3})\b", re.MULTILINE)
# Two speakers in one subtitle.
TURN = re.compile(r"\s*[-–—]\s*(?=\S)")
SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*$")

# The share of subtitles that repeat a line from which on they roll up; people repeat themselves less.
MIN_ROLLED = 0.4
# Silence that ends a paragraph, and the length from which one ends with its sentence, and in any case; seconds.
MAX_PAUSE, LONG_PARAGRAPH, MAX_PARAGRAPH = 3.0, 30.0, 60.0
# A passage begins with one at most so often; people speak about a passage of text in this time, in seconds.
PLACE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Line:
    """A spoken line from ``start`` to ``end`` seconds; ``begins``: whether another speaker begins with it."""

    start: float
    end: float
    text: str
    speaker: str = ""
    begins: bool = False


def parse_subtitles(path: Path, id: str) -> list[Document]:
    """Return one document; a speaker that the file names begins each of his paragraphs.

    Raise LoadError for a file without subtitles.
    """
    text = decode_bytes(path.read_bytes())
    lines = _drop_repeated(list(_read_lines(text)))
    if not lines:
        raise LoadError("has no subtitles with text; export it again or leave it out")
    builder = TextBuilder()
    place: float | None = None
    for paragraph in _group_lines(lines):
        start = paragraph[0].start
        if place is None or start < place or start - place >= PLACE_SECONDS:
            builder.begin_place(_format_time(start))
            place = start
        speaker = f"{paragraph[0].speaker}: " if paragraph[0].speaker else ""
        builder.add_paragraph(speaker + " ".join(line.text for line in paragraph))
    language = LANGUAGE.search(text[: max(0, text.find("-->"))])
    return [builder.build(id, metadata={"language": language[1].lower()} if language else {})]


def _read_lines(text: str) -> Iterator[_Line]:
    """Yield the lines of each subtitle: those after its times.

    In WebVTT an empty line ends them, and notes may follow. In SubRip it does not: players show what is after it, too.
    """
    has_notes = text.startswith("WEBVTT")
    times: tuple[float, float] | None = None
    speaker = ""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        timing = TIMING.match(line)
        if timing:
            times, speaker = (_to_seconds(timing, 1), _to_seconds(timing, 5)), ""
        elif not line.strip():
            times = None if has_notes else times
        elif times and not _is_number_of_next(lines, number):
            voice = VOICE.search(line)
            speaker = unescape(voice[1]).strip() if voice else speaker
            words = unescape(MARKS.sub("", line)).strip()
            turn = TURN.match(words)
            if words := words[turn.end() :] if turn else words:
                yield _Line(*times, words, speaker, turn is not None or voice is not None)


def _is_number_of_next(lines: Sequence[str], number: int) -> bool:
    """Return whether a line is the number of the next subtitle, in a file without empty lines between them."""
    return lines[number].strip().isdecimal() and number + 1 < len(lines) and bool(TIMING.match(lines[number + 1]))


def _to_seconds(timing: re.Match[str], group: int) -> float:
    hours, minutes, seconds, fraction = (timing[group + i] or "0" for i in range(4))
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def _drop_repeated(lines: Sequence[_Line]) -> list[_Line]:
    """Leave out what the subtitle before shows too if most do so: automatic captions roll up, each is shown twice."""
    cues = [list(group) for _, group in groupby(lines, lambda line: (line.start, line.end))]
    shown: list[set[str]] = [set(), *({line.text for line in cue} for cue in cues)]
    repeated = sum(any(line.text in before for line in cue) for before, cue in zip(shown, cues, strict=False))
    if repeated < MIN_ROLLED * len(cues):
        return list(lines)
    return [line for before, cue in zip(shown, cues, strict=False) for line in cue if line.text not in before]


def _group_lines(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Yield paragraphs: another speaker, silence or a sentence that ends after a while begins a new one."""
    paragraph = [lines[0]]
    for line in lines[1:]:
        last, spoken = paragraph[-1], line.start - paragraph[0].start
        if (
            line.speaker != last.speaker
            or (line.begins and not line.speaker)
            or line.start - last.end >= MAX_PAUSE
            or spoken < 0
            or (spoken >= LONG_PARAGRAPH and SENTENCE_END.search(last.text))
            or spoken >= MAX_PARAGRAPH
        ):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    yield paragraph


def _format_time(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"
