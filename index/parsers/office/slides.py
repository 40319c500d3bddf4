"""A slide as a place of a document: its title, what is on it, and what its speaker says."""

from dataclasses import dataclass, field

from index.parsers.office.cells import Block, add_block
from index.parsers.text_builder import TextBuilder

# A longer first line of a slide without a title is a sentence.
MAX_TITLE_CHARS = 90


@dataclass(slots=True)
class Slide:
    """What is on a slide in reading order: paragraphs, and tables with their number of header rows."""

    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add_title(self, words: str) -> None:
        """Take the words of a title; those of a second one are a paragraph."""
        if self.title.strip():
            self.blocks.append(words)
        else:
            self.title = words

    def take_title(self) -> str:
        """Return the title, or else a short first line with something below it, which is taken out.

        Otherwise the slide would be found under the title of the slide before it.
        """
        self.blocks = [block for block in self.blocks if not isinstance(block, str) or block.strip()]
        first = self.blocks[0] if len(self.blocks) > 1 else ""
        if self.title.strip() or not isinstance(first, str) or not first or len(first) > MAX_TITLE_CHARS:
            return self.title
        self.blocks.pop(0)
        return first


def add_slide(builder: TextBuilder, number: int, slide: Slide) -> None:
    """Add a slide, and its notes as a place of their own, so that nobody takes them for what is shown."""
    builder.begin_place(f"slide {number}")
    builder.add_heading(slide.take_title())
    for block in slide.blocks:
        add_block(builder, block)
    builder.begin_place(f"slide {number}, notes")
    for note in slide.notes:
        builder.add_paragraph(note)
