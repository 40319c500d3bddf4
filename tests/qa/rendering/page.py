"""HTML as a browser reads it."""

import re
from html.parser import HTMLParser


class Page(HTMLParser):
    """What a browser sees: the text, the text of each mark, and every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.marked, self.tags = "", "", list[tuple[str, dict[str, str | None]]]()
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"br", "hr", "img"}:
            self._open.append(tag)
        self.text += dict(attrs).get("alt") or "" if tag == "img" else ""

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        self.marked += data if "mark" in self._open else ""


def words(text: str) -> str:
    """Return the text without white space."""
    return re.sub(r"\s+", "", text)
