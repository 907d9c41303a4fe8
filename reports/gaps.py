"""What a document still lacks: left-over words of a template, places marked 待补, and what its builder could not write.

A document with a gap keeps its mark 草稿 until the gap is filled or a reviewer waives it by name.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.clipping import clipped
from models.personal_data import masked
from reports.blocks import Block, Document, Heading, ListBlock, Paragraph, TableBlock

_LEFT_OVER = re.compile(
    r"待补(?![助贴偿缴])|待填|暂缺|请填|此处填|未报送本表|本表无法读取|\{\{|\}\}|\{%|_{3,}|＿{3,}|×{2,}|[╳✕]{2,}"
    r"|(?<![A-Za-z\d])[XＸ]{2,}(?![A-Za-z])"
    r"|(?:增加|增长|大于|高于|超过)[（(/或](?:减少|下降|降低|小于|低于|少于)|持平[（(/或]|(?:增加|减少|增长|下降|大于|小于)[、/或]持平"
    r"|[\[［【〔](?:单位|部门|项目|填|请|年度?|金额|数字?|原因)[^\]］】〕\d]{0,12}[\]］】〕]"
)
_DOUBLED = re.compile(
    r"原因(?:是|为|在于)[：:，,\s]*(?:其?主要)?(?:原因(?:是|为|在于)|主要是|是)|主要是[：:，,\s]*主要|主要用于[：:，,\s]*(?:主要)?用于"
)
_STOPS = "。；\n"
"""Told is the sentence alone, so that a waiver outlives changed figures around it."""
_SHOWN = 120
_NUMBER_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Gap:
    """One place of a document that is not fit to be published.

    Attributes:
        section: Headings above it; empty when it concerns the whole document.
        text: What stands there or is missing, Chinese.
    """

    section: str
    text: str

    @property
    def number(self) -> str:
        """Short name by which it is waived; another text in its place is another gap."""
        return hashlib.sha256(f"{self.section}\n{self.text}".encode()).hexdigest()[:_NUMBER_LENGTH]


def gaps_of(document: Document, warnings: Sequence[str]) -> list[Gap]:
    """Everything that a finished document lacks, each once, in its order.

    Args:
        document: As built.
        warnings: What its builder could not write; its own notices in the text are among them.
    """
    found = [Gap("", masked(warning)) for warning in warnings]
    found += [Gap("", text) for text in _unfit((document.title, document.subtitle, *sum(document.meta, ())))]
    part = section = ""
    for block in document.blocks:
        if isinstance(block, Heading):
            part, section = (block.text, "") if block.level == 1 else (part, block.text)
        where = "　".join(filter(None, (part, section)))
        found += [Gap(where, text) for text in _unfit(_texts(block))]
    return list(dict.fromkeys(found))


def _unfit(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        if match := _LEFT_OVER.search(text) or _DOUBLED.search(text):
            start = max(text.rfind(stop, 0, match.start()) for stop in _STOPS) + 1
            end = min((at for stop in _STOPS if (at := text.find(stop, match.end())) >= 0), default=len(text))
            yield f"“{match.group()}”：{clipped(text[start : end + 1].strip(), _SHOWN)}"


def _texts(block: Block) -> tuple[str, ...]:
    """Words of a block; a notice is left out, since its builder has warned of the same."""
    if isinstance(block, Heading):
        return (block.text,)
    if isinstance(block, Paragraph):
        return () if block.notice else (block.text,)
    if isinstance(block, ListBlock):
        return block.items
    if isinstance(block, TableBlock):
        return (block.caption, *(block.lead or ()), *block.notes, *(cell.text for cell in block.cells))
    return ()
