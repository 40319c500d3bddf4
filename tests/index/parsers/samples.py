"""Small real files of every format, made by hand so that a test can say what is in them."""

import gzip
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

# Made by LibreOffice; README.md there says how.
FILES = Path(__file__).parent / "files"

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="{charset}"><title>Blame! - The Archive</title>
<style>body {{ color: red }}</style><script>var secret = "evil()";</script></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/about">About us</a></li></ul></nav>
<main><article><h1>Blame!</h1>
<p>Blame! is a <b>manga</b> series written by <a href="/n">Tsutomu Nihei</a>, first published in the
magazine Afternoon by Kodansha. It follows a silent wanderer through a city that never ends.</p>
<h2>Plot <span>and people</span></h2>
<p>Killy looks for the net terminal genes,<br>which let people reach the Netsphere &amp; its control. {extra}</p>
<ul><li>Killy, a wanderer</li><li>Cibo, a scientist</li></ul>
<h3>Volumes</h3>
<table><tr><th>Volume</th><th>Date</th></tr><tr><td>1</td><td>June 1998</td></tr></table>
<pre><code>def walk():
    return "on"
</code></pre></article></main>
<footer><p>Copyright 2026. Cookie policy.</p></footer></body></html>
"""

MARKDOWN = """---
title: "Blame!"
language: en
---
# The *Blame!* series

Killy walks. 😀

Volumes
=======

```
# no heading
```

## Film ##
ネットスフィア
"""

RST = """=======
Blame!
=======

:Author: Tsutomu Nihei
:Date: 1998-06-01

Killy walks. 😀

The *Film*
~~~~~~~~~~
ネットスフィア::

    Not a title
    -----------
"""

ASCIIDOC = """= The *Blame!* series
Tsutomu Nihei <n@example.org>
v1.0, 1998-06-01
:lang: en

Killy walks. 😀

----
= no title
----

== Film
ネットスフィア
"""

# As Excel writes it in most of Europe.
CSV = 'Volume;Date;Price\r\n1;"June 1998";"5,90"\r\n2;"March 1999";"6,10"\r\n'

JSON = """{"title": "Blame!", "volumes": [{"number": 1, "price": 5.90}, {"number": 2, "price": 6.10}], "note": "\\ud83d\\ude00"}"""

XML = """<?xml version="1.0" encoding="utf-8"?>
<book><title>Blame!</title><section><title>Plot</title><para>Killy <emphasis>walks</emphasis>. 😀</para></section></book>
"""

NOTEBOOK = """{"nbformat": 4, "nbformat_minor": 5, "metadata": {"language_info": {"name": "python"}}, "cells": [
{"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Blame!\\n", "\\n", "Killy **walks**."]},
{"cell_type": "code", "id": "b", "metadata": {}, "execution_count": 1, "source": "print('on')",
 "outputs": [{"output_type": "stream", "name": "stdout", "text": ["on\\n"]}]}]}"""

SRT = """1
00:00:01,000 --> 00:00:02,500
<i>Who is
there?</i>

2
00:12:31,000 --> 00:12:33,000
It is Killy. 😀
"""

VTT = """WEBVTT
Kind: captions
Language: en

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.500 align:start
<v Cibo>Who is there?</v>

00:12:31.000 --> 00:12:33.000
<v Killy>It is Killy. 😀
"""

JSONL = '{"_id": "a", "title": "Blame!", "text": "Killy\\r\\nwalks.", "year": 1998}\n{"id": 7, "text": "שלום 😀"}\n'


# A short mail; attachments and encodings are in the files of other programs.
MAIL = """From: Killy <killy@example.org>
To: =?utf-8?q?Cibo_=F0=9F=98=80?= <cibo@example.org>
Date: Sat, 31 Jan 2026 09:15:00 +0100
Subject: The ladder
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=utf-8

<p>Die Größe?</p><p>Twelve metres.</p>
--b--
"""

PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Blame!</dc:title></metadata>
<manifest><item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="n"/><itemref idref="a"/></spine></package>"""
NAVIGATION = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>
<nav epub:type="toc"><ol><li><a href="a.xhtml#c1">1</a></li><li><a href="a.xhtml#c2">Cibo</a></li></ol></nav>
</body></html>"""
CHAPTERS = """<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><h1 id="c1">Killy</h1><p>Killy&nbsp;walks.
</p><div id="c2"><h2>Cibo</h2><p>Cibo follows. &#x1F600;</p></div></body></html>"""
BOOK_PAGES = {"nav.xhtml": NAVIGATION, "a.xhtml": CHAPTERS}


def html(charset: str = "utf-8", extra: str = "") -> bytes:
    """An article with menu and footer around it."""
    return PAGE.format(charset=charset, extra=extra).encode(charset)


def pdf(pages: Sequence[str], title: str = "") -> bytes:
    """A PDF of one line of Latin text a page; an empty page draws nothing."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for i, text in enumerate(pages):
        drawn = f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET" if text else ""
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 300] "
            f"/Contents {5 + 2 * i} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    objects.append(f"<< /Title ({title}) >>")
    return _pdf_file([source.encode("latin-1") for source in objects])


def zipped(members: Mapping[str, bytes]) -> bytes:
    """An archive of files in order, which Python made."""
    archive = BytesIO()
    with ZipFile(archive, "w") as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return archive.getvalue()


def book(package: str = PACKAGE, pages: Mapping[str, str] = BOOK_PAGES, **more: bytes) -> bytes:
    """A book of EPUB 3 from its package document and pages."""
    container = b'<container><rootfiles><rootfile full-path="in/p.opf"/></rootfiles></container>'
    files = {"mimetype": b"application/epub+zip", "META-INF/container.xml": container, "in/p.opf": package.encode()}
    return zipped(files | {f"in/{name}": page.encode() for name, page in pages.items()} | more)


def _pdf_file(objects: Sequence[bytes]) -> bytes:
    """The objects with the table of where each begins; the first is the root, the last the metadata."""
    file, starts = b"%PDF-1.4\n", []
    for number, source in enumerate(objects, 1):
        starts.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, source)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(objects) + 1, len(objects))
    return file + head + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(file)


# By extension; a parser that is added to the table gets a line here too.
SAMPLES = {
    ".adoc": ASCIIDOC.encode(),
    ".asciidoc": ASCIIDOC.replace("\n", "\r\n").encode(),
    ".csv": CSV.encode("utf-8-sig"),
    ".docm": (FILES / "text.docx").read_bytes(),
    ".docx": (FILES / "text.docx").read_bytes(),
    ".eml": MAIL.encode(),
    ".epub": book(),
    ".htm": html(),
    ".html": html().replace(b"\n", b"\r\n"),
    ".ipynb": NOTEBOOK.encode(),
    ".json": JSON.encode(),
    ".jsonl": JSONL.encode(),
    ".jsonl.gz": gzip.compress(JSONL.encode()),
    ".markdown": MARKDOWN.encode(),
    ".mbox": b"From killy Sat Jan 31 09:15:00 2026\r\n" + MAIL.replace("\n", "\r\n").encode(),
    ".md": MARKDOWN.replace("\n", "\r\n").encode(),
    ".pdf": pdf(["Killy walks through the City.", "", "Cibo follows."], "Blame!"),
    ".rst": RST.encode(),
    ".srt": SRT.replace("\n", "\r\n").encode("utf-8-sig"),
    ".tsv": CSV.replace(";", "\t").encode("utf-16"),
    ".vtt": VTT.encode(),
    ".xml": XML.encode(),
    ".odp": (FILES / "slides.odp").read_bytes(),
    ".ods": (FILES / "sheets.ods").read_bytes(),
    ".odt": (FILES / "text.odt").read_bytes(),
    ".pptm": (FILES / "slides.pptx").read_bytes(),
    ".pptx": (FILES / "slides.pptx").read_bytes(),
    ".rtf": (FILES / "text.rtf").read_bytes(),
    ".txt": "Killy walks.\r\nСибо идёт.\rネットスフィア 😀".encode(),
    ".xlsm": (FILES / "sheets.xlsx").read_bytes(),
    ".xlsx": (FILES / "sheets.xlsx").read_bytes(),
    ".zip": zipped({"notes/killy.txt": b"Killy walks.\r\n", "cibo.txt": b"Cibo follows."}),
}

# The headings of the samples that have some.
HEADINGS = {
    ".adoc": ["= The *Blame!* series", "== Film"],
    ".asciidoc": ["= The *Blame!* series", "== Film"],
    **{extension: ["Allowances", "How to book"] for extension in (".docm", ".docx", ".odt", ".rtf")},
    **{extension: ["Costs", "Staff by year"] for extension in (".ods", ".xlsm", ".xlsx")},
    **{extension: ["The plan", "What it costs"] for extension in (".odp", ".pptm", ".pptx")},
    ".eml": ["The ladder"],
    ".mbox": ["The ladder"],
    ".epub": ["Killy", "Cibo"],
    ".htm": ["Blame!", "Plot and people", "Volumes"],
    ".html": ["Blame!", "Plot and people", "Volumes"],
    ".ipynb": ["Blame!"],
    ".json": ["volumes"],
    ".markdown": ["# The *Blame!* series", "Volumes\n=======", "## Film ##"],
    ".md": ["# The *Blame!* series", "Volumes\n=======", "## Film ##"],
    ".rst": ["=======\nBlame!\n=======", "The *Film*\n~~~~~~~~~~"],
    ".xml": ["Blame!", "Plot"],
}
