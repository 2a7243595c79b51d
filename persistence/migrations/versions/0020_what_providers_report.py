"""What providers report, and runs that compare it with the ledger.

Revision 0020, after 0019. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_report_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum("STRIPE", "ADYEN", "PAYPAL", "SIMULATOR", name="provider", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "CHARGE",
                "REFUND",
                "REFUND_FAILED",
                "PAYOUT",
                "PAYOUT_RETURNED",
                "CHARGEBACK",
                "CHARGEBACK_WON",
                "FEE",
                "ADJUSTMENT",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.Uuid(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(subject_type IS NULL) = (subject_id IS NULL)", name=op.f("ck_provider_report_lines_subject")
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_provider_report_lines_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_report_lines")),
        sa.UniqueConstraint(
            "provider", "external_id", "kind", name=op.f("uq_provider_report_lines_provider_external_id_kind")
        ),
    )
    op.create_index("ix_provider_report_lines_at", "provider_report_lines", ["provider", "at"], unique=False)
    op.create_index("ix_provider_report_lines_subject", "provider_report_lines", ["subject_id"], unique=False)
    op.create_index(
        "ix_provider_report_lines_unmatched",
        "provider_report_lines",
        ["provider"],
        unique=False,
        postgresql_where=sa.text("subject_id IS NULL"),
    )
    op.create_table(
        "provider_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum("STRIPE", "ADYEN", "PAYPAL", "SIMULATOR", name="provider", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum("FETCHED", "IMPORTED", name="origin", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("balances", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_reports")),
        sa.UniqueConstraint("provider", "day", name=op.f("uq_provider_reports_provider_day")),
    )
    op.create_table(
        "reconciliation_feeds",
        sa.Column(
            "provider",
            sa.Enum("STRIPE", "ADYEN", "PAYPAL", "SIMULATOR", name="provider", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("next_day", sa.Date(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_reconciliation_feeds")),
    )
    op.create_table(
        "cash_reconciliations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum("STRIPE", "ADYEN", "PAYPAL", "SIMULATOR", name="provider", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "READING",
                "COMPARING",
                "REPAIRING",
                "DONE",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("lines_read", sa.Integer(), nullable=False),
        sa.Column("matched_count", sa.Integer(), nullable=False),
        sa.Column("finding_count", sa.Integer(), nullable=False),
        sa.Column("new_count", sa.Integer(), nullable=False),
        sa.Column("repaired_count", sa.Integer(), nullable=False),
        sa.Column("sums", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "RUNNING", "COMPLETED", "FAILED", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(status = 'FAILED') = (failure IS NOT NULL)", name=op.f("ck_cash_reconciliations_failure")),
        sa.CheckConstraint(
            "(status = 'RUNNING') = (completed_at IS NULL)", name=op.f("ck_cash_reconciliations_completed")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["users.id"], name=op.f("fk_cash_reconciliations_requested_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_reconciliations")),
    )
    op.create_index("ix_cash_reconciliations_day", "cash_reconciliations", ["provider", "day"], unique=False)
    op.create_index(
        "ix_cash_reconciliations_running",
        "cash_reconciliations",
        ["leased_until"],
        unique=False,
        postgresql_where=sa.text("status = 'RUNNING'"),
    )
    op.create_table(
        "cash_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reconciliation_id", sa.Uuid(), nullable=False),
        sa.Column("exception_id", sa.Uuid(), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("is_repaired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["exception_id"], ["money_exceptions.id"], name=op.f("fk_cash_findings_exception_id")),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"], ["cash_reconciliations.id"], name=op.f("fk_cash_findings_reconciliation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_findings")),
        sa.UniqueConstraint(
            "reconciliation_id", "exception_id", name=op.f("uq_cash_findings_reconciliation_id_exception_id")
        ),
    )
    op.create_index(op.f("ix_cash_findings_exception_id"), "cash_findings", ["exception_id"], unique=False)
    op.create_index(op.f("ix_cash_findings_reconciliation_id"), "cash_findings", ["reconciliation_id"], unique=False)
    op.add_column(
        "money_exceptions",
        sa.Column(
            "provider",
            sa.Enum("STRIPE", "ADYEN", "PAYPAL", "SIMULATOR", name="provider", native_enum=False, length=40),
            nullable=True,
        ),
    )
    op.add_column("money_exceptions", sa.Column("day", sa.Date(), nullable=True))
    op.add_column("money_exceptions", sa.Column("expected_minor", sa.BigInteger(), nullable=True))
    op.add_column("money_exceptions", sa.Column("expected_currency", sa.Text(), nullable=True))
    op.add_column("money_exceptions", sa.Column("actual_minor", sa.BigInteger(), nullable=True))
    op.add_column("money_exceptions", sa.Column("actual_currency", sa.Text(), nullable=True))
    op.create_index(
        "ix_money_exceptions_compared",
        "money_exceptions",
        ["provider"],
        unique=False,
        postgresql_where=sa.text("provider IS NOT NULL AND status <> 'RESOLVED'"),
    )
    op.create_index("ix_money_exceptions_subject", "money_exceptions", ["subject_key"], unique=False)
    op.create_check_constraint(
        op.f("ck_money_exceptions_amounts"),
        "money_exceptions",
        "num_nulls(expected_minor, expected_currency, actual_minor, actual_currency) IN (0, 4)",
    )
    op.execute(
        """
    ALTER TABLE ledger_transfers DROP CONSTRAINT ck_ledger_transfers_source_type,
        ADD CONSTRAINT ck_ledger_transfers_source_type CHECK (source_type IN (
            'Invoice', 'Payment', 'CreditNote', 'Refund', 'EscrowHold', 'HoldMovement', 'Payout', 'Chargeback',
            'WalletConversion', 'ApprovalRequest', 'RecordedPayment', 'ProviderReportLine', 'MoneyException'
        ))
    """
    )
    for table in ("approval_requests", "money_thresholds"):
        op.execute(
            f"""
    ALTER TABLE {table} DROP CONSTRAINT ck_{table}_kind,
        ADD CONSTRAINT ck_{table}_kind CHECK (kind IN (
            'PAYOUT', 'REFUND', 'RELEASE', 'LEDGER_ADJUSTMENT', 'SUSPENSE_CLEARING', 'PROVIDER_DIFFERENCE',
            'DEBT_WRITE_OFF', 'RULING'
        ))
    """
        )
