"""The corrected file of the example's returned unit 301005, and another edition of one that passes."""

from pathlib import Path

from openpyxl import load_workbook


def correct_301005(inbox: Path) -> None:
    """Mend what the example's 301005 has wrong; the department's 本年收入合计 grows by its 1,647,500.00."""
    file = next(inbox.glob("301005*"))
    book = load_workbook(file)
    book["公开01"]["F34"] = 1647500
    book["公开10"]["C8"] = 30000
    sheet = book["补充信息"]
    row = next(cells[0].row for cells in sheet.iter_rows() if cells[0].value == "国内公务接待批次")
    sheet.cell(row, 3).value = 3
    sheet.cell(row + 1, 3).value = 12
    book.save(file)


def without_301006(registry: Path, target: Path) -> Path:
    """The registry without the unit that has not filed."""
    lines = registry.read_text("utf-8-sig").splitlines()
    target.write_text("\n".join(line for line in lines if not line.startswith("301006")) + "\n", "utf-8-sig")
    return target


def change_301004(inbox: Path) -> None:
    """A new edition of a file that passes: other words in 补充信息, the same figures."""
    file = next(inbox.glob("301004*"))
    book = load_workbook(file)
    sheet = book["补充信息"]
    row = next(cells[0].row for cells in sheet.iter_rows() if cells[0].value == "主要职责")
    sheet.cell(row, 3).value = "承担药品、医用耗材集中采购的服务工作。"
    book.save(file)
