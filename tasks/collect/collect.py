"""Takes units' files in: reads, checks identity, stores immutable versions. Plain functions over one database."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from sqlmodel import Session

from models.database import read_session_of, session_of
from models.errors import SubmissionError, UsageError
from models.forms.matching import bare_name
from models.profiles import Profile, load_profile
from models.submission import Submission
from models.tables import Cycle, StepState, Unit
from tasks.collect.inbox import sha256_of
from tasks.collect.reading import Reading, read_submissions
from tasks.collect.store.receipts import record_receipt, refused_alike
from tasks.collect.store.versions import latest_version, store_submission
from tasks.step import StepReport, cycle_by_id, hold, key_of, reset_steps, set_step, steps_of, units_of

STEP = "collect"
OTHER_YEAR = "年度不符"


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
            if _key(path, profile) != key:
                raise FileChangedError(path.name)
            _take(session, cycle, unit, path, readings[path], key, report)
    return report


class FileChangedError(Exception):
    """A file was replaced while it was read; reading it again helps."""

    def __init__(self, file: str) -> None:
        super().__init__(f"文件《{file}》在读取时被更换")


def _key(path: Path, profile: Profile) -> str:
    try:
        return key_of(path.name, sha256_of(path), profile.code, profile.forms.hash)
    except FileNotFoundError:
        advice = "请确认文件已放好后重新运行。"
        raise SubmissionError(path.name, "文件在收集时已不在收件夹中。", advice=advice) from None


def _fresh(
    session: Session, units: Sequence[Unit], files: Mapping[str, str], profile: Profile, report: StepReport
) -> list[tuple[Unit, Path, str]]:
    """Units whose file was not taken (or refused) before, with path and key; the others are reported unchanged."""
    states = steps_of(session, units, STEP)
    fresh = []
    for unit in units:
        path = Path(files[unit.code])
        key = _key(path, profile)
        state = states.get(unit.id or 0)
        if state is not None and state.input_key == key:
            report.unchanged.append(unit.code)
            if state.state == StepState.RETURNED:
                report.returned[unit.code] = state.message
        else:
            fresh.append((unit, path, key))
    return fresh


def _take(
    session: Session, cycle: Cycle, unit: Unit, path: Path, reading: Reading, key: str, report: StepReport
) -> None:
    try:
        if isinstance(reading, SubmissionError):
            raise reading
        check_identity(reading, unit.code, unit.name, cycle.year)
    except SubmissionError as error:
        record_receipt(session, cycle, path.name, sha256_of(path), unit.code, "退回", error.code, str(error))
        set_step(session, unit, STEP, StepState.RETURNED, str(error), key)
        report.returned[unit.code] = str(error)
        return
    version, is_new = store_submission(session, unit, reading)
    if is_new:
        reset_steps(session, unit, "validate", "score", "disclose")
    record_receipt(session, cycle, path.name, reading.sha256, unit.code, "已接收", "", f"第 {version.number} 版")
    set_step(session, unit, STEP, StepState.DONE, f"《{path.name}》第 {version.number} 版", key)
    report.done.append(unit.code)


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
            submission.file, f"应报 {year} 年度决算，文件{said}。", advice="请报送本年度的文件。", code=OTHER_YEAR
        )


def require_year(url: str, cycle_id: int, codes: Collection[str]) -> None:
    """Stop when every file that came in is another year's: then not the units are wrong, but the year of the run.

    Args:
        url: Database.
        cycle_id: The cycle.
        codes: All units that have a file; of a single one nothing can be concluded.

    Raises:
        UsageError: All these units' files were refused as another year's.
    """
    with read_session_of(url) as session:
        refused = refused_alike(session, cycle_id, codes, OTHER_YEAR) if len(codes) > 1 else []
        if refused:
            year = cycle_by_id(session, cycle_id).year
            raise UsageError(
                f"收件夹中 {len(refused)} 户的文件都不是 {year} 年度的，例如：{refused[0]}"
                "请核对本次运行填写的年度（留空或 0 表示上一年度）和收件夹，改正后重新运行。"
            )


def mark_not_collected(url: str, cycle_id: int, reasons: Mapping[str, tuple[StepState, str]]) -> StepReport:
    """Record units that have no file to take: missing, or returned because of what lies in the inbox.

    A unit that handed in before and has nothing new in the inbox stays as it is.
    """
    report = StepReport(STEP)
    with read_session_of(url) as session:
        units = units_of(session, cycle_id, reasons)
        states = steps_of(session, units, STEP)
    for unit in units:
        state, message = reasons[unit.code]
        known, changed = states.get(unit.id or 0), False
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
