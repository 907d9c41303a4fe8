"""What documents lack, and what reviewers waived of it.

Revision: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _table(
        "documentgap",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    _table(
        "gapwaiver",
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=False),
    )


def _table(name: str, *columns: "sa.Column[object]") -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=f"fk_{name}_cycle_id_cycle"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.UniqueConstraint("cycle_id", "unit_code", "number", name=f"uq_{name}_cycle_id_unit_code_number"),
    )
    op.create_index(f"ix_{name}_cycle_id", name, ["cycle_id"])


def downgrade() -> None:
    op.drop_table("gapwaiver")
    op.drop_table("documentgap")
