"""Adds up both sides of plain relations for many units at once, exactly, and compares them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expectations.cube import ORDINARY_FEN, Cube, Table
from expectations.language.expansion import Entries, PlainSide, Plan, Slot
from models.forms.schema import Kind

Integers = NDArray[Any]
"""int64, or Python integers where int64 might not hold the sums."""
Flags = NDArray[np.bool_]

BLOCK = 4_000_000
"""Figures gathered at a time (32 MB), so that a province's units do not need a province's memory."""


@dataclass(frozen=True)
class Block:
    """Some of the cube's units, and whether their sums need more than int64."""

    units: NDArray[np.intp]
    large: bool


@dataclass(frozen=True)
class Compared:
    """All plain relations of a rule for a block of units; arrays are ``[unit, relation]``.

    Attributes:
        units: Places of the block's units in the cube.
        left, right: Values of both sides, in fen, numbers or 1/100 %.
        left_shown, right_shown: Whether a side shows any figure.
        tolerance: How far the sides may be apart because figures are displayed rounded; 0 when exact to the fen.
        unreadable: Whether a figure is —— or could not be read.
        counted: Relations that say something: a figure is displayed, and the row compared is there.
        fails: Relations that do not hold, whether counted or not.
    """

    units: NDArray[np.intp]
    left: Integers
    right: Integers
    left_shown: Flags
    right_shown: Flags
    tolerance: Integers
    unreadable: Flags
    counted: Flags
    fails: Flags


def compare(plan: Plan, sign: str, cube: Cube) -> Iterator[Compared]:
    """Compare all plain relations for all units of the cube, block by block."""
    for block in _blocks(plan, cube):
        left, right = (_sums(side, plan, cube, block) for side in (plan.left, plan.right))
        left_shown, right_shown = (_any(side, "shown", plan, cube, block) for side in (plan.left, plan.right))
        unreadable = _any(plan.left, "unreadable", plan, cube, block)
        unreadable |= _any(plan.right, "unreadable", plan, cube, block)
        tolerance = _tolerance(plan, cube, block)
        yield Compared(
            block.units,
            left,
            right,
            left_shown,
            right_shown,
            tolerance,
            unreadable,
            ((left_shown | right_shown) & _row_there(plan, cube, block))
            | (unreadable & np.asarray(plan.unplaced, np.bool_)),
            _fails(sign, left - right, tolerance),
        )


def _tables(plan: Plan, cube: Cube) -> dict[Slot, Table]:
    return {slot: cube.table(slot) for side in (plan.left, plan.right) for slot in side.entries}


def _blocks(plan: Plan, cube: Cube) -> Iterator[Block]:
    """Units in blocks of bounded size; units with huge figures apart, since exact sums of any size are slow."""
    count, entries, heaviest = len(cube.units), len(plan.bindings), np.zeros(len(plan.bindings), np.int64)
    large = np.zeros(count, np.bool_)
    for side in (plan.left, plan.right):
        for entry in side.entries.values():
            entries += len(entry.flat)
            np.add.at(heaviest, entry.relation, np.abs(entry.coefficient))
    for table in _tables(plan, cube).values():
        large |= table.huge
    if int(np.max(heaviest, initial=0)) > 2**62 // ORDINARY_FEN:
        large[:] = True
    step = max(1, BLOCK // max(entries, 1))
    for flag in (False, True):
        units = np.flatnonzero(large == flag)
        for start in range(0, len(units), step):
            yield Block(units[start : start + step], flag)


def _starts(entry: Entries) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where each relation's figures begin in the entries, and which relations these are."""
    relation = np.asarray(entry.relation, np.intp)
    starts = np.flatnonzero(np.diff(relation, prepend=-1))
    return starts, relation[starts]


def _sums(side: PlainSide, plan: Plan, cube: Cube, block: Block) -> Integers:
    kind: Any = object if block.large else np.int64
    total: Integers = np.empty((len(block.units), len(plan.bindings)), kind)
    total[:] = np.asarray(side.constants, kind)
    for slot, entry in side.entries.items():
        starts, relations = _starts(entry)
        figures: Integers = cube.table(slot).amounts[block.units[:, None], entry.flat].astype(kind, copy=False)
        if any(coefficient != 1 for coefficient in entry.coefficient):
            figures = figures * np.asarray(entry.coefficient, kind)
        total[:, relations] += np.add.reduceat(figures, starts, axis=1)
    return total


def _any(side: PlainSide, mask: str, plan: Plan, cube: Cube, block: Block) -> Flags:
    found = np.zeros((len(block.units), len(plan.bindings)), np.bool_)
    for slot, entry in side.entries.items():
        table = cube.table(slot)
        if mask == "unreadable" and not table.any_unreadable:
            continue
        starts, relations = _starts(entry)
        flags: Flags = getattr(table, mask)[block.units[:, None], entry.flat]
        found[:, relations] |= np.logical_or.reduceat(flags, starts, axis=1)
    return found


def _tolerance(plan: Plan, cube: Cube, block: Block) -> Integers:
    """Half a displayed place for each displayed figure by its coefficient, less the finest one's; money only.

    Both sides of a true relation stand for exact amounts within half a place of what is displayed, each by its own
    place. All displayed figures are whole multiples of the finest place, so that the sides differ by one too: a figure
    and its copy must still agree, hence the finest figure less.
    """
    shape = (len(block.units), len(plan.bindings))
    if not any((table.quantum[block.units] > 1).any() for table in _tables(plan, cube).values()):
        return np.zeros(shape, np.int64)
    blurred, finest = np.zeros(shape, np.int64), np.full(shape, np.iinfo(np.int64).max)
    for side in (plan.left, plan.right):
        for slot, entry in side.entries.items():
            starts, relations = _starts(entry)
            table = cube.table(slot)
            shown = table.shown[block.units[:, None], entry.flat]
            places = _places(table.amounts[block.units[:, None], entry.flat], table.quantum[block.units][:, None])
            weights = places * shown * np.abs(np.asarray(entry.coefficient, np.int64))
            blurred[:, relations] += np.add.reduceat(weights, starts, axis=1)
            least = np.minimum.reduceat(np.where(shown, places, finest[0, 0]), starts, axis=1)
            finest[:, relations] = np.minimum(finest[:, relations], least)
    half: Integers = np.maximum(blurred - finest, 0) // 2
    half[:, [kind is not Kind.FEN for kind in plan.kinds]] = 0
    return half


def _places(amounts: NDArray[np.int64], quantum: NDArray[np.int64]) -> NDArray[np.int64]:
    """Fen in the last displayed place of each figure, 0 where it is known to the fen.

    A figure that is no multiple of its table's last place is displayed with more decimals than others.
    """
    places = np.broadcast_to(quantum, amounts.shape)
    while (finer := (amounts % places != 0)).any():
        places = np.where(finer, places // 10, places)
    return np.where(places > 1, places, 0)


def _row_there(plan: Plan, cube: Cube, block: Block) -> Flags:
    """Whether a relation's row is there: ≤ says nothing for a subject that the left table does not show."""
    there = np.ones((len(block.units), len(plan.bindings)), np.bool_)
    for number, rows in enumerate(plan.rows_left):
        if rows is not None:
            there[:, number] = False
            for slot, row in rows:
                there[:, number] |= cube.table(slot).row_shown[block.units, row]
    return there


def _fails(sign: str, difference: Integers, tolerance: Integers) -> Flags:
    match sign:
        case "=":
            failed = np.abs(difference) > tolerance
        case "!=":
            failed = difference == 0
        case "<=":
            failed = difference > tolerance
        case ">=":
            failed = -difference > tolerance
        case "<":
            failed = np.where(tolerance > 0, difference > tolerance, difference >= 0)
        case _:
            failed = np.where(tolerance > 0, -difference > tolerance, difference <= 0)
    return failed.astype(np.bool_, copy=False)
