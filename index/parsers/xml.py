"""XML: the text in reading order; names of elements only where they say what a value is.

Documents (DocBook, TEI, JATS, …) become headings, paragraphs and rows of tables, data becomes lines as from JSON:
"name: Rome · price: 58.00". Nothing is loaded from elsewhere, and a file that declares entities of its own is refused.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import LoadError
from index.parsers.records import MAX_DEPTH, Value, write_value
from index.parsers.text_builder import TextBuilder
from index.parsers.xml_elements import expand, get_name, has_own_text, read_line, read_pieces, tidy
from index.parsers.xml_tables import is_table, write_table
from index.types import Document

if TYPE_CHECKING:
    from lxml.etree import _Element

# Elements of text in DocBook, TEI, JATS, DITA, FictionBook and XHTML.
PARAGRAPHS = frozenset("p para simpara formalpara ab li dt dd blockquote v".split())
HEADINGS = frozenset("title head heading label bridgehead h1 h2 h3 h4 h5 h6".split())
CODE = frozenset("programlisting screen literallayout codeblock pre".split())

# Faults of names, with which the text can be read all the same.
HARMLESS = frozenset({"NAMESPACE", "VALID"})
NOT_XML = "is not well-formed XML ({}); export it again or leave it out"
ENTITIES = "declares entities of its own, which are not expanded; expand them (xmllint --noent) or leave it out"


def parse_xml(path: Path, id: str) -> list[Document]:
    """Return one document.

    Raise LoadError for what is not XML, declares entities, is nested too deeply or has no text.
    """
    root = _parse_root(path.read_bytes())
    if _measure_depth(root) > MAX_DEPTH:
        raise LoadError(f"is nested more than {MAX_DEPTH} levels deep; flatten it or leave it out")
    builder = TextBuilder()
    prose = _find_prose(root)
    if root in prose:
        _write_prose(builder, root, prose, 0)
    else:
        write_value(builder, _to_value(root))
    if builder.is_empty:
        raise LoadError("has no text; fill it or leave it out")
    return [builder.build(id, _find_title(root))]


def _parse_root(data: bytes) -> "_Element":
    """Return the root element; no DTD is loaded, no entity is expanded, and nothing is fetched."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        # It would refuse a prefix that is not declared; whatever else is wrong is refused below.
        recover=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise LoadError(NOT_XML.format(error.msg)) from error
    faults = [one for one in parser.error_log if one.domain_name not in HARMLESS and one.level_name != "WARNING"]
    if root is None or faults:
        raise LoadError(NOT_XML.format(f"{faults[0].message}, line {faults[0].line}" if faults else "no element"))
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise LoadError(ENTITIES)
    return root


def _find_prose(root: "_Element") -> set["_Element"]:
    """Return the elements of documents, not of data: those with text between elements, paragraphs or tables inside."""
    prose: set[_Element] = set()
    for element in root.iter("*"):
        has_tails = any((child.tail or "").strip() for child in element)
        is_mixed = len(element) > 0 and (has_tails or bool((element.text or "").strip()))
        if (is_mixed or _is_block(element)) and element not in prose:
            prose.add(element)
            above = element.getparent()
            while above is not None and above not in prose:
                prose.add(above)
                above = above.getparent()
    return prose


def _write_prose(builder: TextBuilder, element: "_Element", prose: set["_Element"], level: int) -> None:
    name = get_name(element)
    if name in HEADINGS and element.getparent() is not None:
        builder.add_heading(read_line(element), max(1, level - 1))
    elif name in CODE:
        builder.add_code("".join(read_pieces(element)))
    elif is_table(element):
        write_table(builder, element)
    elif _is_section_info(element):
        _write_section_info(builder, element, prose, level)
    elif element not in prose:
        write_value(builder, _to_value(element), name)
    elif name in PARAGRAPHS or has_own_text(element):
        _write_paragraph(builder, element, prose, level)
    else:
        for child in element.iterchildren("*"):
            _write_prose(builder, child, prose, level + 1)


def _write_paragraph(builder: TextBuilder, element: "_Element", prose: set["_Element"], level: int) -> None:
    """Add a paragraph; paragraphs and code inside it are blocks of their own."""
    words = [element.text or ""]
    for child in element:
        if child in prose and _holds_blocks(child):
            builder.add_paragraph(tidy("".join(words)))
            words = []
            _write_prose(builder, child, prose, level + 1)
        else:
            words += read_pieces(child)
        words.append(child.tail or "")
    builder.add_paragraph(tidy("".join(words)))


def _is_section_info(element: "_Element") -> bool:
    """Return whether an element has the title of a section, as in DocBook 5; that of the document is metadata."""
    above = element.getparent()
    is_inside = above is not None and above.getparent() is not None
    is_info = is_inside and get_name(element).endswith("info") and not has_own_text(element)
    return is_info and any(get_name(child) == "title" for child in element)


def _write_section_info(builder: TextBuilder, element: "_Element", prose: set["_Element"], level: int) -> None:
    # The title is that of the section around, so its level is that of a title there.
    for child in element.iterchildren("*"):
        _write_prose(builder, child, prose, level)


def _holds_blocks(element: "_Element") -> bool:
    return any(map(_is_block, element.iter("*")))


def _is_block(element: "_Element") -> bool:
    return get_name(element) in PARAGRAPHS | CODE or is_table(element)


def _to_value(element: "_Element") -> Value:
    """Return an element of data as an object: attributes, own text under the key "", and elements by name."""
    own = tidy("".join([element.text or "", *(expand(child) + (child.tail or "") for child in element)]))
    fields: dict[str, list[Value]] = {"": [own]} if own else {}
    for key, words in element.attrib.items():
        fields.setdefault(str(key).rpartition("}")[2], []).append(str(words))
    for child in element.iterchildren("*"):
        fields.setdefault(get_name(child), []).append(_to_value(child))
    if fields.keys() <= {""}:
        return own
    return {key: values[0] if len(values) == 1 else values for key, values in fields.items()}


def _find_title(root: "_Element") -> str:
    """Return the first title of the root or of an element in it, as DocBook, RSS and Atom have it."""
    for element in [*root.iterchildren("*"), *(inner for child in root.iterchildren("*") for inner in child)]:
        if get_name(element) == "title" and (words := read_line(element)):
            return words
    return ""


def _measure_depth(root: "_Element") -> int:
    deepest, level = [(root, 1)], 0
    while deepest:
        element, level = deepest.pop()
        if level > MAX_DEPTH:
            break
        deepest += [(child, level + 1) for child in element.iterchildren("*")]
    return level
