"""Forms of PDF as programs make and fill them: reportlab draws them, pypdf fills them."""

from io import BytesIO
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

from tests.index.parsers.pdf_samples import draw


def draw_form(canvas: Canvas) -> None:
    """Draw a form with fields of every kind, each with a description that the page does not show."""
    canvas.drawString(60, 740, "The hotel asks each guest for the following.")
    canvas.drawString(60, 700, "Name of the guest")
    form = canvas.acroForm
    form.textfield(name="guest", tooltip="Name:", value="Ann Lee", x=200, y=690, width=200, height=20)
    form.textfield(name="empty", tooltip="Second name", value="", x=200, y=660, width=200, height=20)
    form.checkbox(name="vegan", tooltip="Vegan meal", checked=True, x=60, y=640)
    form.checkbox(name="bus", tooltip="Comes by bus", checked=False, x=60, y=610)
    form.choice(
        name="room", tooltip="Room", value="D", options=[("Single", "S"), ("Double", "D")], x=60, y=570, height=20
    )
    form.radio(name="pay", tooltip="Payment", value="cash", selected=False, x=60, y=540)
    form.radio(name="pay", tooltip="Payment", value="card", selected=True, x=100, y=540)
    form.listbox(name="days", tooltip="Days", value="Monday", options=["Monday", "Tuesday"], x=60, y=440, height=60)


LINES = ["Name: Ann Lee", "Vegan meal: Yes", "Room: Double", "Payment: card", "Days: Monday"]


def draw_text_field(canvas: Canvas, value: str = "Ann Lee", **options: Any) -> None:  # noqa: ANN401 -- as reportlab
    """Draw one text field."""
    place = {"x": 200, "y": 690, "width": 200, "height": 20, "name": "guest"}
    canvas.acroForm.textfield(**(place | {"value": value, "maxlen": 1000} | options))


def change_fields(data: bytes, **values: object) -> bytes:
    """Return a file in which pypdf has changed entries of the first field, such as ``V`` and ``T``.

    "itself" is a reference to the field.
    """
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    for name, value in values.items():
        reference = writer.pages[0]["/Annots"][0]  # type: ignore[index]
        known = TextStringObject(value) if isinstance(value, str) else value
        reference.get_object()[NameObject(f"/{name}")] = reference if value == "itself" else known
    return write(writer)


def fill(data: bytes, values: dict[str, str], *, flatten: bool = False) -> bytes:
    """Return a form that pypdf has filled in; ``flatten``: the values are drawn on the page, too."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.update_page_form_field_values(writer.pages[0], values, auto_regenerate=False, flatten=flatten)
    return write(writer)


def write(writer: PdfWriter) -> bytes:
    """Return the file of a writer."""
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def form(**options: Any) -> bytes:  # noqa: ANN401 -- as draw_text_field takes them
    """Return a file with one page of one text field."""
    return draw([lambda canvas: draw_text_field(canvas, **options)])
