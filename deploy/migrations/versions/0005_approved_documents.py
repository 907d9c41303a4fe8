"""Approved documents stay as they were approved: what would be written now waits for a decision.

Revision: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("pending", sa.String(), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("document", "pending", server_default=None)


def downgrade() -> None:
    op.drop_column("document", "pending")
