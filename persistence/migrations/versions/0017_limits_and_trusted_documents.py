"""Limits and trusted documents.

Revision 0017, after 0016. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client_releases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_releases")),
        sa.UniqueConstraint("client", "release", name=op.f("uq_client_releases_client_release")),
    )
    op.create_table(
        "trusted_documents",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("hash = sha256(convert_to(text, 'UTF8'))", name=op.f("ck_trusted_documents_hash")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_trusted_documents")),
    )
    op.create_table(
        "rate_limit_settings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "caller",
            sa.Enum(
                "ANONYMOUS",
                "SESSION",
                "API_KEY",
                "APP_KEY",
                name="caller",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("operations_per_minute", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Integer(), nullable=False),
        sa.Column("refill_per_second", sa.Integer(), nullable=False),
        sa.Column("documents_per_minute", sa.Integer(), nullable=False),
        sa.Column("payments_per_minute", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "least(operations_per_minute, cost, refill_per_second, documents_per_minute, payments_per_minute) > 0",
            name=op.f("ck_rate_limit_settings_positive"),
        ),
        sa.ForeignKeyConstraint(["set_by_id"], ["users.id"], name=op.f("fk_rate_limit_settings_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_limit_settings")),
    )
    op.create_index("ix_rate_limit_settings_newest", "rate_limit_settings", ["caller", "id"], unique=False)
    op.create_table(
        "released_documents",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("document_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_hash"], ["trusted_documents.hash"], name=op.f("fk_released_documents_document_hash")
        ),
        sa.ForeignKeyConstraint(["release_id"], ["client_releases.id"], name=op.f("fk_released_documents_release_id")),
        sa.PrimaryKeyConstraint("release_id", "document_hash", name=op.f("pk_released_documents")),
    )
    op.create_index(
        "ix_invitations_organization_id_created_at", "invitations", ["organization_id", "created_at"], unique=False
    )
    op.execute(
        """
    CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- Equal notifications of one transaction are sent once, when it has committed.
        PERFORM pg_notify(TG_ARGV[0], '');
        RETURN NULL;
    END $$
    """
    )
    op.execute(
        """
    CREATE TRIGGER rate_limit_settings_append_only BEFORE UPDATE OR DELETE ON rate_limit_settings
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """
    )
    op.execute(
        """
    CREATE TRIGGER rate_limit_settings_tell AFTER INSERT ON rate_limit_settings FOR EACH STATEMENT
        EXECUTE FUNCTION tell('milepost_limits')
    """
    )
    op.execute(
        """
    CREATE TRIGGER client_releases_tell AFTER INSERT OR UPDATE OR DELETE ON client_releases FOR EACH STATEMENT
        EXECUTE FUNCTION tell('milepost_documents')
    """
    )
    op.execute(
        """
    CREATE TRIGGER released_documents_tell AFTER INSERT OR DELETE ON released_documents FOR EACH STATEMENT
        EXECUTE FUNCTION tell('milepost_documents')
    """
    )
