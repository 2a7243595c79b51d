"""Refunds and the rules that keep them within what was captured.

Revision 0006, after 0005. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "simulator_refunds",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("decline_code", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor >= 1", name=op.f("ck_simulator_refunds_amount")),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["simulator_charges.provider_id"], name=op.f("fk_simulator_refunds_charge_id")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_simulator_refunds")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_simulator_refunds_provider_id")),
    )
    op.create_index(op.f("ix_simulator_refunds_charge_id"), "simulator_refunds", ["charge_id"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("credit_note_id", sa.Uuid(), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum("SIMULATOR", name="provider", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "REQUEST",
                "CREDIT_NOTE",
                "CANCELLATION",
                "HOLD",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("awaits_approval", sa.Boolean(), nullable=False),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("next_ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("unknown_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "PROCESSING",
                "UNKNOWN",
                "SUCCEEDED",
                "FAILED",
                "CANCELED",
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
        sa.CheckConstraint("(hold_id IS NULL) <> (cause = 'HOLD')", name=op.f("ck_refunds_hold")),
        sa.CheckConstraint("status = 'PENDING' OR NOT awaits_approval", name=op.f("ck_refunds_approved_before_sent")),
        sa.CheckConstraint("amount_minor >= 1", name=op.f("ck_refunds_amount")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_refunds_invoice_id")),
        sa.ForeignKeyConstraint(["issuer_id"], ["organizations.id"], name=op.f("fk_refunds_issuer_id")),
        sa.ForeignKeyConstraint(["payer_id"], ["organizations.id"], name=op.f("fk_refunds_payer_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
    )
    op.create_index(op.f("ix_refunds_credit_note_id"), "refunds", ["credit_note_id"], unique=False)
    op.create_index(op.f("ix_refunds_hold_id"), "refunds", ["hold_id"], unique=False)
    op.create_index(op.f("ix_refunds_invoice_id"), "refunds", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_refunds_issuer_id"), "refunds", ["issuer_id"], unique=False)
    op.create_index(op.f("ix_refunds_payer_id"), "refunds", ["payer_id"], unique=False)
    op.create_index(op.f("ix_refunds_payment_id"), "refunds", ["payment_id"], unique=False)
    op.create_index(
        "ix_refunds_unfinished",
        "refunds",
        ["status", "next_ask_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('PENDING', 'PROCESSING', 'UNKNOWN')"),
    )
    op.create_table(
        "refund_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "CREATED",
                "SENT",
                "SUCCEEDED",
                "FAILED",
                "UNKNOWN",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_found_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_refund_attempts_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_attempts")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_refund_attempts_provider_id")),
    )
    op.create_index("uq_refund_attempts_number", "refund_attempts", ["refund_id", "number"], unique=True)
    op.add_column("payments", sa.Column("refunded_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.alter_column("payments", "refunded_minor", server_default=None)
    op.create_check_constraint(
        op.f("ck_payments_refunded"), "payments", "refunded_minor >= 0 AND refunded_minor <= captured_minor"
    )
    op.execute(
        """
    -- Rules of refunds that no program can go around: who gets what back stays as it was asked for.
    CREATE FUNCTION refuse_changed_refund() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        -- What life changes: how far it has come.
        moving CONSTANT text[] := ARRAY['status', 'version', 'updated_at', 'awaits_approval', 'failure_code', 'next_ask_at',
            'asked', 'unknown_since'];
    BEGIN
        IF TG_OP = 'DELETE' OR to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving THEN
            RAISE EXCEPTION 'refund % is asked for: only its outcome changes', OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """
    )
    op.execute(
        """
    CREATE TRIGGER refunds_kept BEFORE UPDATE OR DELETE ON refunds
        FOR EACH ROW EXECUTE FUNCTION refuse_changed_refund()
    """
    )
    op.execute(
        """
    -- Until its outcome is known a refund's amount lies on refund_payable, then it is gone or was given up; nothing else is
    -- posted about it.
    CREATE FUNCTION refuse_wrong_refund() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        refund refunds;
        wanted_payable bigint;
        wanted_cash bigint;
        payable bigint;
        cash bigint;
    BEGIN
        IF TG_TABLE_NAME = 'ledger_transfers' THEN
            SELECT * INTO refund FROM refunds WHERE id = NEW.source_id;
        ELSE
            SELECT * INTO refund FROM refunds WHERE id = NEW.id;
        END IF;
        wanted_payable := CASE WHEN refund.status IN ('PENDING', 'PROCESSING', 'UNKNOWN') THEN refund.amount_minor ELSE 0 END;
        wanted_cash := CASE refund.status WHEN 'SUCCEEDED' THEN refund.amount_minor ELSE 0 END;
        SELECT coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'refund_payable'), 0),
            coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'provider_cash'), 0)
        INTO payable, cash
        FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
        WHERE t.source_id = refund.id AND t.source_type = 'Refund' AND e.payment_id = refund.payment_id
            AND a.currency = refund.currency AND (a.provider IS NULL OR a.provider = refund.provider);
        IF refund.id IS NULL OR payable <> wanted_payable OR cash <> wanted_cash THEN
            RAISE EXCEPTION 'refund % of % is %, but % is posted as payable and % as gone',
                refund.id, refund.amount_minor, refund.status, payable, cash USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER refunds_agree_with_ledger AFTER INSERT OR UPDATE OF status ON refunds
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_refund()
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER ledger_transfers_agree_with_refund AFTER INSERT ON ledger_transfers
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.source_type = 'Refund')
        EXECUTE FUNCTION refuse_wrong_refund()
    """
    )
    op.execute(
        """
    -- A payment counts exactly its refunds that have not come to nothing; its CHECK keeps them within what was captured.
    CREATE FUNCTION refuse_wrong_refunded() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        payment payments;
        refunded bigint;
    BEGIN
        IF TG_TABLE_NAME = 'payments' THEN
            SELECT * INTO payment FROM payments WHERE id = NEW.id;
        ELSE
            SELECT * INTO payment FROM payments WHERE id = NEW.payment_id;
        END IF;
        SELECT coalesce(sum(amount_minor), 0) INTO refunded
        FROM refunds WHERE payment_id = payment.id AND status NOT IN ('FAILED', 'CANCELED');
        IF payment.refunded_minor <> refunded THEN
            RAISE EXCEPTION 'payment % counts % as refunded, its refunds add up to %',
                payment.id, payment.refunded_minor, refunded USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER payments_count_refunds AFTER INSERT OR UPDATE OF refunded_minor ON payments
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_refunded()
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER refunds_are_counted AFTER INSERT OR UPDATE OF status ON refunds
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_refunded()
    """
    )
