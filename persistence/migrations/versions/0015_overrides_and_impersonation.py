"""Overrides and impersonation.

Revision 0015, after 0014. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_overrides()
    _make_impersonations()
    op.create_index("ix_users_created_at_id", "users", ["created_at", "id"], unique=False)
    op.create_index("ix_organizations_created_at_id", "organizations", ["created_at", "id"], unique=False)
    by_people = ("SIGNED_OUT", "REVOKED", "PASSWORD_CHANGED", "USER_SUSPENDED", "ACCOUNT_DEACTIVATED")
    reasons = (*by_people, "IMPERSONATION_ENDED", "TOKEN_REUSED")
    op.drop_constraint(op.f("ck_sessions_revoke_reason"), "sessions")
    op.create_check_constraint(op.f("ck_sessions_revoke_reason"), "sessions", sa.column("revoke_reason").in_(reasons))


def _make_overrides() -> None:
    op.create_table(
        "permission_overrides",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("permission", sa.String(length=40), nullable=False),
        sa.Column(
            "effect",
            sa.Enum("ALLOW", "DENY", name="effect", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "permission <> 'org:close' AND permission NOT LIKE 'staff:%'",
            name=op.f("ck_permission_overrides_overridable"),
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_permission_overrides_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_permission_overrides_organization_id")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], name=op.f("fk_permission_overrides_set_by")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_permission_overrides_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permission_overrides")),
        sa.UniqueConstraint("membership_id", "permission", name="uq_permission_overrides_permission"),
    )
    op.create_index(
        op.f("ix_permission_overrides_organization_id"), "permission_overrides", ["organization_id"], unique=False
    )
    op.create_index(op.f("ix_permission_overrides_user_id"), "permission_overrides", ["user_id"], unique=False)
    # They decide about rights as roles do.
    op.execute(
        """
    CREATE TRIGGER permission_overrides_tell AFTER INSERT OR UPDATE OR DELETE ON permission_overrides
        FOR EACH STATEMENT EXECUTE FUNCTION tell_of_rights()
    """
    )


def _make_impersonations() -> None:
    op.create_table(
        "impersonations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_user_id", sa.Uuid(), nullable=False),
        sa.Column("target_user_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("READ_ONLY", "READ_WRITE", name="mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("staff_user_id <> target_user_id", name=op.f("ck_impersonations_of_another")),
        sa.CheckConstraint("ends_at <= started_at + interval '30 minutes'", name=op.f("ck_impersonations_short")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_impersonations_organization_id")
        ),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_impersonations_session_id")),
        sa.ForeignKeyConstraint(["staff_user_id"], ["users.id"], name=op.f("fk_impersonations_staff_user_id")),
        sa.ForeignKeyConstraint(["target_user_id"], ["users.id"], name=op.f("fk_impersonations_target_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impersonations")),
        sa.UniqueConstraint("session_id", name=op.f("uq_impersonations_session_id")),
    )
    for column in ("staff_user_id", "target_user_id"):
        op.create_index(op.f(f"ix_impersonations_{column}"), "impersonations", [column], unique=False)
    op.create_index(
        "ix_impersonations_open_ends_at",
        "impersonations",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
