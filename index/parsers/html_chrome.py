"""What pages of documentation have around their text: permalinks ("¶"), menus, "Edit on GitHub", previous and next.

Trafilatura leaves most menus out by itself. These are the parts that Sphinx and MkDocs, with their usual themes, put
into or beside the text, so that it takes them for text.
"""

from typing import Protocol, Self

from index.parsers.html_blocks import Element

# Links to a heading beside its words: Sphinx and MkDocs, Jupyter, VitePress, Docusaurus.
PERMALINKS = "headerlink anchor-link header-anchor hash-link".split()
# Of Sphinx: basic and classic themes, Read the Docs, Furo, pydata.
SPHINX = (
    "sphinxsidebar wy-nav-side wy-breadcrumbs wy-breadcrumbs-aside rst-footer-buttons rst-versions toctree-wrapper "
    "sidebar-drawer toc-drawer related-pages content-icon-container view-this-page edit-this-page back-to-top "
    "bd-sidebar-primary bd-sidebar-secondary bd-header prev-next-area bd-breadcrumbs skip-to-content mobile-header "
    "wy-nav-top"
).split()
# Of MkDocs: its own theme and Material.
MKDOCS = (
    "md-header md-tabs md-sidebar md-footer md-content__button md-source-file md-skip md-path md-feedback navbar"
).split()
# Elements that only navigate, whatever program wrote the page; "main" may be a name of the text beside them.
ROLES = "navigation search".split()


class Tree(Element, Protocol):
    """The part of an HTML element of lxml that is used here."""

    def xpath(self, path: str) -> list[Self]:
        """Return the elements that the path finds."""

    def drop_tree(self) -> None:
        """Remove the element with all that is inside, not the text after it."""


def remove_chrome(tree: Tree) -> None:
    """Remove permalinks and navigation from a page."""
    classes = " or ".join(
        f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')" for name in PERMALINKS + SPHINX + MKDOCS
    )
    roles = " or ".join(f"@role='{role}'" for role in ROLES)
    # The page itself may have such a class.
    for element in tree.xpath(f"//body//*[{classes} or {roles}]"):
        element.drop_tree()
