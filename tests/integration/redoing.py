"""Changes one definition or source at a time in a copy of the program, and runs the annual cycle after each.

Run as a script in that copy, with the changes as JSON on its standard input. Every run is a process that imports the
program anew; the heavy libraries are imported once, before it is forked off.
"""

import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401
import great_expectations  # noqa: F401
import jinja2  # noqa: F401
import lark  # noqa: F401
import pandas as pd  # noqa: F401
import sqlmodel

YEAR, MARK = 2022, "示例数据"
WORK = Path("work").resolve()


def cycle(folder: Path) -> dict[str, Any]:
    """Run every step on the database and results in a folder; what stands there afterwards."""
    from sqlmodel import select

    from models.database import session_of
    from models.fingerprint import fingerprint
    from models.tables import FindingRecord, SubmissionVersion, Unit, UnitStep
    from tasks.aggregate.aggregate import aggregate_departments
    from tasks.collect.collect import collect_units
    from tasks.collect.prepare import prepare_cycle
    from tasks.disclose.disclose import disclose_units
    from tasks.disclose.review import write_review
    from tasks.score.score import score_units
    from tasks.validate.validate import validate_units

    url, out = f"sqlite:///{folder / 'juesuan.db'}", folder / "out"
    prepared = prepare_cycle(url, YEAR, str(WORK / "registry.csv"), WORK / "inbox", "national-2022", (), {})
    cycle_id, codes = prepared.cycle_id, list(prepared.codes)
    reports = {
        "collect": collect_units(url, cycle_id, prepared.files),
        "validate": validate_units(url, cycle_id, codes, "单位"),
        "score": score_units(url, cycle_id, codes),
        "aggregate": aggregate_departments(url, cycle_id),
        "部门": validate_units(url, cycle_id, ["301"], "部门"),
        "disclose": disclose_units(url, cycle_id, [*codes, "301"], str(out), MARK),
    }
    write_review(url, cycle_id, str(out), MARK)
    with session_of(url) as session:
        steps = session.exec(select(Unit.code, UnitStep).join(UnitStep)).all()
        return {
            "fingerprint": fingerprint(session),
            "documents": {str(p.relative_to(out)): p.read_text("utf-8") for p in sorted(out.rglob("*.html"))},
            "states": {f"{code} {row.step}": [row.state, row.message] for code, row in steps},
            "keys": {f"{code} {row.step}": row.input_key for code, row in steps},
            "done": {step: report.done for step, report in reports.items()},
            "versions": len(session.exec(select(SubmissionVersion.id)).all()),
            "findings": len(session.exec(select(FindingRecord.id)).all()),
        }


def approve(folder: Path, comment: str = "") -> dict[str, Any]:
    """Register 批复 where it is lacking, and approve the publication."""
    import datetime

    from models.database import session_of
    from models.tables import Cycle
    from tasks.disclose.approval import standing_approval, statutory_approval
    from tasks.disclose.gaps import open_gaps
    from tasks.disclose.release import carry_out, note_statutory, waive_gaps
    from tasks.step import cycle_by_id

    url, out = f"sqlite:///{folder / 'juesuan.db'}", str(folder / "out")
    with session_of(url) as session:
        cycle_id = session.exec(sqlmodel.select(Cycle.id)).one() or 0
        noted = statutory_approval(session, cycle_by_id(session, cycle_id))
        lacking = sorted({gap.unit_code for gap in open_gaps(session, cycle_by_id(session, cycle_id))})
    if noted is None:
        note_statutory(url, cycle_id, "财〔2023〕1号", datetime.date(2023, 8, 15), "登记员", out, MARK)
    if lacking:
        waive_gaps(url, cycle_id, lacking, "审核人", "历史文本", out, MARK)
    changed = carry_out(url, cycle_id, "同意", "审核人", comment, out, MARK)
    with session_of(url) as session:
        stands = standing_approval(session, cycle_by_id(session, cycle_id)) is not None
    return {"changed": changed, "stands": stands}


def apart(*jobs: Callable[[], dict[str, Any]]) -> list[dict[str, Any]]:
    """Do each job in a process of its own, all at once."""
    answers = []
    for number, job in enumerate(jobs):
        answer = WORK / f"answer-{number}.json"
        answer.unlink(missing_ok=True)
        if (child := os.fork()) == 0:
            try:
                answer.write_text(json.dumps(job(), ensure_ascii=False), "utf-8")
                os._exit(0)
            except Exception:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(1)
        answers.append((child, answer))
    for child, _ in answers:
        os.waitpid(child, 0)
    return [json.loads(answer.read_text("utf-8")) for _, answer in answers]


def copied(name: str, origin: str) -> Path:
    """A folder of results that begins where another one stands."""
    shutil.rmtree(WORK / name, ignore_errors=True)
    shutil.copytree(WORK / origin, WORK / name)
    return WORK / name


def changed(change: dict[str, str], act: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Do something while a file of the program holds something else."""
    file = Path(change["file"])
    before = file.read_text("utf-8")
    if change["old"] and change["old"] not in before:
        raise ValueError(f"{file} 里没有“{change['old']}”")
    file.write_text(
        before.replace(change["old"], change["new"], 1) if change["old"] else before + change["new"], "utf-8"
    )
    try:
        return act()
    finally:
        file.write_text(before, "utf-8")


def main() -> None:
    """The first run, the same again, and for each change a run after it and a fresh one; an approval before a change."""
    changes = json.load(sys.stdin)
    (WORK / "empty" / "out").mkdir(parents=True)
    (first,) = apart(lambda: cycle(copied("first", "empty")))
    (again,) = apart(lambda: cycle(copied("again", "first")))
    told = {"first": first, "again": again, "changes": {}}
    for change in changes:
        after, fresh = changed(
            change, lambda: apart(lambda: cycle(copied("after", "first")), lambda: cycle(copied("fresh", "empty")))
        )
        told["changes"][change["name"]] = {"after": after, "fresh": fresh}
    approved = copied("approved", "first")
    told["approved"] = apart(lambda: approve(approved)) + apart(lambda: cycle(approved))
    told["read again"] = changed(changes[-1], lambda: apart(lambda: cycle(copied("read", "approved"))))
    told["updated"] = changed(changes[0], lambda: apart(lambda: cycle(approved)))
    told["approved again"] = changed(
        changes[0], lambda: apart(lambda: approve(approved)) + apart(lambda: cycle(approved))
    )
    json.dump(told, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
