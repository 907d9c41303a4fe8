"""Turns the records of a sheet into 往来明细, 说明 and performance projects."""

from dataclasses import dataclass
from string import digits

from models.errors import AmountError
from models.findings import Severity
from models.forms import Form, FormCatalogue, Kind
from models.forms.matching import match_form, normalise
from models.subjects import functional_level
from models.submission import Counterparty, Explanation, Problem, Project
from models.typed import code_of
from models.words import is_nil
from reports.workbook_terms import (
    COUNTERPARTY_FIELDS,
    DIRECTIONS,
    EXPLANATION_FIELDS,
    FUNDING_FIELDS,
    INDICATOR_FIELDS,
    PROJECT_FIELDS,
    TOTAL_ROW,
)
from tasks.collect.form_figures import heading_unit, without_unit
from tasks.collect.performance import FormRow, FormRows
from tasks.collect.workbook.grid import Sheet, amount_of, column_letters, shown, text_of
from tasks.collect.workbook.tables import Record, Table

PROJECT_FAMILY = "F-SX22"
"""Family of the performance form in this workbook."""

_UNIT_TEXT = 40
"""Characters of the longest heading that names a unit of money."""


@dataclass(slots=True)
class RecordReader:
    """Reads the records of one sheet and collects its problems.

    Attributes:
        form: The sheet's form. sheet: The sheet. problems: What was met.
    """

    form: Form
    sheet: Sheet
    problems: list[Problem]

    def _problem(
        self, rule: str, record: Record, key: str, message: str, severity: Severity = Severity.MANDATORY
    ) -> None:
        address = self.sheet.address(record.row, record.places.get(key, 0))
        text = f"《{self.form.name}》{address}：{message}"
        self.problems.append(Problem(rule, severity.value, text, self.form.code, "", key, address))

    def _text(self, record: Record, key: str) -> str:
        """Content of one cell of a list; empty when it says that there is nothing."""
        text = text_of(record.values.get(key))
        return "" if is_nil(text) else text

    def counterparties(self, table: Table) -> list[Counterparty]:
        """Lines of 往来明细 that are whole; a line with a fault becomes problems instead."""
        lines = (self._counterparty(record) for record in table.records)
        return [line for line in lines if line is not None]

    def _counterparty(self, record: Record) -> Counterparty | None:
        if any((record.row, column) in self.sheet.faults for column in record.places.values()):
            return None  # told where it stands
        before = len(self.problems)
        texts = {name: self._text(record, key) for key, name in COUNTERPARTY_FIELDS.items()}
        for name in ("counterpart", "subject", "booked_by"):
            texts[name] = code_of(texts[name])
        direction = normalise(texts["direction"])
        if direction not in DIRECTIONS:
            words = f"往来类型“{shown(direction)}”不在规定的四种之内。请选填：{'、'.join(DIRECTIONS)}。"
            self._problem("R-往来", record, "往来类型", words)
        if not texts["counterpart"]:
            self._problem("R-往来", record, "对方单位代码", "没有填写对方单位代码，这笔往来无法核对。请补填。")
        subject = texts["subject"]
        if not (subject.isascii() and functional_level(subject) == "项"):
            words = f"“{shown(subject)}”不是功能分类科目的项级编码（7位数字）。请改正。"
            self._problem("R-科目", record, "功能分类科目编码", words)
        amount = 0
        try:
            amount = amount_of(record.values.get("金额"), Kind.FEN)
            if amount <= 0:
                self._problem("R-金额", record, "金额", "往来金额应为正数。请改正。")
        except AmountError as error:
            self._problem("R-金额", record, "金额", f"{error}。请填写以元为单位的正数。")
        if len(self.problems) > before:
            return None
        place_name = self.sheet.address(record.row, min(record.places.values()))
        return Counterparty(
            direction, texts["counterpart"], texts["counterpart_name"], subject, amount, texts["booked_by"], place_name
        )

    def explanations(self, table: Table, catalogue: FormCatalogue) -> list[Explanation]:
        """Lines of 说明; one without number or words becomes a problem."""
        found: list[Explanation] = []
        for record in table.records:
            texts = {name: self._text(record, key) for key, name in EXPLANATION_FIELDS.items()}
            texts["rule"] = code_of(texts["rule"])
            if not texts["rule"] or not texts["text"]:
                lacking = "审核编号" if not texts["rule"] else "说明内容"
                self._problem("R-说明", record, lacking, f"这条说明没有填写{lacking}，不能采用。请补填。")
                continue
            texts["form"] = _form_code(texts["form"], catalogue)
            address = self.sheet.address(record.row, min(record.places.values()))
            found.append(Explanation(**texts, location=address))
        return found

    def project(self, table: Table) -> Project | None:
        """The project of one performance sheet; ``None`` when the sheet is blank."""
        cells = {(cell.row, cell.column): (cell.text or "", cell.location) for cell in table.cells}
        if not cells and not table.records:
            return None
        information, funding, _ = self.form.panels
        content = information.columns[0].key
        texts = {row.key: cells.get((row.key, content), ("", ""))[0] for row in information.rows}
        told = any((one.rule, one.row) == ("R-公式", "项目名称") for one in self.problems)
        if not texts.get("项目名称") and not told:
            words = f"《{self.form.name}》{self.sheet.address(0, 0)}：自评表填有内容，但没有项目名称。请补填。"
            address = self.sheet.address(0, 0)
            mandatory = Severity.MANDATORY.value
            self.problems.append(Problem("R-行", mandatory, words, self.form.code, "项目名称", content, address))
        rows = FormRows(self.form, self.problems)
        self._declare_units(rows)
        for number, row in enumerate(funding.rows):
            found = {column: cells[row.key, column] for column in FUNDING_FIELDS if (row.key, column) in cells}
            rows.add_funding(row.key, _funding_row(found), required=number == 0)
        for record in table.records:
            rows.add_indicator(self._indicator_row(record))
        claimed, place = cells.get((TOTAL_ROW, "得分"), ("", ""))
        grade, beside = cells.get((TOTAL_ROW, list(INDICATOR_FIELDS)[-1]), ("", ""))
        total, grade = rows.total(claimed, grade, place or beside)
        return Project(
            family=PROJECT_FAMILY,
            **{name: texts.get(row, "") for row, name in PROJECT_FIELDS.items()},
            funding=tuple(rows.funding),
            indicators=tuple(rows.indicators),
            total=total,
            grade=grade,
            analysis=tuple((row, text) for row, text in texts.items() if text and row not in PROJECT_FIELDS),
            location=shown(self.sheet.name),
            total_location=place or beside,
        )

    def _declare_units(self, rows: FormRows) -> None:
        """Units of money that stand above the funding table: in the sheet's head, its title or its column titles."""
        panel = self.form.panels[1]
        titles = {without_unit(title) for column in panel.columns for title in column.titles}
        titles |= {without_unit(panel.title), normalise(panel.label_title)}
        first = {normalise(row.label) for row in panel.rows[:1]}
        for row in range(self.sheet.height):
            texts = [self.sheet.text(row, column) for column in range(self.sheet.width)]
            if first & {normalise(text) for text in texts if text}:
                return
            for column, text in enumerate(texts):
                if len(text) <= _UNIT_TEXT and heading_unit(text) and ("单位" in text or without_unit(text) in titles):
                    rows.declare_unit(text, self.sheet.address(row, column))

    def _indicator_row(self, record: Record) -> FormRow:
        return FormRow(
            {column: text_of(value) for column, value in record.values.items()},
            self.sheet.address(record.row, min(record.places.values())),
            {column: column_letters(place) for column, place in record.places.items()},
        )


def _funding_row(found: dict[str, tuple[str, str]]) -> FormRow:
    """A line of the funding table by its cells: text and address by column key."""
    location = next((address for _, address in found.values()), "")
    letters = {column: address.rpartition("!")[2].rstrip(digits) for column, (_, address) in found.items()}
    return FormRow({column: text for column, (text, _) in found.items()}, location, letters)


def _form_code(text: str, catalogue: FormCatalogue) -> str:
    """Code of the form that a clerk names: 公开01, 公开01表 or its title; the words themselves when unknown."""
    folded = normalise(text)
    for form in catalogue.values():
        if folded in (form.code, normalise(form.number_label or form.code)):
            return form.code
    named = match_form(catalogue, text)
    return named.code if named else text
