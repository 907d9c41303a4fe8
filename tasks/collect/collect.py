"""Takes units' files in: reads, checks identity, stores immutable versions. Plain functions over one database."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlmodel import Session

from models.database import read_session_of, session_of
from models.errors import SubmissionError
from models.forms.matching import bare_name
from models.profiles import Profile, load_profile
from models.submission import Submission
from models.tables import Cycle, Receipt, StepState, Unit, UnitStep
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
from tasks.step import StepReport, cycle_by_id, hold, key_of, reset_steps, set_step, step_key, steps_of, units_of

STEP = "collect"
PUT_IN = "处理办法：请把要报送的文件放入收件夹。"


def collect_units(url: str, cycle_id: int, files: Mapping[str, str]) -> StepReport:
    """Read and store the newest file of each unit, one transaction per unit.

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
            if _key(unit, path, _sha256(path), profile) != key:
                raise FileChangedError(path.name)
            _take(session, cycle, unit, path, readings[path], key, report)
    return report


class FileChangedError(Exception):
    """A file was replaced while it was read; reading it again helps."""

    def __init__(self, file: str) -> None:
        super().__init__(f"文件《{file}》在读取时被更换")


def _key(unit: Unit, path: Path, sha256: str, profile: Profile) -> str:
    return step_key(STEP, profile, path.name, sha256, unit.name, unit.report_type)


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
    then = "请立即把它移出收件夹" if error.code == SECRET else "更正后，请用新文件替换收件夹中原来的这个文件"
    return f"{str(error).rstrip('。')}。{then}。"


def _take(
    session: Session, cycle: Cycle, unit: Unit, path: Path, reading: Reading, key: str, report: StepReport
) -> None:
    try:
        if isinstance(reading, SubmissionError):
            raise reading
        check_identity(reading, unit.code, unit.name, cycle.year)
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
    known, message = steps_of(session, [unit], STEP).get(unit.id or 0), taken(path.name, version.number)
    same = not is_new and known is not None and (known.state, known.message) == (StepState.DONE, message)
    set_step(session, unit, STEP, StepState.DONE, message, key)
    (report.unchanged if same else report.done).append(unit.code)


def check_identity(submission: Submission, code: str, name: str, year: int) -> None:
    """A file must say that it is this unit's and this year's.

    Raises:
        SubmissionError: Another unit (``未知单位``) or another year (``年度不符``).
    """
    if submission.unit_code and submission.unit_code != code:
        raise SubmissionError(
            submission.file, f"文件内的单位代码是 {submission.unit_code}，不是 {code}（{name}）。",
            advice="请核对文件名和封面的单位代码。", code="单位不符",
        )  # fmt: skip
    if submission.unit_name and bare_name(submission.unit_name) != bare_name(name):
        raise SubmissionError(
            submission.file, f"文件内的单位名称是“{submission.unit_name}”，登记表中 {code} 是“{name}”。",
            advice="请核对单位名称；单位改名的请先更新单位登记表。", code="单位不符",
        )  # fmt: skip
    if submission.year != year:
        said = f"写的是 {submission.year} 年度" if submission.year else "没有写明年度"
        raise SubmissionError(
            submission.file, f"应报 {year} 年度决算，文件{said}。", advice="请报送本年度的文件。", code="年度不符"
        )


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
