"""Last charges.

Revision 0036, after 0035. There is no way down: a mistake is mended by the next revision.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_sales_kind"), "sales", type_="check")
    op.create_check_constraint(
        op.f("ck_sales_kind"), "sales", "kind IN ('CREDIT_PURCHASE', 'PURCHASE', 'PERIOD', 'CHANGE', 'ENDING')"
    )
