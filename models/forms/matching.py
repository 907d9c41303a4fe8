"""Finds forms, rows and columns by the names that documents print, whatever their spacing, brackets and enumeration."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Generic, TypeVar

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
_LONGEST_NUMERAL = 6
_COMPATIBILITY = re.compile(r"[⼀-⿕豈-﫿]")


def normalise(text: str) -> str:
    """Fold a printed name: no spaces or quotes, full-width brackets, compatibility characters to plain ones."""
    folded = _COMPATIBILITY.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    return "".join(folded.split()).translate(_PUNCTUATION).translate(_QUOTES).replace("　", "")


def bare_name(text: str) -> str:
    """A printed name without its enumeration: ``八、社会保障和就业支出`` becomes ``社会保障和就业支出``."""
    return _ENUMERATION.sub("", normalise(text))


_NUMERAL = re.compile(r"(?:第?[一二三四五六七八九十]{1,3}|\d{1,2}|[①-⒛㈠-㈩Ⅰ-Ⅻ]|[A-Za-z])?(?:其中|加|减)?")
_MEASURE = re.compile(r"（(?:单位：)?(?:[十百千万亿]{0,2}元|辆|台|套|台套|个|人|户|人次|批次)）$")
T = TypeVar("T")


class Names(Generic[T]):
    """What a form's printed names mean.

    Args:
        bare: Meanings by bare names.
    """

    def __init__(self, bare: Mapping[str, T]) -> None:
        self._bare = bare
        plain: dict[str, list[T]] = {}
        for name, meant in bare.items():
            plain.setdefault(_squashed(name), []).append(meant)
        self._plain = {name: meant[0] for name, meant in plain.items() if all(one == meant[0] for one in meant)}

    def find(self, label: str) -> T | None:
        """What a printed label means, also when its enumeration or punctuation is another than the form's.

        A numeral before a name counts as one only if nothing else is left of the label, and if the label cannot be
        read in two ways: some names begin with 一 themselves.
        """
        bare = bare_name(label)
        if (found := self._bare.get(bare, self._plain.get(_squashed(bare)))) is not None:
            return found
        whole = _squashed(normalise(label))
        ends = {whole[start:] for start in range(1, _LONGEST_NUMERAL + 1)} & self._plain.keys()
        fits = [end for end in ends if _NUMERAL.fullmatch(whole.removesuffix(end))]
        return self._plain[fits[0]] if len(fits) == 1 else None


def _squashed(name: str) -> str:
    """A folded name without any punctuation and without the measure behind it."""
    return re.sub(r"[^\w]", "", _MEASURE.sub("", name))


def match_form(catalogue: FormCatalogue, title: str) -> Form | None:
    """The form that a printed title names (by name or synonym), or ``None``."""
    return _titles(catalogue).find(title)


_TITLES: dict[str, Names[Form]] = {}
"""By the catalogue's hash."""


def _titles(catalogue: FormCatalogue) -> Names[Form]:
    if catalogue.hash not in _TITLES:
        names = {bare_name(name): form for form in catalogue.values() for name in (form.name, *form.synonyms)}
        _TITLES[catalogue.hash] = Names(names)
    return _TITLES[catalogue.hash]


@lru_cache(maxsize=512)
def _row_names(panel: Panel) -> Names[tuple[Row, ...]]:
    names: dict[str, tuple[Row, ...]] = {}
    for row in panel.rows:
        for name in {bare_name(text) for text in (row.name, row.label, row.key, *row.synonyms)}:
            names[name] = (*names.get(name, ()), row)
    return Names(names)


def match_rows(panel: Panel, label: str) -> tuple[Row, ...]:
    """Rows of a panel that a printed label may mean, in printed order.

    More than one when a name occurs twice (公开06); the code or the row met before then decides.
    """
    return _row_names(panel).find(label) or ()


@lru_cache(maxsize=512)
def _column_names(panel: Panel) -> dict[tuple[str, ...], str]:
    names: dict[tuple[str, ...], str] = {}
    for column in panel.columns:
        names[tuple(_MEASURE.sub("", normalise(title)) for title in column.titles)] = column.key
        for synonym in (column.key, *column.synonyms):
            names.setdefault((_MEASURE.sub("", normalise(synonym)),), column.key)
    return names


def match_column(panel: Panel, *titles: str) -> str | None:
    """Key of the column whose header lines, top first, are ``titles`` (repeated or empty lines are ignored)."""
    path: list[str] = []
    for title in titles:
        folded = _MEASURE.sub("", normalise(title))
        if folded and (not path or path[-1] != folded):
            path.append(folded)
    names = _column_names(panel)
    while path:
        if key := names.get(tuple(path)):
            return key
        path = path[1:]
    return None
