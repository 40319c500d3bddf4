"""PowerPoint: titles, groups, tables, notes and diagrams."""

import pptx
import pytest
from lxml.etree import SubElement
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from index.types import Document, Place
from tests.index.parsers.conftest import Parse
from tests.index.parsers.office_files import packed, saved, unpacked

A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def read(parse: Parse, file: bytes) -> Document:
    (document,) = parse("a.pptx", file)
    assert isinstance(document, Document)
    return document


def test_a_presentation_of_python_pptx(parse: Parse) -> None:
    """The title comes first wherever it is drawn; merged cells once; groups; notes as a place of their own."""
    file = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[1])
    slide.placeholders[1].text = "Find it.\nRead it."
    slide.shapes.title.text = "The\vplan"
    group = slide.shapes.add_group_shape()
    box = group.shapes.add_textbox(0, 0, Inches(1), Inches(1))
    box.text_frame.text = "In a group"
    table = slide.shapes.add_table(3, 3, 0, 0, Inches(3), Inches(3)).table
    for i, words in enumerate("Part 2025 2026 Shelf 58 60 Lamp x y".split()):
        table.cell(i // 3, i % 3).text = words
    table.cell(2, 1).merge(table.cell(2, 2))
    table.cell(2, 1).text = "not known"
    slide.notes_slide.notes_text_frame.text = "Mention the flood."
    document = read(parse, saved(file))
    lines = ["The plan", "Find it.", "Read it.", "In a group", "Part · 2025 · 2026", "Shelf · 2025: 58 · 2026: 60"]
    assert document.text.split("\n\n") == [*lines, "Lamp · 2025: not known", "Mention the flood."]
    assert document.title == "The plan"
    assert document.places == (Place(0, "slide 1"), Place(document.text.index("Mention"), "slide 1, notes"))


def test_hidden_slides_and_slides_without_a_title(parse: Parse) -> None:
    """A short first line is the title, so that no slide is found under that of another."""
    file = pptx.Presentation()
    for texts in (["A line", "and more."], ["Hidden"], ["Only one line"], []):
        slide = file.slides.add_slide(file.slide_layouts[6])
        for words in texts:
            slide.shapes.add_textbox(0, 0, 1, 1).text_frame.text = words
    file.slides[1]._element.set("show", "0")
    document = read(parse, saved(file))
    assert document.text == "A line\n\nand more.\n\nOnly one line"
    assert [place.name for place in document.places] == ["slide 1", "slide 3"]
    assert [document.text[h.start : h.end] for h in document.headings] == ["A line"]


def test_a_second_title_is_a_paragraph(parse: Parse) -> None:
    """Two slides that were made one have two."""
    file = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[1])
    slide.shapes.title.text, slide.placeholders[1].text = "The plan", "The other plan"
    parts = unpacked(saved(file))
    name = "ppt/slides/slide1.xml"
    parts[name] = parts[name].replace(b'<p:ph idx="1"/>', b'<p:ph type="title" idx="1"/>')
    assert read(parse, packed(parts)).text == "The plan\n\nThe other plan"


@pytest.mark.parametrize("kind", ["dt", "ftr", "sldNum"])
def test_what_is_on_each_slide_is_left_out(parse: Parse, kind: str) -> None:
    """Date, footer and number."""
    file = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[1])
    slide.placeholders[1].text = "Confidential"
    parts = unpacked(saved(file))
    name = "ppt/slides/slide1.xml"
    parts[name] = parts[name].replace(b'<p:ph idx="1"/>', f'<p:ph type="{kind}" idx="1"/>'.encode())
    assert read(parse, packed(parts)).text == ""


def test_a_diagram_is_read(parse: Parse) -> None:
    """SmartArt has its words in another part."""
    file = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[5])
    slide.shapes.title.text = "Steps"
    parts = unpacked(saved(file))
    spaces = 'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    frame = f'<p:graphicFrame><dgm:relIds {spaces} r:dm="rId9"/></p:graphicFrame></p:spTree>'.encode()
    name, links = "ppt/slides/slide1.xml", "ppt/slides/_rels/slide1.xml.rels"
    parts[name] = parts[name].replace(b"</p:spTree>", frame)
    link = b'<Relationship Id="rId9" Type="http://x/diagramData" Target="../diagrams/data1.xml"/></Relationships>'
    parts[links] = parts[links].replace(b"</Relationships>", link)
    point = "<d:pt><d:t><a:bodyPr/><a:p><a:r><a:t>{}</a:t></a:r></a:p></d:t></d:pt>"
    parts["ppt/diagrams/data1.xml"] = (
        f'<d:m xmlns:d="urn:d" xmlns:a="urn:a">{point.format("Plan")}{point.format("Build")}</d:m>'.encode()
    )
    assert read(parse, packed(parts)).text == "Steps\n\nPlan\n\nBuild"


def test_a_chart_is_a_table(parse: Parse) -> None:
    """Its titles, and its numbers as they are shown; series with other categories are a table of their own."""
    file = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[5])
    slide.shapes.title.text = "Coal"
    data = CategoryChartData(number_format='#,##0.0 "t"')
    north = data.add_category("North")
    north.add_sub_category("Oslo")
    north.add_sub_category("Bergen")
    data.add_category("South").add_sub_category("Rome")
    data.add_series("2025", (1919.25, None, 3))
    data.add_series("2026", (22.3, 28.6, 4))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.LINE, 0, 0, 1000, 1000, data).chart
    chart.chart_title.text_frame.text = "Coal by region"
    chart.value_axis.axis_title.text_frame.text = "Tonnes"
    points = XyChartData()
    points.add_series("").add_data_point(0.5, 2)
    slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, 0, 0, 1000, 1000, points)
    assert read(parse, saved(file)).text.split("\n\n") == [
        "Coal",
        "Coal by region",
        "Tonnes",
        "2025 · 2026",
        "North Oslo · 2025: 1,919.3 t · 2026: 22.3 t",
        "North Bergen · 2026: 28.6 t",
        "South Rome · 2025: 3.0 t · 2026: 4.0 t",
        "0.5 · 2",
    ]


def test_numbered_paragraphs(parse: Parse) -> None:
    """Each level by itself; a paragraph without a number ends the list of its level."""
    file = pptx.Presentation()
    frame = file.slides.add_slide(file.slide_layouts[6]).shapes.add_textbox(0, 0, 1, 1).text_frame
    rows = [("Open", 0, "arabicPeriod"), ("valve", 1, "alphaLcParenR"), ("door", 1, "alphaLcParenR")]
    rows += [("Close", 0, "arabicPeriod"), ("", 0, "arabicPeriod"), ("plain", 0, ""), ("Again", 0, "arabicPeriod")]
    for words, level, scheme in rows:
        one = frame.add_paragraph()
        one.text, one.level = words, level
        if scheme:
            SubElement(one._p.get_or_add_pPr(), f"{{{A}}}buAutoNum", type=scheme)
    lines = ["1. Open", "a) valve", "b) door", "2. Close", "plain", "1. Again"]
    assert read(parse, saved(file)).text.split("\n\n") == lines
