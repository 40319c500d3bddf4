"""A small folder of texts with structure."""

from pathlib import Path

GUIDE = """# Harbour guide

Welcome to the harbour.

## The `crew` and **its** tasks

The harbour master is **Hiroyuki** *Seshita*, see [his page](https://example.org/seshita). He decides
which boats may enter <script>alert(1)</script> the harbour & where they stay.

## Fees

| boat   | fee for one night |
|--------|------------------:|
| dinghy | 4 EUR             |
| yacht  | **30 EUR**        |

## Booking

Book a berth with this command:

```sh
harbour book --berth 12   # by the west pier
harbour pay
```

A boat may stay

- for *two weeks* in summer, or
- for **three months** in winter.
"""
PAGE = """<!doctype html><html><head><title>Lighthouse</title></head><body><main><h1>Lighthouse</h1>
<p>The lighthouse was built by Ann Lee in 1911. It is a tower of forty metres, painted white and red every spring.</p>
<h2>Visits</h2><p>Visitors may climb the lighthouse on Sundays from ten to five. The climb takes ten minutes.</p>
</main></body></html>
"""


def write(folder: Path) -> Path:
    """Write the texts as files into a new folder and return it."""
    folder.mkdir(parents=True)
    (folder / "guide.md").write_text(GUIDE, encoding="utf-8")
    (folder / "lighthouse.html").write_text(PAGE, encoding="utf-8")
    return folder
