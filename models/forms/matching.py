"""Finds forms, rows and columns by the names that documents print, whatever their spacing, brackets and enumeration."""

import re
import unicodedata
from functools import lru_cache

from models.forms.loader import FormCatalogue
from models.forms.schema import Form, Panel, Row

_PUNCTUATION = str.maketrans(
    {"(": "（", ")": "）", ",": "，", ":": "：", ";": "；", '"': "“", "【": "（", "】": "）", "〔": "（", "〕": "）"}
)
_QUOTES = str.maketrans("", "", "“”‘’'＂「」")
_ENUMERATION = re.compile(
    r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十\d]+）|\d{1,2}[.、．](?!\d)|[①-⑳]|其中[：:]|加[：:]|减[：:])++"
)
"""One enumeration or several, taken off at once: one by one is quadratic in a text that is nothing else."""

_COMPATIBILITY = re.compile(r"[⼀-⿕豈-﫿]")


def normalise(text: str) -> str:
    """Fold a printed name: no spaces or quotes, full-width brackets, compatibility characters to plain ones."""
    folded = _COMPATIBILITY.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    return "".join(folded.split()).translate(_PUNCTUATION).translate(_QUOTES).replace("　", "")


def bare_name(text: str) -> str:
    """A printed name without its enumeration: ``八、社会保障和就业支出`` becomes ``社会保障和就业支出``."""
    return _ENUMERATION.sub("", normalise(text))


def match_form(catalogue: FormCatalogue, title: str) -> Form | None:
    """The form that a printed title names (by name or synonym), or ``None``."""
    return _titles(catalogue).get(bare_name(title))


def _titles(catalogue: FormCatalogue) -> dict[str, Form]:
    return {bare_name(name): form for form in catalogue.values() for name in (form.name, *form.synonyms)}


@lru_cache(maxsize=512)
def _row_names(panel: Panel) -> dict[str, tuple[Row, ...]]:
    names: dict[str, tuple[Row, ...]] = {}
    for row in panel.rows:
        for name in {bare_name(text) for text in (row.name, row.label, row.key, *row.synonyms)}:
            names[name] = (*names.get(name, ()), row)
    return names


def match_rows(panel: Panel, label: str) -> tuple[Row, ...]:
    """Rows of a panel that a printed label may mean, in printed order.

    More than one when a name occurs twice (公开06); the code or the row met before then decides.
    """
    return _row_names(panel).get(bare_name(label), ())


@lru_cache(maxsize=512)
def _column_names(panel: Panel) -> dict[tuple[str, ...], str]:
    names: dict[tuple[str, ...], str] = {}
    for column in panel.columns:
        names[tuple(normalise(title) for title in column.titles)] = column.key
        for synonym in (column.key, *column.synonyms):
            names.setdefault((normalise(synonym),), column.key)
    return names


def match_column(panel: Panel, *titles: str) -> str | None:
    """Key of the column whose header lines, top first, are ``titles`` (repeated or empty lines are ignored)."""
    path: list[str] = []
    for title in titles:
        folded = normalise(title)
        if folded and (not path or path[-1] != folded):
            path.append(folded)
    names = _column_names(panel)
    while path:
        if key := names.get(tuple(path)):
            return key
        path = path[1:]
    return None
