"""Headers and plain text of mails: damaged encodings, wrapped paragraphs, and where a quotation begins."""

from email import message_from_bytes

import pytest

from index.parsers.mail.headers import decode_text, decode_words, read_headers
from index.parsers.mail.plain_text import join_flowed, split_quotation


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("Plain words", "Plain words"),
        ("=?UTF-8?B?R3LDtsOfZQ==?= of it", "Größe of it"),
        ("=?utf-8?q?one?=\n =?utf-8?q?two?=", "onetwo"),
        ("=?UTF-8?B?4oI=?= =?UTF-8?B?rA==?=", "€"),
        ("=?iso-8859-1?q?20_=80?=", "20 €"),
        ("=?unknown-8bit?q?Gr=F6=DFe?=", "Größe"),
        ("=?utf-8?b?!!!?=", "=?utf-8?b?!!!?="),
        ("=?utf-8?q?a=00=1B[2Jb?=", "a [2Jb"),
        (b"Gr\xf6\xdfe".decode("ascii", "surrogateescape"), "Größe"),
        ("Größe".encode().decode("ascii", "surrogateescape"), "Größe"),
    ],
)
def test_encoded_words(raw: str, words: str) -> None:
    """Also those with bytes divided between two words, a wrong or unknown encoding, or none where one is needed."""
    assert decode_words(raw) == words


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "nonsense", "hex", "", None, "us-ascii"])
def test_a_wrong_encoding_is_not_believed(charset: str | None) -> None:
    """If not every byte fits what a part declares, its encoding is found."""
    assert decode_text("Größe".encode(), charset) == ("GrÃ¶ÃŸe" if charset == "us-ascii" else "Größe")
    assert decode_text(b"\x93Gr\xf6\xdfe\x94", charset) == "“Größe”"


@pytest.mark.parametrize(
    ("header", "people"),
    [
        (b'"Meier, Anna" <a@b.org>', ["Meier, Anna <a@b.org>"]),
        (b"=?utf-8?q?Meier=2C_Anna?= <a@b.org>, c@d.org", ["Meier, Anna <a@b.org>", "c@d.org"]),
        (b"a@b.org (Anna)", ["Anna <a@b.org>"]),
        (b"a@b.org <a@b.org>", ["a@b.org"]),
        (b"Undisclosed recipients:;", ["Undisclosed recipients:;"]),
        (b"\xf6 <", ["ö"]),
    ],
)
def test_people(header: bytes, people: list[str]) -> None:
    """With their names if they have some, whatever a header looks like."""
    assert read_headers(message_from_bytes(b"From: x\nTo: " + header + b"\n\n")).to == people


def test_a_long_list_of_people_is_cut_above_the_text() -> None:
    """The metadata has all of them."""
    headers = read_headers(message_from_bytes(b"To: " + b", ".join(b"p%d@b.org" % n for n in range(23)) + b"\n\n"))
    assert headers.sentence.startswith("Written to p0@b.org, p1@b.org, ")
    assert headers.sentence.endswith(", p19@b.org and 3 more:")
    assert len(headers.metadata["to"]) == 23


def test_flowed_text() -> None:
    """Lines that end in a space go on; quotations of another depth, and the signature, do not."""
    text = "One \ntwo.\n> a \n> b \nThree \n-- \nKilly\n From"
    assert join_flowed(text, deletes_space=False) == "One two.\n> a b \nThree \n-- \nKilly\nFrom"
    assert join_flowed("ネット \nスフィア", deletes_space=True) == "ネットスフィア"


QUOTED = "> old\n> text\n"


@pytest.mark.parametrize(
    ("written", "quotation"),
    [
        ("New.\n\n", "On Friday, Anna wrote:\n" + QUOTED),
        ("New.\n\n", "Am Freitag schrieb Anna:\n\n" + QUOTED + "\n"),
        ("New.\n\n", "On Fri, 30 Jan 2026 at 09:15, Anna Meier <anna.meier@example.org>\nwrote:\n" + QUOTED),
        ("New.\n\nAsked:\n\nLast line\n", QUOTED),
        ("New.\n", "-----Ursprüngliche Nachricht-----\nVon: Anna\nGesendet: Freitag\n\nOld."),
        ("New.\n", "________________________________\nFrom: Anna\nSent: Friday\n\nOld."),
        ("New.\n" + QUOTED + "Answer.\n" + QUOTED, ""),
        ("On Friday, Anna wrote:\n" + QUOTED, ""),
        (QUOTED + "Answer below.\n", ""),
        ("New.\n____________________________\nuser mailing list\nhttps://example.org\n", ""),
        ("", ""),
    ],
)
def test_the_quotation_at_the_end(written: str, quotation: str) -> None:
    """In any language; it is split off only if nothing that was written for this mail is in it."""
    assert split_quotation(written + quotation) == (written, quotation)
