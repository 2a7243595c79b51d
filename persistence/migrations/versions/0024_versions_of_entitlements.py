"""Versions of what organizations may use.

Revision 0024, after 0023. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entitlement_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_entitlement_versions_organization_id")
        ),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_entitlement_versions_app_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement_versions")),
        sa.UniqueConstraint(
            "organization_id", "app_id", name="uq_entitlement_versions_set", postgresql_nulls_not_distinct=True
        ),
    )
