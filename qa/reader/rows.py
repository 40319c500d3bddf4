"""Rows of tables as the reader understands them best: commas between the cells, and a full stop after each row.

It was trained on sentences, and finds far more of the answers in this form than in the one in which people read rows,
also in tables of handbooks that it was not trained on; ``python -m benchmarks.office`` measures it.
"""

import re

from index.parsers.tables import SEPARATOR

# As long as what it replaces, so that the offsets of words hold.
COMMA, STOP = ",  ", ".\n"
ROW_END = re.compile(r"(?<=[^\n.!?:])\n\n")


def write_rows_as_sentences(text: str) -> str:
    """Return a text with rows of tables in the form of sentences, of the same length; any other text as it is."""
    return ROW_END.sub(STOP, text.replace(SEPARATOR, COMMA)) if SEPARATOR in text else text
