"""Texts of other scripts than the seed's, one with markup, and a PDF."""

from pathlib import Path

from tests.index.parsers.pdf_samples import draw, draw_prose

HOSTILE = "<script>document.title = 'taken over'</script> & <b>bold</b> \" ' `"
TEXTS = {
    "japanese.md": "# 灯台\n\n灯台は1911年に建てられた。灯台の高さは四十メートルである。\n",
    "arabic.md": "# المنارة\n\nبُنيت المنارة سنة 1911 على يد ليلى حداد. يبلغ ارتفاع المنارة أربعين مترا.\n",
    "hostile.txt": f"The lighthouse keeper was Ann Lee. She wrote {HOSTILE} on the wall of the lighthouse.\n",
    "prices.md": (
        "# Prices of the gallery\n\n| ticket | price in crowns | valid |\n|---|---|---|\n"
        "| ticket to the gallery | 14 | one day |\n| ticket to the tower | 9 | one hour |\n"
    ),
    "lamp.md": (
        "# The lamp\n\nThe lamp configuration is restored from the last copy:\n\n```sh\nlampctl restore "
        "--from /var/lib/lamp/copies/latest.tar --verify --force-rotation-speed 0.25\n```\n\nThen the lamp turns again.\n"
    ),
    "authority.txt": (
        "The lamp is checked each year by the "
        "Leuchtfeuersicherheitsüberwachungszertifizierungsaufsichtsbehördenverwaltungsangestelltenvertretung, the "
        "authority for lighthouses on the northern coast.\n"
    ),
    "lighthouse.md": "# The lighthouse\n\nThe lighthouse was built by Ann Lee in 1911. The lighthouse is a tower of forty metres.\n",
}


HARBOUR = (
    "The harbour master is Hiroyuki Seshita, who lives in a house by the west pier of the old town. A berth costs "
    "twenty-two crowns a night, and visitors pay it at the office before they leave. "
)


def write(folder: Path) -> Path:
    """Write the texts as files into a new folder and return it."""
    folder.mkdir(parents=True)
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "harbour.pdf").write_bytes(draw([lambda canvas: draw_prose(canvas, HARBOUR)], pageCompression=0))
    return folder
