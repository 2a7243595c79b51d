"""How lines that wait for a charge are taxed.

Revision 0048, after 0047. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    modes = sa.Enum("EXCLUSIVE", "INCLUSIVE", name="tax_mode", native_enum=False, create_constraint=True, length=40)
    op.add_column("proration_lines", sa.Column("tax_mode", modes, nullable=True))
    # Those that are there are as the period in which they were made.
    op.execute(
        """
        UPDATE proration_lines l SET tax_mode = coalesce((
            SELECT p.terms ->> 'tax_behavior' FROM subscription_periods p
            WHERE p.subscription_id = l.subscription_id AND p.period_start <= l.created_at
            ORDER BY p.period_start DESC LIMIT 1
        ), 'EXCLUSIVE')
        """
    )
    # An old process knows nothing of the column while the new ones start: its lines are without tax, as prices are that
    # do not say otherwise.
    op.alter_column("proration_lines", "tax_mode", nullable=False, server_default="EXCLUSIVE")
