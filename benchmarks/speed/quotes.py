"""Time and memory of finding a quotation in a long document, against the search that it replaced.

python -m benchmarks.speed.quotes
"""

import tracemalloc
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial

import click

from benchmarks.speed.paired import median_ratio, run_interleaved, time_calls
from index.types import Span
from qa.collection.quotes import PUNCTUATION, find_normalized

CHARACTERS = 2_000_000
REPEATS = 8
SENTENCES = {
    "ASCII": "The quick brown fox jumps over the lazy dog. ",
    "quotation marks": "The quick “brown” fox jumps over the lazy dog.  ",
    "Japanese": "素早い茶色の狐は、怠けた犬を飛び越える。（Ａ）\n",
}
# Not in the text, so that all of it is searched.
QUOTE = "no such quotation"


def find_by_lists(quote: str, span: Span, text: str) -> Span | None:
    """Return the first place, by two Python lists as long as the text: the baseline."""
    sought, _ = normalize_by_lists(quote)
    whole, origins = normalize_by_lists(text)
    start = whole.find(sought)
    return None if start < 0 else Span(origins[start], origins[start + len(sought) - 1] + 1)


def normalize_by_lists(text: str) -> tuple[str, Sequence[int]]:
    """Return the normalized text and, for each of its characters, the place that it came from."""
    characters: list[str] = []
    origins: list[int] = []
    for place, character in enumerate(text):
        plain = unicodedata.normalize("NFKC", character).casefold().translate(PUNCTUATION)
        if plain.isspace():
            plain = " " if characters and characters[-1] != " " else ""
        characters += plain
        origins += [place] * len(plain)
    return "".join(characters).removesuffix(" "), origins


Search = Callable[[str, Span, str], Span | None]
WAYS: dict[str, Search] = {"lists": find_by_lists, "numpy": find_normalized}


def search(way: Search, text: str) -> Span | None:
    """Look for the quotation at the beginning of the text."""
    return way(QUOTE, Span(0, 1), text)


def peak_mb(way: Search, text: str) -> float:
    """Return the peak of the memory that a search allocates."""
    tracemalloc.start()
    search(way, text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


@click.command()
def main() -> None:
    """Print for each kind of text how many times faster and smaller the search is than the baseline."""
    for kind, sentence in SENTENCES.items():
        text = sentence * (CHARACTERS // len(sentence))
        times = run_interleaved(
            {name: time_calls(partial(search, way)) for name, way in WAYS.items()}, [text] * REPEATS
        )
        memory = {name: peak_mb(way, text) for name, way in WAYS.items()}
        click.echo(
            f"{kind}: {median_ratio(times['lists'], times['numpy']):.1f} times faster, "
            f"peak {memory['numpy']:.0f} MB against {memory['lists']:.0f} MB"
        )


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.speed.quotes")
