"""Waived periods.

Revision 0034, after 0033. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscription_periods", sa.Column("waive_reason", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_subscription_periods_waived"),
        "subscription_periods",
        "(status = 'WAIVED') = (waive_reason IS NOT NULL)",
    )
    op.drop_index("ix_subscription_periods_undelivered", table_name="subscription_periods")
    op.create_index(
        "ix_subscription_periods_undelivered",
        "subscription_periods",
        ["period_end"],
        unique=False,
        postgresql_where=sa.text("status IN ('PAID', 'WAIVED') AND delivered_at IS NULL"),
    )
