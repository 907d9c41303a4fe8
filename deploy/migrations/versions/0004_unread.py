"""Figures that could not be read or placed, and how each table shows money.

Revision: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = "unread_figure"


def upgrade() -> None:
    op.add_column("formpresence", sa.Column("amount_unit", sa.String(), nullable=False, server_default=""))
    op.add_column("formpresence", sa.Column("decimals", sa.Integer(), nullable=True))
    op.create_table(
        TABLE,
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("panel", sa.Integer(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("column", sa.String(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "position", name=f"pk_{TABLE}"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissionversion.id"], name=f"fk_{TABLE}_submission_id_submissionversion"
        ),
    )
    _guard_append_only()


def _guard_append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f'CREATE TRIGGER "{TABLE}_no_{verb.lower()}" BEFORE {verb} ON "{TABLE}" '
                f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
            )
        return
    for name, event, each in (("no_change", "UPDATE OR DELETE", "ROW"), ("no_truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            f'CREATE TRIGGER "{TABLE}_{name}" BEFORE {event} ON "{TABLE}" '
            f"FOR EACH {each} EXECUTE FUNCTION juesuan_append_only()"
        )


def downgrade() -> None:
    raise NotImplementedError("not undone: it would delete what readers found")
