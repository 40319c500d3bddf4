"""The text inside a block of Markdown, parsed by markdown-it with the place of each token.

markdown-it keeps no places of what is inside a block. Its rules advance through the content, though, so noting before
and after each rule where it was gives the place of every token that it made.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.utils import EnvType

from qa.rendering.alignment import AlignmentError, Content
from qa.rendering.raw_html import render_tag
from qa.rendering.source_map import Element, Node, Text, Void, join_texts

if TYPE_CHECKING:
    from markdown_it.token import Token

# Addresses of other kinds, as "javascript:", are no links; neither are those in the folder of the document.
LINK_SCHEMES = frozenset({"http", "https", "mailto"})
# A paragraph with many brackets takes time that grows with their number times its length; so no longer ones are parsed.
MAX_INLINE_CHARS, MAX_BRACKET_STEPS = 20_000, 2_000_000
PLACE = "place"


class PlacedState(StateInline):
    """The state of the parser, which also knows where text begins that belongs to no token yet."""

    pending_start = 0

    def pushPending(self) -> "Token":  # noqa: N802  (markdown-it's name)
        """Make a token of this text, with its place."""
        token = super().pushPending()
        token.meta[PLACE] = (self.pending_start, self.pending_start + len(token.content))
        return token


class PlacedParser(ParserInline):
    """The parser of markdown-it, which notes the place of each token."""

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: "list[Token]") -> "list[Token]":
        """Return the tokens of a content."""
        state = PlacedState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens

    def tokenize(self, state: StateInline) -> None:
        """Make the tokens of a part of the content, as ``ParserInline.tokenize`` does."""
        state = cast(PlacedState, state)
        rules, end = self.ruler.getRules(""), state.posMax
        deepest = state.md.options["maxNesting"]
        while state.pos < end:
            start, known = state.pos, len(state.tokens)
            if not state.pending:
                state.pending_start = start
            if state.level < deepest and any(rule(state, False) for rule in rules):
                _note_places(state.tokens[known:], state.src, start, state.pos)
            else:
                state.append_pending(state.src[start])
                state.pos += 1
        if state.pending:
            state.pushPending()


def _note_places(tokens: "Sequence[Token]", source: str, start: int, end: int) -> None:
    """Note where the tokens of one rule are, except for those inside of a link, which have their places."""
    here = start
    in_brackets = False
    for token in tokens:
        if PLACE in token.meta:
            continue
        in_brackets = in_brackets or token.markup == "autolink"
        token.meta[PLACE] = (start, end)
        if token.type == "text" and in_brackets:
            # The address, which the token has decoded, is shown as it was written.
            token.content = source[start + 1 : end - 1]
            token.meta[PLACE] = (start + 1, end - 1)
        elif token.type == "text":
            # Marks of emphasis, one after the other, which may turn out to be text.
            token.meta[PLACE] = (here, here + len(token.content))
            here += len(token.content)


def create_parser() -> MarkdownIt:
    """Return a parser of CommonMark with tables and strikethrough; it leaves what is inside of blocks to be parsed."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.core.ruler.disable(["inline", "text_join"])
    # It would join tokens of different places.
    parser.inline.ruler2.disable("fragments_join")
    placed = PlacedParser()
    placed.ruler, placed.ruler2 = parser.inline.ruler, parser.inline.ruler2
    parser.inline = placed
    return parser


def render_inline(parser: MarkdownIt, content: Content, definitions: EnvType) -> tuple[Node, ...]:
    """Return the nodes of a content; ``definitions`` is the environment of markdown-it.

    Raise AlignmentError if a token is not where it should be, or if parsing would take long.
    """
    text = content.text
    if len(text) > MAX_INLINE_CHARS or len(text) * text.count("[") > MAX_BRACKET_STEPS:
        raise AlignmentError
    tokens = parser.inline.parse(text, parser, definitions, [])
    return _build(list(tokens), content, 0)


def _build(tokens: "list[Token]", content: Content, offset: int) -> tuple[Node, ...]:
    """Return the nodes of tokens whose places count from ``offset`` of the content."""
    # The children of the elements that are open, from the outside in, and how each of these began.
    levels: list[list[Node]] = [[]]
    opened: list[Token] = []
    for token in tokens:
        if token.nesting > 0:
            opened.append(token)
            levels.append([])
        elif token.nesting < 0:
            children = join_texts(levels.pop())
            levels[-1].append(_make_element(opened.pop(), children))
        else:
            levels[-1] += _render_token(token, content, offset)
    return join_texts(levels[0])


def _make_element(opening: "Token", children: tuple[Node, ...]) -> Element:
    return Element(opening.tag, children, href=_check_link(opening) if opening.tag == "a" else "")


def _check_link(opening: "Token") -> str:
    """Return the address of a link if it leads to the web or is one of mail, or else nothing."""
    href = str(opening.attrs.get("href", ""))
    try:
        return href if urlsplit(href).scheme in LINK_SCHEMES else ""
    except ValueError:
        return ""


def _render_token(token: "Token", content: Content, offset: int) -> Iterator[Node]:
    start, end = (offset + place for place in token.meta[PLACE])
    match token.type:
        case "text" if token.content:
            yield from _render_text(token, content, start, end)
        case "text_special":
            yield content.make_whole(start, end, token.content)
        case "code_inline":
            yield _render_code(token, content, start, end)
        case "softbreak":
            yield from content.make_texts(start, start + 1)
        case "hardbreak":
            yield Void("br", content.places[start])
        case "html_inline":
            yield from render_tag(content, start, end)
        case "image":
            # Its alternative text begins after "![".
            yield Element("image", _build(token.children or [], content, start + 2))


def _render_text(token: "Token", content: Content, start: int, end: int) -> list[Text]:
    if content.text[start:end] != token.content:
        raise AlignmentError
    return content.make_texts(start, end)


def _render_code(token: "Token", content: Content, start: int, end: int) -> Element:
    """Return code; a line break in it is a space, and one space on either side may be left out."""
    marks, length = len(token.markup), len(token.content)
    padding = (end - start - 2 * marks - length) // 2
    start += marks + padding
    if content.text[start : start + length].replace("\n", " ") != token.content:
        raise AlignmentError
    return Element("code", tuple(content.make_texts(start, start + length, token.content)))
