"""Takes units' files in: reads, checks identity, stores immutable versions. Plain functions over one database."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlmodel import Session, col, select

from models.database import read_session_of, session_of
from models.errors import SubmissionError
from models.profiles import Profile, load_profile
from models.submission import Submission
from models.tables import Cycle, Receipt, StepState, Unit, UnitStep
from tasks.collect.identity import check_identity, restore_codes
from tasks.collect.inbox import sha256_of
from tasks.collect.reading import Reading, read_submissions
from tasks.collect.store.receipts import (
    ACCEPTED,
    REFUSED,
    SECRET,
    receipts_of,
    record_receipt,
    taken,
)
from tasks.collect.store.versions import latest_version, store_submission
from tasks.step import StepReport, cycle_by_id, hold, key_of, reset_steps, set_step, steps_of, units_of

STEP = "collect"
_MOST_ZEROS = 10
"""Leading zeros that a code may have lost."""
PUT_IN = "处理办法：请把要报送的文件放入收件夹。"


def collect_units(url: str, cycle_id: int, files: Mapping[str, str]) -> StepReport:
    """Read and store the newest file of each unit, one transaction per unit.

    A file that cannot be taken returns its unit with the reason; an identical file changes nothing.

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
            if _key(path, _sha256(path), profile) != key:
                raise FileChangedError(path.name)
            _take(session, cycle, unit, path, readings[path], key, report)
    return report


class FileChangedError(Exception):
    """A file was replaced while it was read; reading it again helps."""

    def __init__(self, file: str) -> None:
        super().__init__(f"文件《{file}》在读取时被更换")


def _key(path: Path, sha256: str, profile: Profile) -> str:
    return key_of(path.name, sha256, profile.code, profile.forms.hash)


def _sha256(path: Path) -> str:
    try:
        return sha256_of(path)
    except FileNotFoundError:
        advice = "请确认文件已放好后重新运行。"
        raise SubmissionError(path.name, "文件在收集时已不在收件夹中。", advice=advice) from None


def _fresh(
    session: Session, units: Sequence[Unit], files: Mapping[str, str], profile: Profile, report: StepReport
) -> list[tuple[Unit, Path, str]]:
    """Units whose file was not taken (or refused) before, with path and key; the others are reported unchanged."""
    states = steps_of(session, units, STEP)
    receipts = receipts_of(session, units[0].cycle_id, files) if units else {}
    fresh = []
    for unit in units:
        path = Path(files[unit.code])
        sha256 = _sha256(path)
        key = _key(path, sha256, profile)
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
        record_receipt(session, cycle, path.name, sha256_of(path), unit.code, REFUSED, error.code, str(error))
        message = _with_advice(error)
        set_step(session, unit, STEP, StepState.RETURNED, message, key)
        report.returned[unit.code] = message
        return
    version, is_new = store_submission(session, unit, reading)
    if is_new:
        reset_steps(session, unit, "validate", "score", "disclose")
    record_receipt(session, cycle, path.name, reading.sha256, unit.code, ACCEPTED, "", f"第 {version.number} 版")
    set_step(session, unit, STEP, StepState.DONE, taken(path.name, version.number), key)
    report.done.append(unit.code)


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

    A unit that handed in before and has nothing new in the inbox stays as it is, or, if a file was refused since,
    returned: that file is gone, and no other has come.
    """
    report = StepReport(STEP)
    with read_session_of(url) as session:
        units = units_of(session, cycle_id, reasons)
        states = steps_of(session, units, STEP)
    for unit in units:
        state, message = reasons[unit.code]
        known, changed = states.get(unit.id or 0), False
        if state is StepState.MISSING and known is not None and known.state == StepState.RETURNED:
            with read_session_of(url) as session:
                if latest_version(session, unit.id or 0) is not None:
                    state, message = StepState.RETURNED, f"收件夹中没有{unit.name}的文件。{PUT_IN}"
        if known is None or (known.state, known.message) != (state.value, message):
            with session_of(url) as session:
                hold(session, unit)
                stays = state is StepState.MISSING and latest_version(session, unit.id or 0) is not None
                changed = not stays and set_step(session, unit, STEP, state, message, key_of(state.value, message))
                known = steps_of(session, [unit], STEP).get(unit.id or 0)
        if not changed:
            report.unchanged.append(unit.code)
        if known is not None and known.state == StepState.RETURNED:
            report.returned[unit.code] = known.message
    return report
