"""What goes another way than planned: write-offs, money from outside, chargebacks, exceptions, parked organizations.

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
    op.create_table(
        "simulator_chargebacks",
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["simulator_charges.provider_id"], name=op.f("fk_simulator_chargebacks_charge_id")
        ),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_simulator_chargebacks")),
    )
    op.create_table(
        "chargebacks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum("SIMULATOR", name="provider", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escrow_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("held_minor", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "WARNING",
                "NEEDS_RESPONSE",
                "UNDER_REVIEW",
                "WON",
                "LOST",
                "ACCEPTED",
                "PREVENTED",
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
        sa.CheckConstraint(
            "(status IN ('WARNING', 'NEEDS_RESPONSE', 'UNDER_REVIEW')) = (decided_at IS NULL)",
            name=op.f("ck_chargebacks_decided"),
        ),
        sa.CheckConstraint("status <> 'UNDER_REVIEW' OR evidence IS NOT NULL", name=op.f("ck_chargebacks_evidence")),
        sa.CheckConstraint(
            "amount_minor >= 1 AND escrow_minor BETWEEN 0 AND amount_minor", name=op.f("ck_chargebacks_amount")
        ),
        sa.CheckConstraint("held_minor BETWEEN 0 AND net_minor", name=op.f("ck_chargebacks_held")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_chargebacks_answered_by_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_chargebacks_invoice_id")),
        sa.ForeignKeyConstraint(["issuer_id"], ["organizations.id"], name=op.f("fk_chargebacks_issuer_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_chargebacks_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chargebacks")),
        sa.UniqueConstraint("provider", "external_id", name=op.f("uq_chargebacks_provider_external_id")),
    )
    op.create_index(
        "ix_chargebacks_due",
        "chargebacks",
        ["evidence_due_at"],
        unique=False,
        postgresql_where=sa.text("status = 'NEEDS_RESPONSE'"),
    )
    op.create_index(op.f("ix_chargebacks_invoice_id"), "chargebacks", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_chargebacks_issuer_id"), "chargebacks", ["issuer_id"], unique=False)
    op.create_index(op.f("ix_chargebacks_payment_id"), "chargebacks", ["payment_id"], unique=False)
    op.create_index(
        "ix_chargebacks_tell", "chargebacks", ["tell_at"], unique=False, postgresql_where=sa.text("tell_at IS NOT NULL")
    )
    op.create_table(
        "chargeback_feeds",
        sa.Column(
            "provider",
            sa.Enum("SIMULATOR", name="provider", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("read_up_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_chargeback_feeds")),
    )
    op.create_table(
        "money_exceptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "MISSING_IN_LEDGER",
                "MISSING_AT_PROVIDER",
                "AMOUNT_MISMATCH",
                "CURRENCY_MISMATCH",
                "STATE_MISMATCH",
                "DUPLICATE",
                "FEE_MISMATCH",
                "BALANCE_DRIFT",
                "LATE_SUCCESS",
                "UNKNOWN_TOO_LONG",
                "UNMATCHED_EVENT",
                "BAD_METADATA",
                "PROJECTION_DRIFT",
                "INVARIANT",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("actual", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "OPEN",
                "ASSIGNED",
                "RESOLVED",
                "WAIVED",
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
        sa.CheckConstraint(
            "(status IN ('RESOLVED', 'WAIVED')) = (resolution IS NOT NULL)", name=op.f("ck_money_exceptions_resolution")
        ),
        sa.CheckConstraint("status <> 'ASSIGNED' OR owner_id IS NOT NULL", name=op.f("ck_money_exceptions_owner")),
        sa.CheckConstraint("(resolution IS NULL) = (decided_at IS NULL)", name=op.f("ck_money_exceptions_decided_at")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_money_exceptions_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_money_exceptions_organization_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_money_exceptions_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_exceptions")),
    )
    op.create_index(
        "uq_money_exceptions_undecided",
        "money_exceptions",
        ["kind", "subject_type", "subject_key"],
        unique=True,
        postgresql_where=sa.text("status IN ('OPEN', 'ASSIGNED')"),
    )
    op.create_table(
        "integrity_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_runs")),
    )
    op.create_index(op.f("ix_integrity_runs_started_at"), "integrity_runs", ["started_at"], unique=False)
    op.add_column("organizations", sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("organizations", sa.Column("park_reason", sa.Text(), nullable=True))
    op.execute("ALTER TABLE payments DROP CONSTRAINT ck_payments_amount")
    op.execute(
        """
    -- A provider may have taken more than it was asked for; staff decide that it counts.
    ALTER TABLE payments ADD CONSTRAINT ck_payments_amount CHECK (amount_minor >= 1 AND captured_minor >= 0)
    """
    )
    op.add_column("invoices", sa.Column("uncollectible_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invoices", sa.Column("uncollectible_reason", sa.Text(), nullable=True))
    for table in ("approval_requests", "money_thresholds"):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_kind")
        op.execute(
            f"""
    ALTER TABLE {table} ADD CONSTRAINT ck_{table}_kind CHECK (kind IN (
        'PAYOUT', 'REFUND', 'RELEASE', 'LEDGER_ADJUSTMENT', 'SUSPENSE_CLEARING', 'DEBT_WRITE_OFF', 'RULING'
    ))
    """
        )
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
