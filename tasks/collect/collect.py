"""Takes units' files in: reads, checks identity, stores immutable versions. Plain functions over one database."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlmodel import Session, col, select

from models.database import read_session_of, session_of
from models.errors import SubmissionError
from models.profiles import Profile, load_profile
from models.submission import Submission
from models.tables import Cycle, Receipt, StepState, Unit, UnitStep
from tasks.collect.characters import inert
from tasks.collect.identity import check_identity, restore_codes
from tasks.collect.opening import MISSING, sha256_or_none
from tasks.collect.reading import Reading, read_submissions
from tasks.collect.store.receipts import (
    ACCEPTED,
    REFUSED,
    SECRET,
    gone,
    receipts_of,
    record_receipt,
    taken,
)
from tasks.collect.store.versions import latest_versions, store_submission
from tasks.step import (
    StepReport,
    chunked,
    cycle_by_id,
    hold,
    key_of,
    reset_steps,
    set_step,
    step_key,
    steps_of,
    units_of,
)

STEP = "collect"
_MOST_ZEROS = 10
"""Leading zeros that a code may have lost."""
PUT_IN = "处理办法：请把要报送的文件放入收件夹。"


def collect_units(url: str, cycle_id: int, files: Mapping[str, str]) -> StepReport:
    """Read and store the newest file of each unit, one transaction per unit.

    A file that left, became a link or a pipe, or grew beyond all measure since it was listed is refused like any other.
    A file that cannot be taken returns its unit with the reason; an identical file changes nothing. A file taken
    before is read again when reader or forms have changed, and is a new version only when more or less is found in it.

    Args:
        url: Database.
        cycle_id: The cycle.
        files: Path of the file to take, by unit code.
    """
    report = StepReport(STEP)
    with read_session_of(url) as session:
        cycle = cycle_by_id(session, cycle_id)
        profile = load_profile(cycle.profile)
        units = units_of(session, cycle_id, files)
        fresh = _fresh(session, units, files, profile, report)
    readings = read_submissions([path for _, path, _ in fresh], profile)
    for unit, path, key in fresh:
        with session_of(url) as session:
            hold(session, unit)
            # Only what still lies there: another run may have taken a newer file, which an older one must not follow.
            sha256 = sha256_or_none(path)
            if sha256 != readings[path].sha256 or _key(unit, path, sha256, profile) != key:
                raise FileChangedError(path.name)
            _take(session, cycle, unit, path, readings[path], key, report)
    return report


class FileChangedError(Exception):
    """A file was replaced while it was read; reading it again helps."""

    def __init__(self, file: str) -> None:
        super().__init__(f"文件《{file}》在读取时被更换")


def _key(unit: Unit, path: Path, sha256: str, profile: Profile) -> str:
    return step_key(STEP, profile, path.name, sha256, unit.name, unit.report_type)


def _fresh(
    session: Session, units: Sequence[Unit], files: Mapping[str, str], profile: Profile, report: StepReport
) -> list[tuple[Unit, Path, str]]:
    """Units whose file was not taken (or refused) before, with path and key; the others are reported unchanged."""
    states = steps_of(session, units, STEP)
    receipts = receipts_of(session, units[0].cycle_id, files) if units else {}
    fresh = []
    for unit in units:
        path = Path(files[unit.code])
        sha256 = sha256_or_none(path)
        key = _key(unit, path, sha256, profile)
        state = states.get(unit.id or 0)
        receipt = receipts.get((unit.code, path.name, sha256))
        if state is not None and state.input_key == key and _agree(state, receipt):
            report.unchanged.append(unit.code)
            if state.state == StepState.RETURNED:
                report.returned[unit.code] = state.message
        else:
            fresh.append((unit, path, key))
    return fresh


def _agree(state: UnitStep, receipt: Receipt | None) -> bool:
    """Whether a file's receipt says what its unit's step says; not when the unit was out of the registry meanwhile."""
    if receipt is None:
        return False
    if state.state == StepState.RETURNED:
        return receipt.outcome == REFUSED and state.message.startswith(receipt.message)
    return receipt.outcome == ACCEPTED


def _with_advice(error: SubmissionError) -> str:
    """Why a unit's file was refused, and that its place in the inbox is the new one's: two of them stop each other."""
    if error.code == MISSING:
        return f"文件《{error.file}》在收集时已不在收件夹中。处理办法：请确认文件已放好后重新运行。"
    then = "请立即把它移出收件夹" if error.code == SECRET else "更正后，请用新文件替换收件夹中原来的这个文件"
    return f"{str(error).rstrip('。')}。{then}。"


def _take(
    session: Session, cycle: Cycle, unit: Unit, path: Path, reading: Reading, key: str, report: StepReport
) -> None:
    try:
        if isinstance(reading, SubmissionError):
            raise reading
        codes = _codes_like(session, unit.cycle_id, reading)
        check_identity(reading, unit.code, unit.name, cycle.year, codes)
        restore_codes(reading, codes)
    except SubmissionError as error:
        record_receipt(session, cycle, path.name, reading.sha256, unit.code, REFUSED, error.code, str(error))
        message = inert(_with_advice(error))
        set_step(session, unit, STEP, StepState.RETURNED, message, key)
        report.returned[unit.code] = message
        return
    version, is_new = store_submission(session, unit, reading)
    if is_new:
        reset_steps(session, unit, "validate", "score", "disclose")
    record_receipt(session, cycle, path.name, reading.sha256, unit.code, ACCEPTED, "", f"第 {version.number} 版")
    known, message = steps_of(session, [unit], STEP).get(unit.id or 0), taken(path.name, version.number)
    same = not is_new and known is not None and (known.state, known.message) == (StepState.DONE, message)
    set_step(session, unit, STEP, StepState.DONE, message, key)
    (report.unchanged if same else report.done).append(unit.code)


def _codes_like(session: Session, cycle_id: int, reading: Submission) -> list[str]:
    """Codes of the registry that a code in the file may mean, were its leading zeros lost; few or none."""
    said = {
        reading.unit_code,
        *(code for line in reading.counterparties for code in (line.counterpart, line.booked_by)),
    }
    padded = {"0" * zeros + code for code in said if code.isdigit() for zeros in range(_MOST_ZEROS + 1)}
    query = select(Unit.code).where(Unit.cycle_id == cycle_id, col(Unit.active), col(Unit.code).in_(padded))
    return list(session.exec(query)) if padded else []


def mark_not_collected(url: str, cycle_id: int, reasons: Mapping[str, tuple[StepState, str]]) -> StepReport:
    """Record units that have no file to take: missing, or returned because of what lies in the inbox.

    A unit that handed in before and has nothing in the inbox any more is counted on with what it handed in, and that
    is said; or, if a file was refused since, returned: that file is gone, and no other has come.
    """
    report = StepReport(STEP)
    with read_session_of(url) as session:
        units = units_of(session, cycle_id, reasons)
        states = steps_of(session, units, STEP)
    for batch in chunked(units, _BATCH):
        with session_of(url) as session:
            for code, (changed, told) in _mark(session, batch, states, reasons).items():
                if not changed:
                    report.unchanged.append(code)
                if told:
                    report.returned[code] = told
    return report


_BATCH = 100
"""Units marked in one transaction."""


def _mark(
    session: Session,
    units: Sequence[Unit],
    seen: Mapping[int, UnitStep],
    reasons: Mapping[str, tuple[StepState, str]],
) -> dict[str, tuple[bool, str]]:
    """Mark units without a file: by code, whether something changed, and why the unit is returned, if it is."""
    news = [unit for unit in units if _differs(seen.get(unit.id or 0), *reasons[unit.code])]
    for unit in sorted(news, key=lambda unit: unit.id or 0):  # held by everybody in one order
        hold(session, unit)
    steps = {**seen, **steps_of(session, news, STEP)}
    versions = latest_versions(session, [unit.id or 0 for unit in news])
    found: dict[str, tuple[bool, str]] = {}
    fresh = {unit.code for unit in news}
    for unit in units:
        step, version = steps.get(unit.id or 0), versions.get(unit.id or 0)
        wanted = None
        if unit.code in fresh:
            wanted = _without_file(unit, step, version.number if version else 0, *reasons[unit.code])
        if wanted is not None:
            # The key is none of a file's: when the file comes back, it is met anew.
            changed = set_step(session, unit, STEP, *wanted, key_of(wanted[0].value, wanted[1]))
            found[unit.code] = (changed, wanted[1] if wanted[0] is StepState.RETURNED else "")
        else:
            found[unit.code] = (False, step.message if step and step.state == StepState.RETURNED else "")
    return found


def _differs(step: UnitStep | None, state: StepState, message: str) -> bool:
    return step is None or (step.state, step.message) != (state.value, message)


def _without_file(
    unit: Unit, step: UnitStep | None, number: int, state: StepState, message: str
) -> tuple[StepState, str] | None:
    """State and message of a unit of which no file lies here; ``None`` when it stays as it is.

    Args:
        unit: The unit.
        step: Its collect step so far.
        number: Its latest version, 0 for none.
        state: What the inbox alone would say.
        message: Likewise.
    """
    if state is not StepState.MISSING or not number or step is None:
        return state, message
    if step.state == StepState.RETURNED:
        return StepState.RETURNED, f"收件夹中没有{unit.name}的文件。{PUT_IN}"
    return (StepState.DONE, gone(step.message, number)) if step.state == StepState.DONE else None
