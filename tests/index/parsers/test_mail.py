"""Mails: who wrote what and when, the newest text first, attachments as documents of their own."""

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build.load import load_documents
from index.errors import LoadError
from index.types import Document, LoadProblem
from tests.index.parsers.conftest import Parse
from tests.index.parsers.samples import SAMPLES

FILES = Path(__file__).parent / "files" / "mail"


def read(parse: Parse, name: str) -> dict[str, Document]:
    """The documents of a file of another program, which has no problems."""
    items = parse(name, (FILES / name).read_bytes())
    assert not [item for item in items if isinstance(item, LoadProblem)]
    return {item.id: item for item in items if isinstance(item, Document)}


def split(document: Document) -> dict[str, str]:
    """The text of each place."""
    ends = [place.start for place in document.places[1:]] + [len(document.text)]
    return {p.name: document.text[p.start : end].strip() for p, end in zip(document.places, ends, strict=True)}


def make_mail(**headers: str) -> EmailMessage:
    """A mail made by Python, without a text."""
    mail = EmailMessage(policy=SMTP)
    for name, value in ({"From": "Killy <killy@example.org>", "Subject": "The ladder"} | headers).items():
        mail[name.replace("_", "-")] = value
    return mail


def test_a_mail_of_gmail(parse: Parse) -> None:
    """Plain text of two forms, encoded names, the quotation in a place of its own, attachments named and parsed."""
    documents = read(parse, "gmail.eml")
    mail = documents["gmail.eml"]
    assert list(documents) == ["gmail.eml", "gmail.eml/rules.md"]
    assert mail.title == "Re: Schlüssel für die Bücherei"
    assert mail.metadata == {
        "author": "Anna Meier",
        "date": "2026-01-31T09:15:00+01:00",
        "from": "Anna Meier <anna.meier@example.org>",
        "to": ["Schulz, Ben <ben@example.org>", "Jürgen Łącki <juergen@example.org>"],
        "cc": ["library@example.org"],
        "message_id": "<CAKx8=Lq0@mail.gmail.com>",
    }
    places = split(mail)
    assert list(places) == ["mail of 2026-01-31", "quoted in the mail of 2026-01-31"]
    written, quoted = places.values()
    assert written.startswith(
        "Re: Schlüssel für die Bücherei\n\nAttachments: rules.md, Tür.png\n\nAnna Meier (anna.meier@example.org) wrote on "
        "Saturday, 31 January 2026, 09:15 (UTC+01:00) to Schulz, Ben (ben@example.org), Jürgen Łącki "
        "(juergen@example.org) with a copy to library@example.org:\n\nHi Ben,"
    )
    assert written.endswith("costs 20 €\nif you lose it.\n\nAnna")
    assert quoted.startswith("On Fri, Jan 30, 2026 at 6:02 PM Schulz, Ben <ben@example.org>\nwrote:\n\n> Where is")
    assert documents["gmail.eml/rules.md"].text == "# Rules\n\nBooks are lent for three weeks.\n"


def test_a_mail_of_outlook(parse: Parse) -> None:
    """HTML, since the plain text only says that there is HTML; tables of data have rows, and others only arrange."""
    (mail,) = read(parse, "outlook.eml").values()
    written, quoted = split(mail).values()
    assert "Müller, Jörg (joerg.mueller@example.com) wrote on Monday, 2 February 2026, 07:30 (UTC) to Team" in written
    assert "these are the allowances…\n\nCountry · Daily allowance\n\nFrance · Daily allowance: 58.00 EUR" in written
    assert written.endswith("Jörg Müller\nHead of Travel")
    assert quoted.startswith("From: Anna Meier <anna@example.com>\nSent: Friday")
    assert quoted.endswith("How much may we spend a day?")


def test_a_mail_of_thunderbird(parse: Parse) -> None:
    """Its wrapped lines are whole paragraphs; answers between the quoted lines stay beside what they answer."""
    (mail,) = read(parse, "thunderbird.eml").values()
    assert list(split(mail)) == ["mail of 2026-02-03"]
    assert mail.text.endswith(
        "> Is the ladder long enough to reach the upper floor?\n\nYes, the ladder is twelve metres long and the upper "
        "floor is at eleven metres – so it reaches.\n\n> And who carries it?\n\nI do.\n\n-- \nKilly"
    )


def test_a_mail_of_a_list(parse: Parse) -> None:
    """The line of the box before it is no header, and its encoding is that which it says."""
    (mail,) = read(parse, "mailing-list.eml").values()
    assert mail.metadata["author"] == "R. Daneel"
    assert "The café opens" in split(mail)["mail of 2026-02-04"]
    assert split(mail)["quoted in the mail of 2026-02-04"].endswith("> When will version 3.2 be released?")


def test_a_mail_of_mpack(parse: Parse) -> None:
    """It has no author and no date, and its attachment is of no declared type."""
    documents = read(parse, "mpack.eml")
    assert documents["mpack.eml"].text == "Notes on the lamp\n\nAttachments: notes.md\n\nRead the notes on the lamp."
    assert documents["mpack.eml/notes.md"].title == "Notes"


def test_a_box_of_mails(parse: Parse) -> None:
    """Each mail is a document."""
    documents = read(parse, "git.mbox")
    assert [(one.id, one.title) for one in documents.values()] == [
        ("git.mbox/1.eml", "[PATCH 1/2] Raise the ladder"),
        ("git.mbox/2.eml", "[PATCH 2/2] Lower the ladder"),
    ]
    assert documents["git.mbox/2.eml"].metadata["author"] == "Killy Größe"
    with pytest.raises(LoadError, match='does not begin with a line "From …"'):
        parse("a.mbox", SAMPLES[".eml"])
    with pytest.raises(LoadError, match="holds no mails"):
        parse("a.mbox", b"\n\n")


def test_a_paragraph_that_begins_with_from_ends_no_mail(parse: Parse) -> None:
    """Some programs write it as it is."""
    documents = parse(
        "a.mbox", b"From x\nSubject: y\n\nHello.\n\nFrom here on we walk.\n\nBye.\n\nFrom x\nSubject: z\n\n"
    )
    assert [one.text for one in documents if isinstance(one, Document)] == [
        "y\n\nHello.\n\nFrom here on we walk.\n\nBye.",
        "z",
    ]


def test_a_box_has_a_limit(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes after it is one problem."""
    monkeypatch.setattr("index.parsers.mail.mbox.MAX_MAILS", 2)
    *mails, problem = parse("a.mbox", b"From x\nSubject: y\n\n>From the city.\n\n" * 3)
    assert [mail.text for mail in mails if isinstance(mail, Document)] == ["y\n\nFrom the city."] * 2
    assert problem == LoadProblem("a.mbox", "holds more mails than the first 2, which are read; split it")


def test_mails_and_files_inside_a_mail(tmp_path: Path) -> None:
    """A forwarded mail is a document with attachments of its own; two of the same name get two ids."""
    inner = make_mail(From="Cibo <cibo@example.org>", Subject="The a/b plan")
    inner.set_content("Cibo follows.")
    inner.add_attachment("Deep.", filename="notes.txt")
    mail = make_mail()
    mail.set_content("See below.")
    mail.add_attachment(inner)
    for text in ("One.", "Two."):
        mail.add_attachment(text, filename="../notes.txt")
    mail.add_attachment(SAMPLES[".zip"], maintype="application", subtype="zip", filename="all.zip")
    (tmp_path / "a.eml").write_bytes(mail.as_bytes())
    (tmp_path / "a.eml.toml").write_text('title = "Ladders"\nproject = "City"', encoding="utf-8")
    loaded = load_documents(tmp_path, 1_000_000)
    assert loaded.problems == ()
    assert [(document.id, document.title) for document in loaded.documents] == [
        ("a.eml", "Ladders"),
        ("a.eml/The a b plan.eml", "The a/b plan"),
        ("a.eml/The a b plan.eml/notes.txt", "notes"),
        ("a.eml/notes.txt", "notes"),
        ("a.eml/notes (2).txt", "notes (2)"),
        ("a.eml/all.zip/notes/killy.txt", "killy"),
        ("a.eml/all.zip/cibo.txt", "cibo"),
    ]
    assert {document.metadata["project"] for document in loaded.documents} == {"City"}
    assert [document.metadata.get("author") for document in loaded.documents[:2]] == ["Killy", "Cibo"]


def test_an_attachment_without_a_parser_is_only_named(parse: Parse) -> None:
    """It is no problem, so that the mail is not read again by every build; a damaged one that could be parsed is one."""
    mail = make_mail()
    mail.set_content("See the picture.")
    mail.add_attachment(b"x", maintype="image", subtype="png", filename="city.png")
    mail.add_attachment(b"x", maintype="application", subtype="pdf", filename="plan.pdf")
    document, problem = parse("a.eml", mail.as_bytes())
    assert isinstance(document, Document)
    assert "\nAttachments: city.png, plan.pdf\n" in document.text
    assert isinstance(problem, LoadProblem)
    assert problem.where == "a.eml/plan.pdf"


@pytest.mark.parametrize(
    "kind",
    ['multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b', "application/pkcs7-mime; name=smime.p7m"],
)
def test_an_encrypted_mail_is_a_problem(parse: Parse, kind: str) -> None:
    """There is nothing in it to read."""
    with pytest.raises(LoadError, match="is encrypted; save a decrypted copy in your mail program"):
        parse("a.eml", f"From: a@b\nContent-Type: {kind}\n\nx".encode())


@pytest.mark.parametrize("content", [b"", b"Just a text.", b"<html></html>", b"A: b\n\ntext", bytes(range(256))])
def test_what_is_no_mail_is_a_problem(parse: Parse, content: bytes) -> None:
    """Every text could be parsed as one, so it must have a header that mails have."""
    with pytest.raises(LoadError, match="is not a mail: has no header"):
        parse("a.eml", content)


def test_a_mail_without_a_text_is_its_headers(parse: Parse) -> None:
    """Somebody may ask whether and when it was sent."""
    (document,) = parse("a.eml", b"From: killy@example.org\nDate: nonsense\n\n")
    assert isinstance(document, Document)
    assert document.text == "killy@example.org wrote:"
    assert document.metadata == {"author": "killy@example.org", "from": "killy@example.org"}


def test_parts_that_are_nested_without_end(parse: Parse) -> None:
    """A mail of thousands of parts inside each other is a problem and no crash."""
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(5000))
    with pytest.raises(LoadError, match="parts inside parts"):
        parse("a.eml", b"From: a@b\n" + deep.encode())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=40),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\n"), max_size=200),
)
def test_what_python_writes_is_read(parse: Parse, subject: str, text: str) -> None:
    """Whatever the subject and the text, every word of them is there."""
    mail = make_mail(Subject=subject)
    mail.set_content(text)
    (document,) = parse("a.eml", mail.as_bytes())
    assert isinstance(document, Document)
    assert document.title == (" ".join(subject.split()) or "")
    assert document.text.split()[-len(text.split()) or len(document.text) :] == text.split()
