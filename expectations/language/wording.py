"""Says in Chinese what a formula means in one place: sides, figures, and by how much they differ."""

from collections.abc import Callable

from expectations.language.expansion import Binding
from expectations.language.syntax import Pick, Reference, Selector, Side
from models.findings import figure_text
from models.forms.schema import Form, Kind
from models.money import format_fen, quantum
from models.profiles import Profile


def row_name(profile: Profile, form: str, row: str, printed: str = "") -> str:
    """Canonical Chinese name of a subject's row; of other rows the key, which is a unique name or path.

    Args:
        profile: Whose forms and dictionary apply.
        form: Form code.
        row: Row key.
        printed: What the document prints, for subjects that the dictionary lacks.
    """
    known = profile.forms.get(form)
    declared = known.rows.get(row) if known is not None else None
    if declared is not None:
        return declared.name if declared.code else declared.key
    subject = profile.functional.get(row)
    return subject.name if subject is not None else printed or row


def subject_code(profile: Profile, form: str, row: str) -> str:
    """Subject code of a row, empty for rows without one."""
    known = profile.forms.get(form)
    declared = known.rows.get(row) if known is not None else None
    if declared is not None:
        return declared.code
    return row if known is not None and known.open_panel is not None and row.isdigit() else ""


def unit_word(form: Form, row: str, column: str, amount_unit: str) -> str:
    """Unit in which a cell's figure is read: 元 or 万元 for money, 辆 and so on for counts, %."""
    kind = form.kind_of(row, column)
    if kind is Kind.FEN:
        return amount_unit
    if kind is Kind.PERCENT:
        return "%"
    declared = form.rows.get(row)
    own = declared.unit if declared is not None else ""
    return own or next((item.unit for item in form.columns_of(row) if item.key == column), "")


def figure(value: int, kind: Kind, unit: str, decimals: int) -> str:
    """A figure as the document would show it, with its unit: ``24,416,856.18 元``, ``3 辆``, ``56.84%``."""
    if kind is Kind.PERCENT:
        return f"{format_fen(value, '元')}%"
    if kind is Kind.COUNT:
        return f"{value:,} {unit}".rstrip()
    if value % quantum(unit, decimals) == 0:
        return f"{format_fen(value, unit, decimals)} {unit}"
    return f"{figure_text(value, unit, grouping=True)} {unit}"


class Wording:
    """Names things for one unit.

    Args:
        profile: Whose forms and dictionary apply.
        printed: Name of an open row as the unit's document prints it.
    """

    def __init__(self, profile: Profile, printed: Callable[[str, str], str]) -> None:
        self._profile, self._printed = profile, printed

    def row(self, form: str, row: str) -> str:
        """A row in words, with its subject code: ``208 社会保障和就业支出``."""
        code = subject_code(self._profile, form, row)
        name = row_name(self._profile, form, row, self._printed(form, row))
        return f"{code} {name}" if code and name != code else name

    def side(self, side: Side, binding: Binding) -> str:
        """One side in words."""
        words = ""
        for term in side.terms:
            sign = ("减" if term.coefficient < 0 else "加") if words else ("负的" if term.coefficient < 0 else "")
            times = f"{abs(term.coefficient)} 倍的" if abs(term.coefficient) != 1 else ""
            refs = "、".join(self.reference(ref, binding) for ref in term.references)
            words += f"{sign}{times}{refs}{'之和' if term.summed else ''}"
        if side.constant or not side.terms:
            number = f"{abs(side.constant):,}"
            words += (("减" if side.constant < 0 else "加") if words else ("-" if side.constant < 0 else "")) + number
        return words

    def reference(self, reference: Reference, binding: Binding) -> str:
        """The cells of a reference in words."""
        form, selector = reference.form, reference.row
        match selector.pick:
            case Pick.ONE:
                rows = f"“{self.row(form, selector.first)}”"
            case Pick.SPAN:
                rows = f"“{self.row(form, selector.first)}”至“{self.row(form, selector.last)}”各行"
            case Pick.ALL:
                rows = f"各{selector.level}"
            case Pick.CHILDREN:
                rows = f"“{self.row(form, binding.row)}”所属各{selector.level}"
            case _:
                rows = f"“{self.row(form, binding.row)}”"
        column = self._column(reference.column, binding)
        year = "上年" if reference.prior else ""
        return f"{year}{form}{rows}{f'的{column}' if column else ''}"

    @staticmethod
    def _column(column: Selector | None, binding: Binding) -> str:
        if column is None:
            return ""
        if column.pick is Pick.SPAN:
            return f"“{column.first}”至“{column.last}”各栏"
        return f"“{column.first if column.pick is Pick.ONE else binding.column}”"
