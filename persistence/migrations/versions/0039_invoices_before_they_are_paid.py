"""Invoices that ask for the money of a period before it is paid.

Revision 0039, after 0038. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscription_periods", sa.Column("collect_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_subscription_periods_collect_at"),
        "subscription_periods",
        "collect_at IS NULL OR (status = 'OPEN' AND invoice_id IS NOT NULL)",
    )
    op.create_index(
        "ix_subscription_periods_collect",
        "subscription_periods",
        ["collect_at"],
        unique=False,
        postgresql_where=sa.text("collect_at IS NOT NULL"),
    )
    op.drop_index("uq_subscription_periods_open", table_name="subscription_periods")
    op.create_index(
        "uq_subscription_periods_open",
        "subscription_periods",
        ["subscription_id"],
        unique=True,
        postgresql_where=sa.text("status = 'OPEN' AND invoice_id IS NULL"),
    )
    op.drop_constraint(op.f("ck_sales_invoiced_when_paid"), "sales", type_="check")
    op.create_check_constraint(
        op.f("ck_sales_invoiced_when_paid"),
        "sales",
        "CASE WHEN total_minor > 0 AND status NOT IN ('PENDING', 'FAILED', 'CANCELED') THEN invoice_id IS NOT NULL"
        " ELSE invoice_id IS NULL OR (total_minor > 0 AND kind = 'PERIOD') END",
    )
