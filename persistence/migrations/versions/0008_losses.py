"""Write-offs and money from outside Milepost.

Revision 0008, after 0007. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "write_off_tolerances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_write_off_tolerances_not_negative")),
        sa.ForeignKeyConstraint(["set_by_id"], ["users.id"], name=op.f("fk_write_off_tolerances_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_off_tolerances")),
    )
    op.create_index("ix_write_off_tolerances_newest", "write_off_tolerances", ["currency", "id"], unique=False)
    op.create_table(
        "recorded_payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("allocated_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "BANK_TRANSFER",
                "CARD",
                "CASH",
                "CHECK",
                "OTHER",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remove_reason", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("RECORDED", "REMOVED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("allocated_minor BETWEEN 1 AND amount_minor", name=op.f("ck_recorded_payments_amount")),
        sa.CheckConstraint(
            "(status = 'REMOVED') = (removed_at IS NOT NULL)", name=op.f("ck_recorded_payments_removed")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_recorded_payments_invoice_id")),
        sa.ForeignKeyConstraint(["issuer_id"], ["organizations.id"], name=op.f("fk_recorded_payments_issuer_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["organizations.id"], name=op.f("fk_recorded_payments_recipient_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_recorded_payments_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorded_payments")),
    )
    op.create_index(op.f("ix_recorded_payments_invoice_id"), "recorded_payments", ["invoice_id"], unique=False)
    op.add_column("invoices", sa.Column("uncollectible_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invoices", sa.Column("uncollectible_reason", sa.Text(), nullable=True))
    op.execute("ALTER TABLE invoices DROP CONSTRAINT ck_invoices_status")
    op.execute(
        """
    ALTER TABLE invoices ADD CONSTRAINT ck_invoices_status
        CHECK (status IN ('DRAFT', 'OPEN', 'PAID', 'VOID', 'UNCOLLECTIBLE'))
    """
    )
    op.execute(
        """
    -- As before; an invoice may also be given up, and money that comes all the same takes that back.
    CREATE OR REPLACE FUNCTION refuse_changed_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        -- What life changes: how far it is paid, collected, disputed, given up or taken back.
        moving CONSTANT text[] := ARRAY['status', 'version', 'updated_at', 'due_on', 'advances_applied_minor',
            'credited_due_minor', 'paid_minor', 'written_off_minor', 'amount_due_minor', 'is_frozen', 'collection_mode',
            'collection_attempts', 'collection_next_at', 'collection_last_failure', 'paid_at', 'voided_at', 'void_reason',
            'uncollectible_at', 'uncollectible_reason'];
    BEGIN
        IF OLD.status = 'DRAFT' THEN
            RETURN coalesce(NEW, OLD);
        END IF;
        IF TG_OP = 'DELETE' OR to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving THEN
            RAISE EXCEPTION 'invoice % is opened: only its payment and collection change', OLD.number
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """
    )
