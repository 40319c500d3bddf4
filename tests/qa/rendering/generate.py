"""Markdown by the rules of its grammar, and any text."""

from hypothesis import strategies as st

# Words with what may become markup in another place, an entity, and letters of two UTF-16 units and of several points.
WORDS = st.sampled_from(
    "alpha beta gamma delta x_y 3.14 a*b **c 12) # > - | \\| \\* &amp; &copy; 🚀 é 日本 <token> `q` [d] ~~ _e_".split()
)
LINE = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


def _wrap(before: str, after: str | None = None) -> st.SearchStrategy[str]:
    return LINE.map(lambda line: f"{before}{line}{before if after is None else after}")


INLINE = st.lists(
    st.one_of(
        LINE,
        *map(_wrap, ("*", "**", "_", "__", "~~", "`", "``")),
        _wrap("[", '](https://example.org/a_b "t")'),
        _wrap("[", "](javascript:alert(1))"),
        _wrap("[", "][label]"),
        _wrap("![", "](image.png)"),
        _wrap("<b onclick='alert(1)'>", "</b>"),
        st.just("<https://example.org/?a=1&b=2>"),
        st.just("<script>alert(1)</script>"),
        st.just("<!-- hidden -->"),
        st.just("line  \nbreak"),
        st.just("soft\nbreak"),
    ),
    min_size=1,
    max_size=5,
).map(" ".join)
ROW = st.lists(INLINE.map(lambda cell: cell.replace("\n", " ")), min_size=2, max_size=2)


def _indent(block: str, first: str, other: str) -> str:
    return "\n".join((other if i else first) + line if line else line for i, line in enumerate(block.split("\n")))


def _make_table(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---|:-:|", *lines[1:]])


LEAVES = st.one_of(
    INLINE,
    st.tuples(st.integers(1, 6), INLINE).map(lambda pair: f"{'#' * pair[0]} {pair[1]}"),
    INLINE.map(lambda text: f"{text}\n==="),
    st.lists(LINE, min_size=1, max_size=3).map(lambda lines: "```python\n" + "\n  ".join(lines) + "\n```"),
    st.lists(LINE, min_size=1, max_size=3).map(lambda lines: "~~~\n" + "\n".join(lines)),
    LINE.map(lambda line: f"    {line}\n\n\t{line}"),
    st.lists(ROW, min_size=1, max_size=3).map(_make_table),
    INLINE.map(
        lambda text: f'<div align="center">\n<p>{text}</p>\n<img alt="a logo" src="x.png" onerror="alert(1)">\n</div>'
    ),
    st.just("---"),
    st.just("[label]: https://example.org/label"),
)
BLOCKS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda block: _indent(block, "> ", "> ")),
        inner.map(lambda block: _indent(block, "- ", "  ")),
        inner.map(lambda block: _indent(block, "3. ", "   ")),
        st.lists(inner, min_size=2, max_size=3).map("\n\n".join),
        st.lists(inner, min_size=2, max_size=2).map("\n".join),
    ),
    max_leaves=6,
)
MARKDOWN = st.lists(BLOCKS, min_size=1, max_size=4).map("\n\n".join)
# Characters that mean something in Markdown, often, and any other.
ANY_TEXT = st.text(
    st.one_of(st.sampled_from("#*_`~[]()<>!|\\&;-+=:.\"' \n\t1a"), st.characters(codec="utf-8")), max_size=120
)
SOURCES = st.one_of(MARKDOWN, ANY_TEXT)
PLACES = st.tuples(st.integers(0, 400), st.integers(1, 150))
