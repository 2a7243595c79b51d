"""What periods are metered by, and earning what refunded ones have of changes.

Revision 0044, after 0043. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_subscription_periods_undelivered", table_name="subscription_periods")
    op.create_index(
        "ix_subscription_periods_undelivered",
        "subscription_periods",
        ["period_end"],
        unique=False,
        postgresql_where=sa.text("status IN ('PAID', 'WAIVED', 'REFUNDED') AND delivered_at IS NULL"),
    )
    op.execute(
        """
    UPDATE subscription_periods AS period SET terms = terms || jsonb_build_object('metered', found.metered)
    FROM (
        SELECT item.subscription_id, jsonb_object_agg(prices.meter_id, prices.id) AS metered
        FROM subscription_items AS item JOIN prices ON prices.id = item.price_id
        WHERE item.is_metered GROUP BY item.subscription_id
    ) AS found
    WHERE found.subscription_id = period.subscription_id
    """
    )
    op.create_index(
        "ix_subscription_periods_metered",
        "subscription_periods",
        ["period_end"],
        unique=False,
        postgresql_where=sa.text("terms -> 'metered' <> '{}'"),
    )
