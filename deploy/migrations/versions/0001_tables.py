"""The first tables, and the triggers that keep versions and the event trail from being changed.

Revision: 0001
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "submissionversion",
    "formpresence",
    "cell",
    "row_name",
    "narrative_fact",
    "reading_problem",
    "project",
    "funding_line",
    "indicator",
    "counterparty",
    "event",
)
"""Tables whose rows are never changed nor deleted."""


def _column(kind: type, name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, kind(timezone=True) if kind is sa.DateTime else kind(), nullable=null)


def _table(
    name: str,
    columns: Sequence[sa.Column],
    *,
    key: Sequence[str] = ("id",),
    refers: dict[str, str] | None = None,
    unique: Sequence[str] = (),
    index: Sequence[str] = (),
) -> None:
    """Create a table; every constraint has the name that models.tables.columns gives it."""
    foreign = [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{name}_{column}_{target}")
        for column, target in (refers or {}).items()
    ]
    uniques = [sa.UniqueConstraint(*unique, name=f"uq_{name}_{'_'.join(unique)}")] if unique else []
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"), *foreign, *uniques)
    for column in index:
        op.create_index(f"ix_{name}_{column}", name, [column])


def _create_cycle() -> None:
    """The cycle, its units and their steps."""
    _table(
        "cycle",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "year"),
            _column(sa.String, "department_code"),
            _column(sa.String, "profile"),
            _column(sa.String, "registry_sha256"),
            _column(sa.Text, "sources"),
            _column(sa.DateTime, "created_at"),
        ],
        unique=("year", "department_code"),
    )
    _table(
        "cyclephase",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "cycle_id"),
            _column(sa.String, "phase"),
            _column(sa.String, "state"),
            _column(sa.Date, "due", null=True),
            _column(sa.DateTime, "changed_at"),
        ],
        refers={"cycle_id": "cycle"},
        unique=("cycle_id", "phase"),
        index=("cycle_id",),
    )
    _table(
        "event",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "cycle_id", null=True),
            _column(sa.String, "unit_code"),
            _column(sa.String, "action"),
            _column(sa.Text, "detail"),
            _column(sa.String, "actor"),
            _column(sa.String, "run"),
            _column(sa.DateTime, "at"),
        ],
        refers={"cycle_id": "cycle"},
        index=("cycle_id",),
    )
    _table(
        "statutoryapproval",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "cycle_id"),
            _column(sa.String, "document_number"),
            _column(sa.Date, "approved_on"),
            _column(sa.Text, "versions"),
            _column(sa.DateTime, "recorded_at"),
        ],
        refers={"cycle_id": "cycle"},
        unique=("cycle_id",),
        index=("cycle_id",),
    )
    _table(
        "unit",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "cycle_id"),
            _column(sa.String, "code"),
            _column(sa.String, "name"),
            _column(sa.String, "parent_code", null=True),
            _column(sa.String, "kind"),
            _column(sa.String, "unit_type"),
            _column(sa.String, "accounting"),
            _column(sa.String, "level"),
            _column(sa.String, "report_type"),
            _column(sa.Integer, "position"),
            _column(sa.Boolean, "active"),
        ],
        refers={"cycle_id": "cycle"},
        unique=("cycle_id", "code"),
        index=("cycle_id",),
    )
    _table(
        "unitstep",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "unit_id"),
            _column(sa.String, "step"),
            _column(sa.String, "state"),
            _column(sa.Text, "message"),
            _column(sa.String, "input_key"),
            _column(sa.Integer, "attempt"),
            _column(sa.DateTime, "changed_at"),
        ],
        refers={"unit_id": "unit"},
        unique=("unit_id", "step"),
        index=("unit_id",),
    )


def _create_submissions() -> None:
    """Versions, their content, and what departments are added up from."""
    _table(
        "receipt",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "cycle_id"),
            _column(sa.String, "unit_code"),
            _column(sa.String, "file"),
            _column(sa.String, "sha256"),
            _column(sa.String, "outcome"),
            _column(sa.String, "code"),
            _column(sa.Text, "message"),
            _column(sa.DateTime, "at"),
        ],
        refers={"cycle_id": "cycle"},
        unique=("cycle_id", "file", "sha256"),
        index=("cycle_id",),
    )
    _table(
        "submissionversion",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "unit_id"),
            _column(sa.String, "role"),
            _column(sa.Integer, "number"),
            _column(sa.String, "file"),
            _column(sa.String, "sha256"),
            _column(sa.String, "kind"),
            _column(sa.String, "report_type"),
            _column(sa.String, "profile"),
            _column(sa.String, "catalogue_hash"),
            _column(sa.String, "unit_code"),
            _column(sa.String, "unit_name"),
            _column(sa.Integer, "year"),
            _column(sa.String, "amount_unit"),
            _column(sa.Integer, "decimals"),
            _column(sa.Text, "diff"),
            _column(sa.DateTime, "received_at"),
        ],
        refers={"unit_id": "unit"},
        unique=("unit_id", "role", "number"),
        index=("unit_id",),
    )
    _table(
        "cell",
        [
            _column(sa.Integer, "submission_id"),
            _column(sa.String, "form"),
            _column(sa.String, "row"),
            _column(sa.String, "column"),
            _column(sa.Integer, "position"),
            _column(sa.BigInteger, "amount", null=True),
            _column(sa.Text, "text", null=True),
            _column(sa.String, "location"),
        ],
        key=("submission_id", "form", "row", "column"),
        refers={"submission_id": "submissionversion"},
    )
    op.create_index("cell_address", "cell", ["form", "row", "column"])
    _table(
        "contribution",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "submission_id"),
            _column(sa.Integer, "source_id"),
            _column(sa.String, "kind"),
            _column(sa.Integer, "sign"),
            _column(sa.Text, "note"),
        ],
        refers={"submission_id": "submissionversion", "source_id": "submissionversion"},
        unique=("submission_id", "source_id"),
        index=("submission_id",),
    )
    _table(
        "counterparty",
        [
            _column(sa.Integer, "submission_id"),
            _column(sa.Integer, "position"),
            _column(sa.String, "direction"),
            _column(sa.String, "counterpart"),
            _column(sa.String, "counterpart_name"),
            _column(sa.String, "subject"),
            _column(sa.BigInteger, "amount_fen"),
            _column(sa.String, "booked_by"),
            _column(sa.String, "location"),
        ],
        key=("submission_id", "position"),
        refers={"submission_id": "submissionversion"},
    )
    _table(
        "explanation",
        [
            _column(sa.Integer, "submission_id"),
            _column(sa.Integer, "position"),
            _column(sa.String, "rule"),
            _column(sa.String, "form"),
            _column(sa.String, "row"),
            _column(sa.String, "column"),
            _column(sa.Text, "text"),
            _column(sa.String, "author"),
            _column(sa.BigInteger, "difference", null=True),
            _column(sa.String, "location"),
        ],
        key=("submission_id", "position"),
        refers={"submission_id": "submissionversion"},
    )
    _table(
        "formpresence",
        [
            _column(sa.Integer, "submission_id"),
            _column(sa.String, "form"),
            _column(sa.String, "state"),
        ],
        key=("submission_id", "form"),
        refers={"submission_id": "submissionversion"},
    )
    _table(
        "funding_line",
        [
            _column(sa.Integer, "submission_id"),
            _column(sa.Integer, "project"),
            _column(sa.Integer, "position"),
            _column(sa.String, "source"),
            _column(sa.String, "declared_budget", null=True),
            _column(sa.String, "initial_budget", null=True),
            _column(sa.String, "budget", null=True),
            _column(sa.String, "executed", null=True),
            _column(sa.String, "remainder", null=True),
            _column(sa.String, "rate", null=True),
            _column(sa.String, "score", null=True),
            _column(sa.String, "location"),
        ],
        key=("submission_id", "project", "position"),
        refers={"submission_id": "submissionversion"},
    )
    _table(
        "indicator",
        [
            _column(sa.Integer, "submission_id"),
            _column(sa.Integer, "project"),
            _column(sa.Integer, "position"),
            _column(sa.String, "level1"),
            _column(sa.String, "level2"),
            _column(sa.String, "name"),
            _column(sa.Text, "initial_target"),
            _column(sa.Text, "target"),
            _column(sa.Text, "actual"),
            _column(sa.String, "points", null=True),
            _column(sa.String, "score", null=True),
            _column(sa.Text, "reason"),
            _column(sa.String, "location"),
        ],
        key=("submission_id", "project", "position"),
        refers={"submission_id": "submissionversion"},
    )
    _table(
        "narrative_fact",
        [
            _column(sa.Integer, "submission_id"),
            _column(sa.Integer, "position"),
            _column(sa.Text, "sentence"),
            _column(sa.String, "name"),
            _column(sa.String, "value"),
            _column(sa.String, "unit"),
            _column(sa.Boolean, "declared"),
            _column(sa.String, "location"),
        ],
        key=("submission_id", "position"),
        refers={"submission_id": "submissionversion"},
    )
    _table(
        "project",
        [
            _column(sa.Integer, "submission_id"),
            _column(sa.Integer, "position"),
            _column(sa.String, "family"),
            _column(sa.String, "name"),
            _column(sa.String, "department"),
            _column(sa.String, "unit"),
            _column(sa.Text, "goal"),
            _column(sa.Text, "achieved"),
            _column(sa.String, "total", null=True),
            _column(sa.String, "grade"),
            _column(sa.Text, "analysis"),
            _column(sa.String, "location"),
        ],
        key=("submission_id", "position"),
        refers={"submission_id": "submissionversion"},
    )
    _table(
        "reading_problem",
        [
            _column(sa.Integer, "submission_id"),
            _column(sa.Integer, "position"),
            _column(sa.String, "rule"),
            _column(sa.String, "severity"),
            _column(sa.Text, "message"),
            _column(sa.String, "form"),
            _column(sa.String, "row"),
            _column(sa.String, "column"),
            _column(sa.String, "location"),
        ],
        key=("submission_id", "position"),
        refers={"submission_id": "submissionversion"},
    )
    _table(
        "row_name",
        [
            _column(sa.Integer, "submission_id"),
            _column(sa.String, "form"),
            _column(sa.String, "row"),
            _column(sa.String, "name"),
        ],
        key=("submission_id", "form", "row"),
        refers={"submission_id": "submissionversion"},
    )
    _table(
        "contributed_cell",
        [
            _column(sa.Integer, "contribution_id"),
            _column(sa.String, "form"),
            _column(sa.String, "row"),
            _column(sa.String, "column"),
            _column(sa.BigInteger, "amount"),
        ],
        key=("contribution_id", "form", "row", "column"),
        refers={"contribution_id": "contribution"},
    )


def _create_results() -> None:
    """Outcomes, scores, documents, approvals."""
    _table(
        "approval",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "cycle_id"),
            _column(sa.String, "decision"),
            _column(sa.String, "reviewer"),
            _column(sa.Text, "comment"),
            _column(sa.Text, "versions"),
            _column(sa.DateTime, "decided_at"),
        ],
        refers={"cycle_id": "cycle"},
        index=("cycle_id",),
    )
    _table(
        "document",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "cycle_id"),
            _column(sa.String, "unit_code"),
            _column(sa.String, "kind"),
            _column(sa.String, "format"),
            _column(sa.String, "path"),
            _column(sa.String, "sha256"),
            _column(sa.Integer, "submission_id", null=True),
            _column(sa.String, "template_hash"),
            _column(sa.Boolean, "draft"),
            _column(sa.DateTime, "written_at"),
        ],
        refers={"cycle_id": "cycle", "submission_id": "submissionversion"},
        unique=("cycle_id", "path"),
        index=("cycle_id",),
    )
    _table(
        "finding",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "submission_id"),
            _column(sa.String, "ruleset_hash"),
            _column(sa.Integer, "position"),
            _column(sa.String, "rule"),
            _column(sa.String, "severity"),
            _column(sa.String, "status"),
            _column(sa.String, "title"),
            _column(sa.Text, "message"),
            _column(sa.String, "form"),
            _column(sa.String, "row"),
            _column(sa.String, "row_name"),
            _column(sa.String, "subject_code"),
            _column(sa.String, "column"),
            _column(sa.String, "location"),
            _column(sa.BigInteger, "left", null=True),
            _column(sa.BigInteger, "right", null=True),
            _column(sa.BigInteger, "difference", null=True),
            _column(sa.String, "unit_of_amount"),
            _column(sa.String, "basis"),
            _column(sa.Text, "explanation"),
        ],
        refers={"submission_id": "submissionversion"},
        index=("submission_id",),
    )
    _table(
        "project_score",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "submission_id"),
            _column(sa.Integer, "project"),
            _column(sa.String, "name"),
            _column(sa.String, "scheme"),
            _column(sa.String, "scheme_hash"),
            _column(sa.String, "claimed_total", null=True),
            _column(sa.String, "total"),
            _column(sa.String, "recomputed_points"),
            _column(sa.String, "accepted_points"),
            _column(sa.String, "unscorable_points"),
            _column(sa.String, "grade_claimed"),
            _column(sa.String, "grade"),
        ],
        refers={"submission_id": "submissionversion"},
        unique=("submission_id", "project"),
        index=("submission_id",),
    )
    _table(
        "rule_outcome",
        [
            _column(sa.Integer, "id"),
            _column(sa.Integer, "submission_id"),
            _column(sa.String, "ruleset_hash"),
            _column(sa.String, "rule"),
            _column(sa.String, "severity"),
            _column(sa.String, "status"),
            _column(sa.Integer, "checked"),
            _column(sa.Integer, "held"),
            _column(sa.Integer, "not_checked"),
            _column(sa.Text, "why"),
        ],
        refers={"submission_id": "submissionversion"},
        unique=("submission_id", "rule"),
        index=("submission_id",),
    )
    _table(
        "indicator_score",
        [
            _column(sa.Integer, "project_score_id"),
            _column(sa.Integer, "position"),
            _column(sa.String, "name"),
            _column(sa.String, "points", null=True),
            _column(sa.String, "claimed", null=True),
            _column(sa.String, "score", null=True),
            _column(sa.String, "basis"),
            _column(sa.Text, "why"),
        ],
        key=("project_score_id", "position"),
        refers={"project_score_id": "project_score"},
    )


def _guard_sqlite(table: str) -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _guard_postgresql(table: str) -> None:
    for name, event, each in (("no_change", "UPDATE OR DELETE", "ROW"), ("no_truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            f'CREATE TRIGGER "{table}_{name}" BEFORE {event} ON "{table}" '
            f"FOR EACH {each} EXECUTE FUNCTION juesuan_append_only()"
        )


def _guard_append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            _guard_sqlite(table)
        return
    op.execute(
        "CREATE FUNCTION juesuan_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', "
        "ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in APPEND_ONLY:
        _guard_postgresql(table)


def upgrade() -> None:
    _create_cycle()
    _create_submissions()
    _create_results()
    _guard_append_only()


def downgrade() -> None:
    raise NotImplementedError("the first migration is not undone: it would delete every submission")
