"""Places of the columns and totals of performance forms, and why a grade is open.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ADDED = (
    ("funding_line", "places", sa.String),
    ("indicator", "places", sa.String),
    ("project", "total_location", sa.String),
    ("project_score", "why", sa.Text),
)


def upgrade() -> None:
    for table, column, kind in ADDED:
        op.add_column(table, sa.Column(column, kind(), nullable=False, server_default=""))


def downgrade() -> None:
    for table, column, _ in ADDED:
        op.drop_column(table, column)
