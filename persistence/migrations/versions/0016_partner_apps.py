"""Partner apps.

Revision 0016, after 0015. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_PERMISSIONS = postgresql.ARRAY(sa.String(length=40))


def upgrade() -> None:
    _make_apps()
    _make_sessions()
    _make_keys_and_counts()
    op.create_foreign_key(op.f("fk_api_keys_app_id"), "api_keys", "apps", ["app_id"], ["id"])


def _make_apps() -> None:
    op.create_table(
        "apps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("primary_color", sa.Text(), nullable=False),
        sa.Column("permissions", _PERMISSIONS, nullable=False),
        sa.Column("allowed_origins", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("max_users", sa.Integer(), nullable=True),
        sa.Column("pending_change", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING_REVIEW",
                "ACTIVE",
                "REJECTED",
                "SUSPENDED",
                "REVOKED",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status <> 'PENDING_REVIEW' OR pending_change IS NULL", name=op.f("ck_apps_pending_change")),
        sa.CheckConstraint("max_users > 0", name=op.f("ck_apps_max_users")),
        sa.ForeignKeyConstraint(
            ["owner_organization_id"], ["organizations.id"], name=op.f("fk_apps_owner_organization_id")
        ),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["users.id"], name=op.f("fk_apps_reviewed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_apps")),
    )
    op.create_index(op.f("ix_apps_owner_organization_id"), "apps", ["owner_organization_id"], unique=False)
    op.create_table(
        "app_installations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("granted_permissions", _PERMISSIONS, nullable=False),
        sa.Column("installed_by_id", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum("ACTIVE", "REVOKED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'REVOKED') = (revoked_at IS NOT NULL)", name=op.f("ck_app_installations_revoked")
        ),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_app_installations_app_id")),
        sa.ForeignKeyConstraint(["installed_by_id"], ["users.id"], name=op.f("fk_app_installations_installed_by_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_app_installations_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_installations")),
    )
    op.create_index(op.f("ix_app_installations_app_id"), "app_installations", ["app_id"], unique=False)
    op.create_index(
        op.f("ix_app_installations_organization_id"), "app_installations", ["organization_id"], unique=False
    )
    op.create_index(
        "uq_app_installations_active",
        "app_installations",
        ["app_id", "organization_id"],
        unique=True,
        postgresql_where=sa.text("status = 'ACTIVE'"),
    )
    op.create_table(
        "app_users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_app_users_app_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_app_users_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_users")),
        sa.UniqueConstraint("app_id", "user_id", name=op.f("uq_app_users_app_id_user_id")),
    )


def _make_sessions() -> None:
    op.create_table(
        "app_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_app_codes_app_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_app_codes_organization_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_app_codes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_app_codes_code_hash")),
    )
    op.create_index(op.f("ix_app_codes_expires_at"), "app_codes", ["expires_at"], unique=False)
    op.create_table(
        "cross_app_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("permissions", _PERMISSIONS, nullable=False),
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("refresh_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "ACTIVE", "EXPIRED", "REVOKED", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'REVOKED') = (revoked_at IS NOT NULL)", name=op.f("ck_cross_app_sessions_revoked")
        ),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_cross_app_sessions_app_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_cross_app_sessions_organization_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_cross_app_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cross_app_sessions")),
    )
    op.create_index(
        "ix_cross_app_sessions_active_expires_at",
        "cross_app_sessions",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'ACTIVE'"),
    )
    op.create_index(
        "ix_cross_app_sessions_app_id_created_at", "cross_app_sessions", ["app_id", "created_at"], unique=False
    )
    op.create_index(op.f("ix_cross_app_sessions_user_id"), "cross_app_sessions", ["user_id"], unique=False)
    op.create_index(
        "uq_cross_app_sessions_active",
        "cross_app_sessions",
        ["user_id", "app_id"],
        unique=True,
        postgresql_where=sa.text("status = 'ACTIVE'"),
    )


def _make_keys_and_counts() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column(
            "algorithm",
            sa.Enum("ES256", name="algorithm", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("public_jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_private_key", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("retired_at > activated_at", name=op.f("ck_signing_keys_retired")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
        sa.UniqueConstraint("kid", name=op.f("uq_signing_keys_kid")),
    )
    op.create_table(
        "app_calls",
        sa.Column("app_id", sa.Uuid(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("errors", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("calls >= errors AND errors >= 0", name=op.f("ck_app_calls_counts")),
        sa.PrimaryKeyConstraint("app_id", "used_on", name=op.f("pk_app_calls")),
    )
