"""Payouts, schedules and conversions.

Revision 0007, after 0006. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "simulator_payouts",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("decline_code", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor >= 1", name=op.f("ck_simulator_payouts_amount")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_simulator_payouts")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_simulator_payouts_provider_id")),
    )
    op.create_table(
        "payout_methods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum("SIMULATOR", name="provider", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum("BANK_ACCOUNT", "CARD", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum("ACTIVE", "DETACHED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_payout_methods_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_methods")),
    )
    op.create_index(op.f("ix_payout_methods_organization_id"), "payout_methods", ["organization_id"], unique=False)
    op.create_index(
        "uq_payout_methods_default",
        "payout_methods",
        ["organization_id", "currency"],
        unique=True,
        postgresql_where=sa.text("is_default AND status = 'ACTIVE'"),
    )
    op.create_table(
        "payout_schedules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "frequency",
            sa.Enum(
                "NONE", "WEEKLY", "MONTHLY", name="frequency", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "weekday",
            sa.Enum(
                "MONDAY",
                "TUESDAY",
                "WEDNESDAY",
                "THURSDAY",
                "FRIDAY",
                "SATURDAY",
                "SUNDAY",
                name="weekday",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.Column("threshold_minor", sa.BigInteger(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(frequency = 'WEEKLY') = (weekday IS NOT NULL) AND (frequency = 'MONTHLY') = (day IS NOT NULL)"
            " AND (frequency = 'NONE') = (next_at IS NULL) AND (next_on IS NULL) = (next_at IS NULL)",
            name=op.f("ck_payout_schedules_rhythm"),
        ),
        sa.CheckConstraint("day BETWEEN 1 AND 31", name=op.f("ck_payout_schedules_day")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_payout_schedules_organization_id")
        ),
        sa.ForeignKeyConstraint(["set_by_id"], ["users.id"], name=op.f("fk_payout_schedules_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_schedules")),
        sa.UniqueConstraint("organization_id", "currency", name=op.f("uq_payout_schedules_organization_id_currency")),
    )
    op.create_index(op.f("ix_payout_schedules_next_at"), "payout_schedules", ["next_at"], unique=False)
    op.create_table(
        "wallet_conversions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("from_currency", sa.Text(), nullable=False),
        sa.Column("from_minor", sa.BigInteger(), nullable=False),
        sa.Column("to_currency", sa.Text(), nullable=False),
        sa.Column("to_minor", sa.BigInteger(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=20, scale=10), nullable=False),
        sa.Column("rate_source", sa.Text(), nullable=False),
        sa.Column("rate_as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum("QUOTED", "CONVERTED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_currency <> to_currency", name=op.f("ck_wallet_conversions_currencies")),
        sa.CheckConstraint(
            "from_minor >= 1 AND to_minor >= 1 AND rate > 0", name=op.f("ck_wallet_conversions_amounts")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_wallet_conversions_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_conversions")),
    )
    op.create_index(
        op.f("ix_wallet_conversions_organization_id"), "wallet_conversions", ["organization_id"], unique=False
    )
    op.create_table(
        "payouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("method_id", sa.Uuid(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum("SIMULATOR", name="provider", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "trigger",
            sa.Enum("PERSON", "SCHEDULE", name="trigger", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "hold_reason",
            sa.Enum("NEW_METHOD", name="hold_reason", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("unknown_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "REQUESTED",
                "PENDING_APPROVAL",
                "HELD",
                "PENDING",
                "IN_TRANSIT",
                "PAID",
                "FAILED",
                "REVERSED",
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
        sa.CheckConstraint("amount_minor >= 1", name=op.f("ck_payouts_amount")),
        sa.ForeignKeyConstraint(["method_id"], ["payout_methods.id"], name=op.f("fk_payouts_method_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_payouts_organization_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_payouts_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
    )
    op.create_index(op.f("ix_payouts_method_id"), "payouts", ["method_id"], unique=False)
    op.create_index(op.f("ix_payouts_organization_id"), "payouts", ["organization_id"], unique=False)
    op.create_index(
        "ix_payouts_unfinished",
        "payouts",
        ["status", "next_ask_at"],
        unique=False,
        postgresql_where=sa.text("status = 'PENDING' OR next_ask_at IS NOT NULL"),
    )
    op.create_table(
        "payout_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payout_id", sa.Uuid(), nullable=False),
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
        sa.ForeignKeyConstraint(["payout_id"], ["payouts.id"], name=op.f("fk_payout_attempts_payout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_attempts")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_payout_attempts_provider_id")),
    )
    op.create_index("uq_payout_attempts_number", "payout_attempts", ["payout_id", "number"], unique=True)
    op.create_table(
        "payout_occurrences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "REQUESTED",
                "BELOW_THRESHOLD",
                "NO_METHOD",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("payout_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'REQUESTED') = (payout_id IS NOT NULL)", name=op.f("ck_payout_occurrences_payout")
        ),
        sa.ForeignKeyConstraint(["payout_id"], ["payouts.id"], name=op.f("fk_payout_occurrences_payout_id")),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["payout_schedules.id"], name=op.f("fk_payout_occurrences_schedule_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_occurrences")),
        sa.UniqueConstraint("schedule_id", "due_on", name=op.f("uq_payout_occurrences_schedule_id_due_on")),
    )
    op.create_foreign_key(op.f("fk_ledger_entries_payout_id"), "ledger_entries", "payouts", ["payout_id"], ["id"])
    op.add_column(
        "payments",
        sa.Column(
            "source",
            sa.Enum("METHOD", "WALLET", name="source", native_enum=False, create_constraint=True, length=40),
            nullable=False,
            server_default="METHOD",
        ),
    )
    op.alter_column("payments", "source", server_default=None)
    op.alter_column("payments", "method_id", existing_type=sa.UUID(), nullable=True)
    op.alter_column("payments", "provider", existing_type=sa.VARCHAR(length=40), nullable=True)
    op.create_check_constraint(
        op.f("ck_payments_from"),
        "payments",
        "(source = 'METHOD') = (method_id IS NOT NULL) AND (method_id IS NULL) = (provider IS NULL)"
        " AND (source = 'METHOD' OR status = 'SUCCEEDED')",
    )
    op.execute(
        """
    -- The entries of a payout say what its state says: what is set aside lies in wallet_held of its organization, what is
    -- sent in payout_in_transit, what is paid has left provider_cash; and the wallet has given it, or has it again.
    CREATE FUNCTION refuse_wrong_payout() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        payout payouts;
        expected text;
        posted text;
    BEGIN
        IF TG_TABLE_NAME = 'ledger_entries' THEN
            SELECT * INTO payout FROM payouts WHERE id = NEW.payout_id;
        ELSE
            SELECT * INTO payout FROM payouts WHERE id = NEW.id;
        END IF;
        expected := CASE
            WHEN payout.status IN ('REQUESTED', 'PENDING_APPROVAL', 'HELD', 'PENDING')
                THEN 'wallet_available ' || payout.amount_minor || ', wallet_held ' || -payout.amount_minor
            WHEN payout.status = 'IN_TRANSIT'
                THEN 'payout_in_transit ' || -payout.amount_minor || ', wallet_available ' || payout.amount_minor
            WHEN payout.status = 'PAID'
                THEN 'provider_cash ' || -payout.amount_minor || ', wallet_available ' || payout.amount_minor
            ELSE '' END;
        SELECT coalesce(string_agg(code || ' ' || amount, ', ' ORDER BY code), '') INTO posted FROM (
            SELECT a.code, sum(e.amount_minor) AS amount
            FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
            WHERE e.payout_id = payout.id AND e.currency = payout.currency
                AND coalesce(a.organization_id, payout.organization_id) = payout.organization_id
                AND coalesce(a.provider, payout.provider) = payout.provider
            GROUP BY a.code HAVING sum(e.amount_minor) <> 0
        ) moved;
        IF posted <> expected THEN
            RAISE EXCEPTION 'payout % is %, so its entries should leave [%], but they leave [%]',
                payout.id, payout.status, expected, posted USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER payouts_agree_with_ledger AFTER INSERT OR UPDATE ON payouts
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_payout()
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER ledger_entries_agree_with_payout AFTER INSERT ON ledger_entries
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.payout_id IS NOT NULL)
        EXECUTE FUNCTION refuse_wrong_payout()
    """
    )
    op.execute(
        """
    -- As before, and a payment from a wallet is posted once as P4, with what left the payer's wallet.
    CREATE OR REPLACE FUNCTION refuse_wrong_payment() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        paid_by uuid;
        payment payments;
        postings bigint;
        moved bigint;
    BEGIN
        IF TG_TABLE_NAME = 'ledger_transfers' THEN
            paid_by := NEW.source_id;
        ELSE
            paid_by := NEW.id;
        END IF;
        SELECT * INTO payment FROM payments WHERE id = paid_by;
        SELECT count(DISTINCT t.id), coalesce(sum(e.amount_minor) FILTER (
            WHERE a.currency = payment.currency AND e.payment_id = payment.id AND e.invoice_id = payment.invoice_id
                AND CASE payment.source
                    WHEN 'METHOD' THEN t.kind = 'P3' AND a.code = 'provider_cash' AND a.provider = payment.provider
                    ELSE t.kind = 'P4' AND a.code = 'wallet_available' AND a.organization_id = payment.payer_id
                END
        ), 0) INTO postings, moved
        FROM ledger_transfers t
        JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
        WHERE t.kind IN ('P3', 'P4') AND t.source_type = 'Payment' AND t.source_id = paid_by;
        IF payment.status = 'SUCCEEDED' AND (postings <> 1 OR moved <> payment.captured_minor)
            OR payment.status IS DISTINCT FROM 'SUCCEEDED' AND postings <> 0 THEN
            RAISE EXCEPTION 'payment % is % and captured %, but was posted % times with %',
                paid_by, payment.status, payment.captured_minor, postings, moved USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """
    )
