"""reStructuredText: titles as docutils finds them, fields as metadata, nothing run."""

import docutils.core
import docutils.nodes
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import LoadError
from index.text.structure import strip_heading_marks
from index.types import Document
from tests.index.parsers.conftest import Parse

# As Sphinx projects write it.
SPHINX = """:orphan:
:author: Sana Ali

.. _install:
.. comment
   of two lines

**********************
Installing ``walker``
**********************

.. include:: /etc/passwd

Requirements
============

Python *3.11*.

.. code-block:: python

    Title
    =====

Windows 11
----------
==== =====
A    B
==== =====
1    2
==== =====

-----

Übersicht
=========
Text
"""
# As docutils' own documents begin.
DOCUTILS = """.. -*- coding: utf-8 -*-

===========================
 Docutils FAQ (`list`_)
===========================

:Author: David Goodger;
         others
:Contact: docutils-develop@lists.sourceforge.net
:Date: $Date: 2024-01-31 10:00:00 $
:Empty:

.. contents::

1  Basics
~~~~~~~~~
Text.
"""
LINES = st.lists(
    st.sampled_from(
        ["", "", "Title", "Longer title", "====", "=====", "-----", "--", "~~~~~~~~~~~~", "   indented", "Text."]
    ),
    max_size=14,
)


def document(parse: Parse, source: str) -> Document:
    """The one document of a file."""
    (item,) = parse("a.rst", source.encode())
    assert isinstance(item, Document)
    return item


def list_headings(found: Document) -> list[tuple[str, int]]:
    return [(strip_heading_marks(found.text, one), one.level) for one in found.headings]


def test_titles_of_a_sphinx_project(parse: Parse) -> None:
    """Levels come from the order in which styles occur; code, tables and lines between paragraphs are no titles."""
    found = document(parse, SPHINX)
    assert found.text == SPHINX
    assert list_headings(found) == [
        ("Installing ``walker``", 1),
        ("Requirements", 2),
        ("Windows 11", 3),
        ("Übersicht", 2),
    ]
    assert (found.title, found.metadata) == ("Installing walker", {"author": "Sana Ali"})


def test_fields_below_the_title(parse: Parse) -> None:
    """Are metadata with keys in lower case; lines of one value are joined, and an empty one is left out."""
    found = document(parse, DOCUTILS)
    assert found.title == "Docutils FAQ (list)"
    assert found.metadata == {
        "author": "David Goodger; others",
        "contact": "docutils-develop@lists.sourceforge.net",
        "date": "2024-01-31 10:00:00",
    }
    assert list_headings(found)[1] == ("1  Basics", 2)


def test_nothing_is_included(parse: Parse) -> None:
    """A directive is text: no file is opened, and no HTML is let through."""
    source = ".. include:: /etc/passwd\n\n.. raw:: html\n   :file: /etc/passwd\n\n.. csv-table::\n   :url: http://localhost/\n"
    assert document(parse, source).text == source


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES)
def test_titles_are_those_of_docutils(parse: Parse, lines: list[str]) -> None:
    """Every title that docutils finds in any order of lines is a heading, and each heading is whole lines."""
    source = "\n".join(lines)
    if not source.strip():
        return
    found = document(parse, source)
    tree = docutils.core.publish_doctree(
        source,
        settings_overrides={
            "doctitle_xform": False,
            "docinfo_xform": False,
            "report_level": 5,
            "halt_level": 6,
            "file_insertion_enabled": False,
            "raw_enabled": False,
            "_disable_config": True,
        },
    )
    titles = [
        title.astext()
        for title in tree.findall(docutils.nodes.title)
        if isinstance(title.parent, docutils.nodes.section)
    ]
    shown = [found.text[one.start : one.end] for one in found.headings]
    assert [title for title in titles if title not in "\n".join(shown)] == []
    assert all(f"\n{text}\n" in f"\n{source}\n" for text in shown)


@pytest.mark.parametrize("data", [b"\x00\x01\x02" * 100, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"])
def test_binary_data_is_refused(parse: Parse, data: bytes) -> None:
    """It is not text, whatever its name says."""
    with pytest.raises(LoadError, match="binary data"):
        parse("a.rst", data)
