import pytest

from reports.blocks import (
    CellKind,
    Document,
    Grid,
    Heading,
    ListBlock,
    Paragraph,
    TableBlock,
    TableCell,
    TilingError,
    check_tiling,
    inert,
)


def table(*cells: TableCell, header_rows: int = 0) -> TableBlock:
    return TableBlock("表", (1, 1), 2, header_rows, cells)


WHOLE = (TableCell(0, 0, "a", colspan=2), TableCell(1, 0, "b"), TableCell(1, 1, "c"))


def test_cells_that_cover_every_place_once_tile() -> None:
    assert check_tiling(table(*WHOLE)) == []


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (WHOLE[:2], "(1, 1) is not covered"),
        ((*WHOLE, TableCell(1, 1, "d")), "(1, 1) is covered twice"),
        ((*WHOLE, TableCell(2, 0, "d")), "lies outside"),
        ((TableCell(0, 0, "a", rowspan=0), *WHOLE), "empty span"),
    ],
    ids=["hole", "overlap", "outside", "empty span"],
)
def test_faults_are_named(cells: tuple[TableCell, ...], fault: str) -> None:
    assert any(fault in found for found in check_tiling(table(*cells)))


def test_a_cell_must_not_reach_from_header_into_body() -> None:
    tall = (TableCell(0, 0, "a", rowspan=2), TableCell(0, 1, "b"), TableCell(1, 1, "c"))
    assert check_tiling(table(*tall)) == []
    assert check_tiling(table(*tall, header_rows=1)) != []


def test_builder_refuses_a_table_with_a_hole() -> None:
    grid = Grid([1, 1])
    grid.put(0, 0, "only")
    with pytest.raises(TilingError):
        grid.table("表")


def test_text_loses_what_no_format_can_carry_and_keeps_lines() -> None:
    assert inert("甲\x00\x08乙\u202e丙\ud800\r\n丁\t") == "甲乙丙\n丁\t"
    assert Paragraph("a\x00b").text == "ab"
    assert TableCell(0, 0, "a\x1bb").text == "ab"


def test_amounts_stand_right_and_headers_in_the_middle() -> None:
    assert (CellKind.AMOUNT.align, CellKind.HEADER.align, CellKind.LABEL.align) == ("right", "center", "left")


def test_contents_list_only_the_upper_levels() -> None:
    headings = tuple(Heading(level, str(level), f"h{level}") for level in (1, 2, 3))
    document = Document("t", "s", True, "", (), headings)
    assert [heading.level for heading in document.headings()] == [1, 2]


def test_personal_data_are_masked_in_every_block() -> None:
    number = "王某某13900000000"
    grid = Grid([10])
    grid.put(0, 0, number)
    table = grid.table(number, lead=(number, number, number), notes=(number,))
    blocks = (Heading(1, number, "p1"), Paragraph(number), ListBlock((number,)), table)
    document = Document(number, number, True, number, ((number, number),), blocks)
    assert "13900000000" not in repr(document)
    assert repr(document).count("王某某139****0000") == 14
