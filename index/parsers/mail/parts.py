"""The parts of a mail: the text that its readers see, and what is attached to it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from email.message import Message

from index.parsers.mail.headers import Mail, decode_text, decode_words
from index.parsers.mail.plain_text import join_flowed, split_quotation
from index.parsers.markup.blocks import add_markup
from index.parsers.markup.tree import Element, get_tag, parse_markup, walk_elements
from index.parsers.text_builder import TextBuilder

# Seals, which no reader opens.
SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
# Of an attachment without a name.
EXTENSIONS = {"application/pdf": ".pdf", "text/html": ".html", "text/plain": ".txt", "message/rfc822": ".eml"}
# A plain text with a smaller share of the words of the HTML beside it is only a note that there is HTML.
MIN_PLAIN_SHARE = 0.5
# Elements in which Gmail, Thunderbird, Apple Mail and others quote a mail, and the first one of a quotation by Outlook.
QUOTING_CLASSES = frozenset(
    {"gmail_quote", "gmail_quote_container", "yahoo_quoted", "protonmail_quote", "moz-cite-prefix"}
)
OUTLOOK_QUOTE = "divRplyFwdMsg"


@dataclass(frozen=True, slots=True)
class Body:
    """A text of a mail, plain or HTML."""

    text: str
    is_html: bool = False

    def add_to(self, builder: TextBuilder, quoted: str) -> None:
        """Add the text; older mails quoted at its end begin the place ``quoted``."""
        root = parse_markup(self.text) if self.is_html else None
        if root is not None:
            first = _find_quotation(root)
            add_markup(builder, root, lambda element: quoted if element is first else None)
        elif not self.is_html:
            written, quotation = split_quotation(self.text)
            builder.add_code(written)
            if quotation:
                builder.begin_place(quoted)
                builder.add_code(quotation)

    @property
    def words(self) -> int:
        """The number of words that are shown."""
        builder = TextBuilder()
        self.add_to(builder, "")
        return len(builder.build("").text.split())


@dataclass(slots=True)
class Parts:
    """Texts in order, and attachments, each with its name."""

    bodies: list[Body] = field(default_factory=list)
    attachments: list[tuple[str, Mail]] = field(default_factory=list)

    def add(self, part: Mail, is_related: bool = False) -> None:
        """Add a part and all that is inside it; ``is_related``: whether it belongs to a page of HTML."""
        kind = part.get_content_type()
        if kind == "multipart/alternative":
            self._add_alternatives(_list_parts(part))
        elif part.get_content_maintype() == "multipart" and part.is_multipart():
            for inner in _list_parts(part):
                self.add(inner, kind == "multipart/related")
        elif kind in {"text/plain", "text/html"} and not _is_attached(part):
            self.bodies.append(_read_body(part, kind == "text/html"))
        elif kind == "message/delivery-status":
            self.bodies.append(Body("\n\n".join(_list_headers(inner) for inner in _list_parts(part))))
        elif kind not in SIGNATURES and not (is_related and part.get_content_maintype() == "image"):
            self._attach(part, kind)

    def _add_alternatives(self, parts: Iterable[Mail]) -> None:
        """Add the plain one of several forms of the same text, if it says as much as the HTML."""
        plain, rich = Parts(), Parts()
        for part in parts:
            found = Parts()
            found.add(part)
            chosen = rich if any(body.is_html for body in found.bodies) else plain
            chosen.bodies += found.bodies
            self.attachments += found.attachments
        plain_words, rich_words = (sum(body.words for body in one.bodies) for one in (plain, rich))
        self.bodies += plain.bodies if plain_words and plain_words >= MIN_PLAIN_SHARE * rich_words else rich.bodies

    def _attach(self, part: Mail, kind: str) -> None:
        name = decode_words(part.get_filename() or "").replace("\\", "/").rpartition("/")[2].strip(". ")
        if not name and kind == "message/rfc822" and _list_parts(part):
            name = decode_words(str(_list_parts(part)[0].get("Subject") or "")).replace("/", " ")[:80].strip(". ")
        if not name:
            name = f"attachment {len(self.attachments) + 1}"
        extension = EXTENSIONS.get(kind, "")
        if "." not in name or (kind == "message/rfc822" and not name.lower().endswith(extension)):
            name += extension
        self.attachments.append((name, part))


def _list_parts(part: Mail) -> list[Mail]:
    payload = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []


def _list_headers(part: Mail) -> str:
    return "\n".join(f"{name}: {decode_words(str(value))}" for name, value in part.raw_items())


def _is_attached(part: Mail) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _read_body(part: Mail, is_html: bool) -> Body:
    text = decode_text(read_content(part), _read_parameter(part, "charset"))
    if not is_html and _read_parameter(part, "format").lower() == "flowed":
        text = join_flowed(text, _read_parameter(part, "delsp").lower() == "yes")
    return Body(text, is_html)


def read_content(part: Mail) -> bytes:
    """Return the bytes of a part, without what its encoding for sending added."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _read_parameter(part: Mail, name: str) -> str:
    value = part.get_param(name)
    # One that is encoded after RFC 2231 comes as three parts.
    return str(value[2] if isinstance(value, tuple) else value or "").strip()


def _find_quotation(root: Element) -> Element | None:
    """Return the first of the quotations after the last words that were written for this mail, or None."""
    first = around = None
    for event, element in walk_elements(root):
        if event == "start" and element.get("id") == OUTLOOK_QUOTE:
            # It has no end: all that follows is quoted.
            return element if first is None else first
        if event == "start" and around is None and _quotes(element):
            around = element
            first = element if first is None else first
        elif event == "end" and element is around:
            around = None
        words = element.text if event == "start" else element.tail
        if around is None and words and words.strip():
            first = None
    return first


def _quotes(element: Element) -> bool:
    """Return whether an element quotes an older mail."""
    is_cited = get_tag(element) == "blockquote" and element.get("type") == "cite"
    return is_cited or not QUOTING_CLASSES.isdisjoint((element.get("class") or "").split())
