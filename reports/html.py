"""Writes a document as one self-contained HTML page: readable on a phone, printable, nothing fetched from elsewhere."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from jinja2.loaders import FileSystemLoader

from models.personal_data import masked
from reports.blocks import Block, Document, Heading, ListBlock, PageBreak, Paragraph, TableBlock

TEMPLATES_ROOT = Path(__file__).parent / "templates"
_KINDS: dict[type, str] = {
    Heading: "heading",
    Paragraph: "paragraph",
    ListBlock: "list",
    TableBlock: "table",
    PageBreak: "break",
}


def _shown(value: Any) -> Any:
    """What a template prints: words in masked form; what was put together in the template itself already is."""
    return masked(value) if type(value) is str else value


@lru_cache(maxsize=1)
def page_environment() -> Environment:
    """The environment of HTML pages: everything printed is masked and escaped, an unknown name is a fault."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES_ROOT),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def block_kind(block: Block) -> str:
    """Name under which the template knows a block."""
    return _KINDS[type(block)]


def percentages(widths: tuple[int, ...]) -> list[str]:
    """Relative widths as CSS percentages with two decimals."""
    total = sum(widths)
    return [f"{10000 * width // total / 100:.2f}%" for width in widths]


def render_html(document: Document) -> str:
    """Render a document.

    Returns:
        The whole page; the same document always gives the same text.
    """
    return (
        page_environment()
        .get_template("document.html.j2")
        .render(
            document=document,
            kind=block_kind,
            percentages=percentages,
            style=(TEMPLATES_ROOT / "style.css").read_text("utf-8"),
        )
    )
