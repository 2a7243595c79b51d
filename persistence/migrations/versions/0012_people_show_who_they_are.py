"""People show who they are.

Revision 0012, after 0011. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("SIGN_UP", "RESET_PASSWORD", name="purpose", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("email_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_account_requests_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_requests")),
    )
    op.create_index(op.f("ix_account_requests_at"), "account_requests", ["at"], unique=False)
    op.create_index("ix_account_requests_email_hash_at", "account_requests", ["email_hash", "at"], unique=False)
    op.create_index("ix_account_requests_ip_at", "account_requests", ["ip", "at"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_user_id"), "recovery_codes", ["user_id"], unique=False)
    op.create_table(
        "sign_in_challenges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("BROWSER", "APP", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_sign_in_challenges_tries")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_sign_in_challenges_organization_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_in_challenges_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_challenges")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_challenges_secret_hash")),
    )
    op.create_index(op.f("ix_sign_in_challenges_expires_at"), "sign_in_challenges", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sign_in_challenges_user_id"), "sign_in_challenges", ["user_id"], unique=False)
    op.create_table(
        "two_factors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("codes_made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_step", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_two_factors_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_two_factors")),
        sa.UniqueConstraint("user_id", name=op.f("uq_two_factors_user_id")),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_refresh_tokens_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_tokens_token_hash")),
    )
    op.create_index(op.f("ix_refresh_tokens_expires_at"), "refresh_tokens", ["expires_at"], unique=False)
    op.create_index(op.f("ix_refresh_tokens_session_id"), "refresh_tokens", ["session_id"], unique=False)
    op.add_column("one_time_tokens", sa.Column("email", sa.Text(), nullable=True))
    op.add_column("organizations", sa.Column("requires_two_factor", sa.Boolean(), nullable=False, server_default="f"))
    op.alter_column("organizations", "requires_two_factor", server_default=None)
    _extend_sessions()
    op.create_index("ix_sign_in_events_user_id_at", "sign_in_events", ["user_id", "at"], unique=False)
    _admit_values("one_time_tokens", "purpose", "VERIFY_EMAIL", "RESET_PASSWORD", "CHANGE_EMAIL")
    _admit_values("sessions", "revoke_reason", "SIGNED_OUT", "REVOKED", "PASSWORD_CHANGED", "TOKEN_REUSED")
    _admit_values("sign_in_events", "outcome", "SUCCEEDED", "CHALLENGED", "REAUTHENTICATED", "FAILED", "LIMITED")
    _tell_of_more()


def _extend_sessions() -> None:
    """Sessions that there are keep their one token, and have shown a password."""
    for name, values in (("kind", ("BROWSER", "APP")), ("auth_level", ("PASSWORD", "MFA"))):
        kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
        op.add_column("sessions", sa.Column(name, kind, nullable=False, server_default=values[0]))
        op.alter_column("sessions", name, server_default=None)
    op.add_column("sessions", sa.Column("reauthenticated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sessions", sa.Column("token_expires_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE sessions SET token_expires_at = expires_at")
    op.alter_column("sessions", "token_expires_at", nullable=False)


def _admit_values(table: str, column: str, *values: str) -> None:
    """Replaces the check of an enum that has grown."""
    name = f"ck_{table}_{column}"
    op.drop_constraint(op.f(name), table)
    op.create_check_constraint(op.f(name), table, sa.column(column).in_(values))


def _tell_of_more() -> None:
    """A second factor decides about rights, too, and so does an organization that requires one."""
    op.execute("DROP TRIGGER sessions_tell ON sessions")
    op.execute(
        """
    CREATE TRIGGER sessions_tell AFTER UPDATE ON sessions FOR EACH ROW
        WHEN ((old.token_hash, old.user_id, old.active_organization_id, old.auth_level, old.expires_at, old.revoked_at)
            IS DISTINCT FROM
            (new.token_hash, new.user_id, new.active_organization_id, new.auth_level, new.expires_at, new.revoked_at)
            OR new.idle_expires_at < old.idle_expires_at OR new.token_expires_at < old.token_expires_at)
        EXECUTE FUNCTION tell_of_rights()
    """
    )
    op.execute("DROP TRIGGER organizations_tell ON organizations")
    op.execute(
        """
    CREATE TRIGGER organizations_tell AFTER UPDATE ON organizations FOR EACH ROW
        WHEN ((old.kind, old.status, old.requires_two_factor)
            IS DISTINCT FROM (new.kind, new.status, new.requires_two_factor)) EXECUTE FUNCTION tell_of_rights()
    """
    )
