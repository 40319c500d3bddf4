"""The filled fields of PDF forms (AcroForm) through PDFium: texts, choices, and boxes that are checked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import POINTER, cast, create_string_buffer
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import regex

from index.parsers.encoding import repair_surrogates

if TYPE_CHECKING:
    from pypdfium2 import PdfFormEnv, PdfPage

# Of one field. More options than a person chooses from; the value is read instead.
MAX_OPTIONS = 2000
# Of one page, more than one has for its readers. Thousands of widgets may show one value.
MAX_FIELDS, MAX_PAGE_CHARS = 5000, 1_000_000
# A longer description is an explanation, and the name is used instead.
MAX_LABEL_CHARS = 200
LETTER = regex.compile(r"\p{L}")
# "form[0].#page[0].guest[0]", as the designer of forms of one producer names fields.
SUBSCRIPT = regex.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class FormField:
    """What a field says, what it is called, and its rectangle on the page, as that of a ``TextBox``.

    ``is_button``: a box or a radio button that is checked.
    """

    label: str
    value: str
    is_button: bool
    left: float
    top: float
    right: float
    bottom: float


def read_fields(form: "PdfFormEnv", page: "PdfPage") -> Iterator[FormField]:
    """Yield the filled fields that a page shows, in the order of the file, in coordinates of the PDF.

    Fields that are hidden, and those for passwords, are left out, and those after ``MAX_PAGE_CHARS``.
    """
    from pypdfium2.raw import FPDFPage_GetAnnotCount

    characters = 0
    for number in range(min(FPDFPage_GetAnnotCount(page), MAX_FIELDS)):
        if characters >= MAX_PAGE_CHARS:
            return
        with _open_annotation(page, number) as annotation:
            if annotation and _is_shown(annotation):
                reader = _FieldReader(form, annotation)
                value = reader.read_value()
                place = _read_place(annotation)
                if value and place:
                    characters += len(value)
                    yield FormField(reader.read_label(), value, reader.is_button, *place)


@contextmanager
def _open_annotation(page: "PdfPage", number: int) -> Iterator[Any]:
    from pypdfium2.raw import FPDFPage_CloseAnnot, FPDFPage_GetAnnot

    annotation = FPDFPage_GetAnnot(page, number)
    try:
        yield annotation
    finally:
        if annotation:
            FPDFPage_CloseAnnot(annotation)


def _is_shown(annotation: Any) -> bool:  # noqa: ANN401 -- a pointer of ctypes
    from pypdfium2.raw import (
        FPDF_ANNOT_FLAG_HIDDEN,
        FPDF_ANNOT_FLAG_NOVIEW,
        FPDF_ANNOT_WIDGET,
        FPDFAnnot_GetFlags,
        FPDFAnnot_GetSubtype,
    )

    is_hidden = FPDFAnnot_GetFlags(annotation) & (FPDF_ANNOT_FLAG_HIDDEN | FPDF_ANNOT_FLAG_NOVIEW)
    return FPDFAnnot_GetSubtype(annotation) == FPDF_ANNOT_WIDGET and not is_hidden


def _read_place(annotation: Any) -> tuple[float, float, float, float] | None:  # noqa: ANN401 -- a pointer of ctypes
    """Return left, top, right and bottom, or None for a field without a size, which nobody sees."""
    from pypdfium2.raw import FS_RECTF, FPDFAnnot_GetRect

    box = FS_RECTF()
    is_read = FPDFAnnot_GetRect(annotation, box)
    return (
        (box.left, box.top, box.right, box.bottom)
        if is_read and box.right > box.left and box.top > box.bottom
        else None
    )


class _FieldReader:
    """Reads the field of an annotation."""

    def __init__(self, form: "PdfFormEnv", annotation: Any) -> None:  # noqa: ANN401 -- a pointer of ctypes
        from pypdfium2 import raw

        self._raw = raw
        self._field = form, annotation
        self._kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
        self.is_button = self._kind in {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}

    def read_label(self) -> str:
        """Return what describes the field to its readers, or the last part of its name."""
        label = self._read(self._raw.FPDFAnnot_GetFormFieldAlternateName)
        if label and len(label) <= MAX_LABEL_CHARS:
            return label
        name = SUBSCRIPT.sub("", self._read(self._raw.FPDFAnnot_GetFormFieldName))
        last = name.rpartition(".")[2]
        return last if LETTER.search(last) else name

    def read_value(self) -> str:
        """Return what is filled in, on one line; empty for an empty field and a box that is not checked."""
        raw = self._raw
        if self.is_button:
            return self._read_checked()
        if self._kind in {raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}:
            return self._read_options() or self._read(raw.FPDFAnnot_GetFormFieldValue)
        is_secret = raw.FPDFAnnot_GetFormFieldFlags(*self._field) & raw.FPDF_FORMFLAG_TEXT_PASSWORD
        is_text = self._kind == raw.FPDF_FORMFIELD_TEXTFIELD and not is_secret
        return self._read(raw.FPDFAnnot_GetFormFieldValue) if is_text else ""

    def _read_checked(self) -> str:
        """Return the value that a checked box stands for; a number is only that of the box."""
        if not self._raw.FPDFAnnot_IsChecked(*self._field):
            return ""
        value = self._read(self._raw.FPDFAnnot_GetFormFieldExportValue)
        return value if LETTER.search(value) else "Yes"

    def _read_options(self) -> str:
        """Return the chosen options by what a reader sees of them, not by what is stored."""
        count = self._raw.FPDFAnnot_GetOptionCount(*self._field)
        if count > MAX_OPTIONS:
            return ""
        chosen = [n for n in range(count) if self._raw.FPDFAnnot_IsOptionSelected(*self._field, n)]
        return ", ".join(filter(None, (self._read(self._raw.FPDFAnnot_GetOptionLabel, n) for n in chosen)))

    def _read(self, function: Callable[..., int], *arguments: int) -> str:
        """Return the text that a function of PDFium writes as UTF-16, on one line."""
        length = function(*self._field, *arguments, None, 0)
        buffer = create_string_buffer(max(length, 2))
        function(*self._field, *arguments, cast(buffer, POINTER(self._raw.FPDF_WCHAR)), length)
        text = buffer.raw[: max(length - 2, 0)].decode("utf-16-le", "surrogatepass")
        return " ".join(repair_surrogates(text).replace("\0", " ").split())
