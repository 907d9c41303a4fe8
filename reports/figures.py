"""Reads a submission's figures by their catalogue address, keeping *blank*, *zero* and *not submitted* apart."""

from models.findings import LAST_YEAR_UNKNOWN
from models.forms import Form, Kind
from models.money import format_fen
from models.profiles import Profile
from models.subjects import functional_level
from models.submission import NOT_APPLICABLE, Cell, Presence, Submission

SUPPLEMENT = "补充信息"


class Figures:
    """One submission's cells by (form, row, column)."""

    def __init__(self, submission: Submission, profile: Profile) -> None:
        self.submission, self.profile = submission, profile
        self._cells: dict[tuple[str, str, str], Cell] = {
            (cell.form, cell.row, cell.column): cell for cell in submission.cells
        }

    def presence(self, form: str) -> Presence:
        """State of a form; a form that the reader does not mention is absent."""
        return self.submission.presence.get(form, Presence.ABSENT)

    def usable(self, form: str) -> bool:
        """Whether blanks of the form are exact zeros."""
        return self.presence(form).usable

    def empty(self, form: str) -> bool:
        """Whether a usable form shows no figure at all."""
        return self.usable(form) and not any(key[0] == form for key in self._cells)

    def given(self, form: str, row: str, column: str) -> int | None:
        """Displayed amount (fen, number or 1/100 %); ``None`` for a blank, ——, text, or a form that is not usable.

        A department's form is not usable when some of its units lack it: its sums are then not the department's.
        """
        cell = self._cells.get((form, row, column)) if self.usable(form) else None
        return cell.amount if cell is not None else None

    def value(self, form: str, row: str, column: str) -> int | None:
        """Amount with blanks of a usable form as 0; ``None`` when the form was not submitted or is unreadable."""
        return (self.given(form, row, column) or 0) if self.usable(form) else None

    def text(self, row: str, form: str = SUPPLEMENT, column: str = "内容") -> str:
        """Typed text of one cell, stripped; empty when blank."""
        cell = self._cells.get((form, row, column))
        return (cell.text or "").strip() if cell is not None else ""

    def last_year(self, row: str) -> int | None:
        """Prior-year figure 上年/``row`` in fen; ``None`` when it is blank, which is unknown and no zero.

        A department's is unknown too where it is of other units than this year's, or gross where this year's is net.
        It may be known although some units lack the form: from last year's accounts or the department's own workbook.

        Args:
            row: Without its prefix 上年/.
        """
        key = f"上年/{row}"
        if any(one.rule == LAST_YEAR_UNKNOWN and one.row == key for one in self.submission.problems):
            return None
        cell = self._cells.get((SUPPLEMENT, key, "金额"))
        return cell.amount if cell is not None else None

    def subject_codes(self, form: Form) -> list[str]:
        """Codes of the subjects that an open form shows: declared rows left out, in order of the codes."""
        rows = {key[1] for key in self._cells if key[0] == form.code}
        rows |= {code for name, code in self.submission.row_names if name == form.code}
        return sorted(row for row in rows if row not in form.rows)

    def subject_name(self, form: str, code: str) -> str:
        """Name of a subject row: as the unit displays it, else from the dictionary, else empty."""
        if name := self.submission.row_names.get((form, code)):
            return name
        subject = self.profile.functional.get(code)
        return subject.name if subject else ""

    def subjects(self, form: Form, column: str, level: str, under: str = "") -> list[tuple[str, str, int]]:
        """Subjects of a level (类, 款, 项) with a non-zero amount.

        Returns:
            Triples (code, name, amount in fen), in order of the codes, below code ``under``.
        """
        found = []
        for code in self.subject_codes(form):
            amount = self.given(form.code, code, column)
            if amount and functional_level(code) == level and code.startswith(under):
                found.append((code, self.subject_name(form.code, code) or code, amount))
        return found

    def display(self, form: Form, row: str, column: str) -> str:
        """A cell as documents print it: grouped, in the profile's unit; a blank stays blank, ruled out is ——."""
        cell = self._cells.get((form.code, row, column))
        if cell is None:
            return "" if form.applicable(row, column) else NOT_APPLICABLE
        if cell.amount is None:
            return cell.text or ""
        kind = form.kind_of(row, column)
        if kind is Kind.FEN:
            return format_fen(cell.amount, self.profile.amount_unit, self.profile.decimals)
        return format_fen(cell.amount, "元") + "%" if kind is Kind.PERCENT else f"{cell.amount:,}"

    def unplaced(self, form: Form) -> list[str]:
        """Places (row/column) of the submission that the form does not have, so that no figure vanishes unsaid."""
        known = {(row.key, column.key) for panel, row in form.iter_rows() for column in panel.columns}
        further = {column.key for column in form.open_panel.columns} if form.open_panel else set()
        return [
            f"{cell.row}/{cell.column}"
            for cell in self.submission.form_cells(form.code)
            if (cell.row, cell.column) not in known and (cell.row in form.rows or cell.column not in further)
        ]
