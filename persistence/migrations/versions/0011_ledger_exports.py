"""Ledger exports.

Revision 0011, after 0010. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_exports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "format",
            sa.Enum("CSV", "JSON_LINES", name="format", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("posted_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_organization_id", sa.Uuid(), nullable=True),
        sa.Column("account_code", sa.String(length=40), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING", "READY", "FORGOTTEN", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("entry_count", sa.BigInteger(), nullable=True),
        sa.Column("byte_count", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("sums", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(status = 'PENDING') = (sha256 IS NULL)", name=op.f("ck_ledger_exports_finished")),
        sa.ForeignKeyConstraint(
            ["account_organization_id"], ["organizations.id"], name=op.f("fk_ledger_exports_account_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_ledger_exports_organization_id")
        ),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_ledger_exports_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_exports")),
    )
    op.create_index(op.f("ix_ledger_exports_organization_id"), "ledger_exports", ["organization_id"], unique=False)
    op.create_index(op.f("ix_ledger_exports_status"), "ledger_exports", ["status"], unique=False)
    op.create_table(
        "ledger_export_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["ledger_exports.id"], name=op.f("fk_ledger_export_parts_export_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_export_parts")),
    )
    op.create_index("uq_ledger_export_parts_position", "ledger_export_parts", ["export_id", "position"], unique=True)
