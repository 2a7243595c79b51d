"""Closed usage.

Revision 0032, after 0031. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "usage_closings",
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["subscription_periods.id"], name=op.f("fk_usage_closings_period_id")),
        sa.PrimaryKeyConstraint("period_id", name=op.f("pk_usage_closings")),
    )
