"""Grants and promotions of features, and what is used of limits.

Revision 0031, after 0030. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entitlement_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("feature_id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("owner_organization_id", sa.Uuid(), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column(
            "reason_kind",
            sa.Enum(
                "COMPENSATION",
                "PARTNERSHIP",
                "TRIAL_EXTENSION",
                "TEST",
                "OTHER",
                name="reason_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("revoke_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("organization_id"), "="),
            (sa.column("feature_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("revoked_at IS NULL"),
            using="gist",
            name="ex_entitlement_grants_time",
        ),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoke_reason IS NULL)", name=op.f("ck_entitlement_grants_revoked")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_entitlement_grants_time")),
        sa.CheckConstraint("length(trim(reason)) BETWEEN 5 AND 500", name=op.f("ck_entitlement_grants_reason")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_entitlement_grants_value")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_entitlement_grants_app_id")),
        sa.ForeignKeyConstraint(["feature_id"], ["features.id"], name=op.f("fk_entitlement_grants_feature_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["users.id"], name=op.f("fk_entitlement_grants_granted_by")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_entitlement_grants_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_organization_id"], ["organizations.id"], name=op.f("fk_entitlement_grants_owner_organization_id")
        ),
        sa.ForeignKeyConstraint(["revoked_by"], ["users.id"], name=op.f("fk_entitlement_grants_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement_grants")),
    )
    op.create_index(
        "ix_entitlement_grants_organization", "entitlement_grants", ["organization_id", "app_id"], unique=False
    )
    op.create_table(
        "feature_promotions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feature_id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("owner_organization_id", sa.Uuid(), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column(
            "kinds",
            postgresql.ARRAY(
                sa.Enum("CLIENT", "FREELANCER", "AGENCY", "PLATFORM", name="kinds", native_enum=False, length=40)
            ),
            nullable=False,
        ),
        sa.Column("organization_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "cardinality(kinds) + cardinality(organization_ids) > 0", name=op.f("ck_feature_promotions_audience")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_feature_promotions_time")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_feature_promotions_value")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_feature_promotions_app_id")),
        sa.ForeignKeyConstraint(["feature_id"], ["features.id"], name=op.f("fk_feature_promotions_feature_id")),
        sa.ForeignKeyConstraint(
            ["owner_organization_id"], ["organizations.id"], name=op.f("fk_feature_promotions_owner_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feature_promotions")),
    )
    op.create_index(op.f("ix_feature_promotions_app_id"), "feature_promotions", ["app_id"], unique=False)
    op.create_table(
        "quota_counters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("feature_id", sa.Uuid(), nullable=False),
        sa.Column("window_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("warned_at_used", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_quota_counters_used")),
        sa.ForeignKeyConstraint(["feature_id"], ["features.id"], name=op.f("fk_quota_counters_feature_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_quota_counters_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_counters")),
        sa.UniqueConstraint("organization_id", "feature_id", "window_starts_at", name="uq_quota_counters_window"),
    )
