"""Everything recognised in a submission, in the shape of ``juesuan extract --json``."""

from typing import Any

from models.forms import Form, Kind
from models.money import exact_text
from models.personal_data import masked
from models.profiles import Profile
from models.submission import Cell, Fact, Project, Submission


def extract_json(submission: Submission, profile: Profile) -> dict[str, Any]:
    """Plain data of a submission.

    Args:
        submission: As read.
        profile: The profile it was read with.

    Returns:
        Keys ``file, kind, unit_name, year, amount_unit, cells, facts, projects``, and ``amount_units`` with the forms
        whose tables are in another unit than most. Values of cells are exact decimals as text in the table's own unit,
        counts whole numbers as text, words as they are but for personal data: what this prints is passed on, so they
        are masked here too.
    """
    others = {form: shown.unit for form, shown in submission.displays.items() if shown.unit != submission.amount_unit}
    return {
        "file": masked(submission.file),
        "kind": submission.kind,
        "unit_name": masked(submission.unit_name),
        "year": submission.year,
        "amount_unit": submission.amount_unit,
        **({"amount_units": others} if others else {}),
        "cells": [_cell(cell, submission, profile) for cell in submission.cells],
        "facts": [_fact(fact) for fact in submission.facts],
        "projects": [_project(project) for project in submission.projects],
    }


def _cell(cell: Cell, submission: Submission, profile: Profile) -> dict[str, str]:
    form = profile.forms[cell.form]
    name, code = _row(form, cell.row, submission, profile)
    value = _value(form, cell, submission.display(cell.form).unit)
    return {"form": cell.form, "row": name, "subject_code": code, "column": cell.column, "value": value}


def _row(form: Form, key: str, submission: Submission, profile: Profile) -> tuple[str, str]:
    """Canonical name and subject code of a row; rows without a code keep their key."""
    row = form.rows.get(key)
    if row is not None:
        return (row.name, row.code) if row.code else (row.key, "")
    subject = profile.functional.get(key)
    if subject is not None:
        return subject.name, key
    return masked(submission.row_names.get((form.code, key), key)), key if key.isdigit() else ""


def _value(form: Form, cell: Cell, unit: str) -> str:
    if cell.amount is None:
        return masked(cell.text or "")
    kind = form.kind_of(cell.row, cell.column) if form.shape == "matrix" else form.columns[cell.column].kind
    if kind is Kind.FEN:
        return exact_text(cell.amount, unit)
    if kind is Kind.PERCENT:
        return exact_text(cell.amount, "元")
    return str(cell.amount)


def _fact(fact: Fact) -> dict[str, str]:
    return {
        "sentence": masked(fact.sentence),
        "name": masked(fact.name),
        "value": fact.value,
        "unit": fact.unit,
        "declared_or_derived": "declared" if fact.declared else "derived",
        "location": fact.location,
    }


def _project(project: Project) -> dict[str, Any]:
    total = project.funding[0] if project.funding else None
    return {
        "name": masked(project.name),
        "budget": total.budget if total else None,
        "executed": total.executed if total else None,
        "rate": total.rate if total else None,
        "score": project.total,
        "grade": project.grade,
        "indicators": [
            {
                "level1": masked(indicator.level1),
                "level2": masked(indicator.level2),
                "name": masked(indicator.name),
                "target": masked(indicator.target),
                "actual": masked(indicator.actual),
                "points": indicator.points,
                "score": indicator.score,
            }
            for indicator in project.indicators
        ],
    }
