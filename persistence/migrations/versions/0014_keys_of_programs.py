"""Keys of programs.

Revision 0014, after 0013. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("allowed_ips", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "ACTIVE",
                "ROTATING",
                "EXPIRED",
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
        sa.CheckConstraint("octet_length(secret_hash) = 32", name=op.f("ck_api_keys_hashed")),
        sa.CheckConstraint(
            "status <> 'ROTATING' OR expires_at IS NOT NULL AND successor_id IS NOT NULL",
            name=op.f("ck_api_keys_overlaps"),
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_api_keys_created_by_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_api_keys_organization_id")),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["api_keys.id"],
            name=op.f("fk_api_keys_successor_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_keys_prefix")),
    )
    op.create_index(op.f("ix_api_keys_app_id"), "api_keys", ["app_id"], unique=False)
    op.create_index(op.f("ix_api_keys_organization_id"), "api_keys", ["organization_id"], unique=False)
    op.create_index(
        "ix_api_keys_due",
        "api_keys",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('ACTIVE', 'ROTATING')"),
    )
    _name_keys()
    _tell_of_keys()


def _name_keys() -> None:
    """Rows that say who acted can name a key."""
    op.add_column("outbox", sa.Column("actor_key_id", sa.Uuid(), nullable=True))
    op.add_column("status_changes", sa.Column("actor_key_id", sa.Uuid(), nullable=True))
    named = (
        ("ledger_transfers", "actor_key_id"),
        ("approval_requests", "requested_by_key_id"),
        ("payout_schedules", "set_by_key_id"),
    )
    for table, column in named:
        op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, "api_keys", [column], ["id"])
    op.alter_column("invitations", "invited_by", nullable=True)


def _tell_of_keys() -> None:
    """Keys decide about rights as sessions do; that one was used decides nothing."""
    op.execute(
        """
    CREATE TRIGGER api_keys_tell AFTER UPDATE ON api_keys FOR EACH ROW
        WHEN ((old.organization_id, old.app_id, old.prefix, old.secret_hash, old.scopes, old.allowed_ips,
                old.expires_at, old.status)
            IS DISTINCT FROM
            (new.organization_id, new.app_id, new.prefix, new.secret_hash, new.scopes, new.allowed_ips,
                new.expires_at, new.status))
        EXECUTE FUNCTION tell_of_rights()
    """
    )
    op.execute(
        """
    CREATE TRIGGER api_keys_ended_tell AFTER DELETE ON api_keys FOR EACH STATEMENT EXECUTE FUNCTION tell_of_rights()
    """
    )
