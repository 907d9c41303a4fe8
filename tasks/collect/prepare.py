"""Before collection: database, unit tree, and what lies in the inbox for whom."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from models.database import exclusive, session_of
from models.errors import SubmissionError, UsageError
from models.forms.matching import bare_name
from models.profiles import Profile, load_profile
from models.schema_upgrade import upgrade_database
from models.tables import Cycle, StepState
from models.typed import meant
from tasks.collect.inbox import Inbox, InboxFile, survey
from tasks.collect.reading import read_submissions
from tasks.collect.registry import Registry, read_registry, sync_registry
from tasks.collect.store.receipts import (
    REFUSED,
    REGISTRY,
    SKIPPED,
    UNCHANGED,
    ReceiptLine,
    record_receipts,
    settle_receipts,
)
from tasks.step import chunked

_TOLD = 50
"""Faults of the registry that its one line tells; each unit tells its own."""

_LOOKED_AT = 32
"""Files read at once to learn of what year they are."""

MANY_UNITS = 2_000
"""From so many units on, a line tells that they are being registered."""

progress = logging.getLogger("juesuan.progress")

MEND_REGISTRY = "。处理办法：请更正单位登记表。"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a run has before it.

    Attributes:
        cycle_id: The cycle. codes: Filing units to work on, in registry order.
        files: File to take, by unit code. absent: State and Chinese reason of the units without one.
    """

    cycle_id: int
    codes: tuple[str, ...]
    files: Mapping[str, str]
    absent: Mapping[str, tuple[StepState, str]]


def prepare_cycle(
    url: str,
    year: int,
    registry_path: str,
    inbox_path: Path,
    profile_code: str,
    wanted: Sequence[str],
    sources: Mapping[str, str],
) -> Prepared:
    """Bring the database and the unit tree up to date and assign the inbox's files to units.

    Raises:
        JuesuanError: The database cannot be used, the registry or inbox cannot be read, or a unit named is unknown.
    """
    profile = load_profile(profile_code)
    registry = read_registry(Path(registry_path), profile, strict=False)
    registry.require_filing(wanted)
    codes = [unit.code for unit in registry.filing_units if not wanted or unit.code in wanted]
    upgrade_database(url)
    if len(registry.units) > MANY_UNITS:
        progress.info("登记表共 %d 个单位，正在登记并查看收件夹……", len(registry.units))
    inbox, unknown_files = _identified(survey(inbox_path, registry), profile)
    if not wanted:
        require_year(inbox, year, profile)
    with session_of(url) as session:
        # Two runs that start at once build the cycle one after the other.
        exclusive(session, f"cycle {year} {registry.department.code}")
        cycle = sync_registry(session, registry, year, profile, only=wanted)
        lines = [*_registry_lines(registry), *_inbox_lines(inbox), *unknown_files]
        # A run for some units leaves everybody else's rows alone.
        record_receipts(session, cycle, [line for line in lines if not wanted or line.unit_code in wanted])
        if not wanted:
            settle_receipts(session, cycle, lines, inbox.names)
        _keep_sources(session, cycle, sources)
        cycle_id = cycle.id or 0
    absent = _absent(inbox, registry)
    files = {code: str(found[0].path) for code, found in inbox.candidates.items() if code not in absent}
    return Prepared(cycle_id, tuple(codes), files, absent)


def require_year(inbox: Inbox, year: int, profile: Profile) -> None:
    """Stop, before anything is stored, when every file is another year's: not the units are wrong, but the run's year.

    Where all is well the first file answers. What cannot be read says nothing of the year, and neither does a single file.

    Raises:
        UsageError: Two files or more are of other years, and none of this one.
    """
    others: list[tuple[str, int]] = []
    candidates = [files[0] for files in inbox.candidates.values()]
    for batch in (candidates[:1], *chunked(candidates[1:], _LOOKED_AT)):
        readings = read_submissions([file.path for file in batch], profile)
        for file in batch:
            reading = readings[file.path]
            if isinstance(reading, SubmissionError) or not reading.year:
                continue
            if reading.year == year:
                return
            others.append((file.name, reading.year))
    if len(others) > 1:
        name, said = others[0]
        raise UsageError(
            f"收件夹中 {len(others)} 户的文件都不是 {year} 年度的，例如《{name}》写的是 {said} 年度。"
            "请核对本次运行填写的年度（留空或 0 表示上一年度）和收件夹，改正后重新运行。"
        )


def _keep_sources(session: Session, cycle: Cycle, sources: Mapping[str, str]) -> None:
    """Remember where the run takes from and writes to, for retries."""
    text = json.dumps(dict(sources), ensure_ascii=False, sort_keys=True)
    if cycle.sources != text:
        cycle.sources = text
        session.add(cycle)


def _absent(inbox: Inbox, registry: Registry) -> dict[str, tuple[StepState, str]]:
    """Units without a file to take. What is wrong in the registry weighs more than what lies in the inbox."""
    folders = {folder.unit_code: folder.message for folder in inbox.passed_over}
    absent = {
        unit.code: (StepState.MISSING, f"{unit.name}尚未报送。{folders.get(unit.code, '')}") for unit in inbox.missing
    }
    for refusal in reversed(inbox.refused):
        if refusal.unit_code:
            absent[refusal.unit_code] = (StepState.RETURNED, refusal.message)
    absent |= {code: (StepState.RETURNED, message + MEND_REGISTRY) for code, message in registry.faults.items()}
    return absent


def _registry_lines(registry: Registry) -> list[ReceiptLine]:
    if not registry.faults:
        return []
    told = list(registry.faults.values())
    more = f"；另有 {len(told) - _TOLD} 处" if len(told) > _TOLD else ""
    message = "；".join(told[:_TOLD]) + more + MEND_REGISTRY
    return [ReceiptLine(registry.file, registry.sha256, "", REFUSED, REGISTRY, message)]


def _inbox_lines(inbox: Inbox) -> list[ReceiptLine]:
    return [
        # A registry that lies in the inbox is no submission.
        *(
            ReceiptLine(r.name, r.sha256, r.unit_code, REFUSED, r.code, r.message)
            for r in inbox.refused
            if (r.name, r.sha256) != (inbox.registry.file, inbox.registry.sha256)
        ),
        *(ReceiptLine(r.name, r.sha256, "", SKIPPED, r.code, r.message) for r in inbox.passed_over),
        *(ReceiptLine(r.name, r.sha256, r.unit_code, UNCHANGED, r.code, r.message) for r in inbox.copies),
    ]


def _identified(inbox: Inbox, profile: Profile) -> tuple[Inbox, list[ReceiptLine]]:
    """Assign files whose names tell no unit by what they say inside; tell which belong to nobody here."""
    readings = read_submissions([file.path for file in inbox.unassigned], profile)
    names = {bare_name(unit.name): unit.code for unit in inbox.registry.filing_units}
    found: dict[str, str] = {}
    lines: list[ReceiptLine] = []
    for file in inbox.unassigned:
        reading = readings[file.path]
        if isinstance(reading, SubmissionError):
            lines.append(ReceiptLine(file.name, file.sha256, "", REFUSED, reading.code, str(reading)))
            continue
        by_name = names.get(bare_name(reading.unit_name), "")
        codes = meant(reading.unit_code, inbox.registry.by_code) if reading.unit_code else [by_name]
        code = codes[0] if len(codes) == 1 else ""
        department = code in inbox.registry.by_code and not inbox.registry.files(code)
        if inbox.registry.files(code) or (department and reading.speaks_for_department):
            found[file.name] = code
            continue
        if department:
            lines.append(_no_department(file, code))
            continue
        said = " ".join(part for part in (reading.unit_code, reading.unit_name) if part) or "（没有写明单位）"
        error = SubmissionError(
            file.name, f"文件内的单位“{said}”不在单位登记表中。",
            advice="请核对单位代码和名称；确属本部门的单位请先补入登记表，否则把文件移出收件夹。", code="未知单位",
        )  # fmt: skip
        lines.append(ReceiptLine(file.name, file.sha256, "", REFUSED, error.code, str(error)))
    return inbox.identify(found), lines


def _no_department(file: InboxFile, code: str) -> ReceiptLine:
    """A file under a department's code that is not the department's workbook."""
    error = SubmissionError(
        file.name, f"文件内的单位代码 {code} 是部门的代码，部门的数由下属单位汇总，不填报。",
        advice=f"部门本级的账用本级的代码填报；部门对汇总数的说明，用 juesuan template --unit {code} 生成的工作簿填报。",
        code="未知单位",
    )  # fmt: skip
    return ReceiptLine(file.name, file.sha256, "", REFUSED, error.code, str(error))
