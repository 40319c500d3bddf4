"""Copies of the text of cells that span rows or columns, bounded, so that no file can fill the memory with them."""

# Longer cells name no rows. With the number of copies it bounds how far a page can grow.
MAX_REPEATED_CHARS, MAX_COPIES = 200, 20_000
# Copies have at most this many times the characters of the table, so that many small tables do not grow either.
MAX_GROWTH = 20
# More columns than any table has for its readers.
MAX_COLUMNS = 100


class CellCopies:
    """Hands out the copies of one table, until there are too many."""

    def __init__(self, table_chars: int) -> None:
        """Allow as many copies as a table of so many characters may have."""
        self._left, self._chars = MAX_COPIES, MAX_GROWTH * table_chars

    def copy(self, words: str) -> str:
        """Return the words, or nothing if they are long or there are too many copies."""
        if len(words) > MAX_REPEATED_CHARS:
            return ""
        self._left -= bool(words)
        self._chars -= len(words)
        return words if min(self._left, self._chars) >= 0 else ""
