"""Webhooks of apps.

Revision 0047, after 0046. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhook_endpoints", sa.Column("app_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_webhook_endpoints_app_id"), "webhook_endpoints", "apps", ["app_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_webhook_endpoints_permissions_of_app"), "webhook_endpoints", "app_id IS NULL OR permissions = '{}'"
    )
    op.create_index(
        "ix_webhook_endpoints_app_id",
        "webhook_endpoints",
        ["app_id"],
        unique=False,
        postgresql_where=sa.text("app_id IS NOT NULL"),
    )
    op.add_column("webhook_deliveries", sa.Column("installation_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_webhook_deliveries_installation_id"),
        "webhook_deliveries",
        "app_installations",
        ["installation_id"],
        ["id"],
    )
    op.add_column(
        "webhook_deliveries",
        sa.Column(
            "skipped_because",
            sa.Enum(
                "ENDPOINT_DISABLED",
                "APP_NOT_LET_IN",
                name="skipped_because",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
    )
    op.create_check_constraint(
        op.f("ck_webhook_deliveries_skipped"), "webhook_deliveries", "skipped_because IS NULL OR status = 'SKIPPED'"
    )
    op.execute("UPDATE webhook_deliveries SET skipped_because = 'ENDPOINT_DISABLED' WHERE status = 'SKIPPED'")
