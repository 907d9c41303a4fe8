"""Which cells declare a figure of last year, and where last year's accounts hold it: read from the rules that compare them."""

from expectations.catalogue import RuleSet
from expectations.language.syntax import Pick, Reference, Side
from models.profiles import Profile
from models.submission import Presence, Submission

Address = tuple[str, str, str]
"""Form, row, column."""

Sources = tuple[tuple[int, Address], ...]
"""Cells with their coefficients; their sum is the figure."""


def declared_last_year(rules: RuleSet) -> dict[Address, Sources]:
    """Cells that declare a figure of last year's accounts, with the cells there whose sum it is.

    They stand in forms that are not published; an opening balance in a table is this year's figure, whatever it equals.
    """
    found: dict[Address, Sources] = {}
    for item in rules.compiled:
        relation = item.relation
        if relation is None or relation.sign != "=":
            continue
        left, right = (
            _cells(rules.profile, relation.left, prior=False),
            _cells(rules.profile, relation.right, prior=True),
        )
        if len(left) == 1 and left[0][0] == 1 and right and not rules.profile.forms[left[0][1][0]].published:
            found[left[0][1]] = right
    return found


def _cells(profile: Profile, side: Side, *, prior: bool) -> Sources:
    """The single cells of a side that reads only this or only last year; empty for any other."""
    found = []
    for term in side.terms:
        for ref in term.references:
            if ref.prior is not prior or not _single(ref):
                return ()
            column = ref.column.first if ref.column else profile.forms[ref.form].columns_of(ref.row.first)[0].key
            found.append((term.coefficient, (ref.form, ref.row.first, column)))
    return () if side.constant else tuple(found)


def _single(ref: Reference) -> bool:
    return ref.row.pick is Pick.ONE and (ref.column is None or ref.column.pick is Pick.ONE)


def figure_of(submission: Submission, sources: Sources) -> int | None:
    """The sum of cells of a submission; ``None`` when a form is not usable or a figure cannot be read."""
    cells = {(cell.form, cell.row, cell.column): cell for cell in submission.cells}
    total = 0
    for coefficient, address in sources:
        if not submission.presence.get(address[0], Presence.ABSENT).usable:
            return None
        cell = cells.get(address)
        if cell is not None and cell.amount is None:
            return None
        total += coefficient * (cell.amount or 0 if cell is not None else 0)
    return total
