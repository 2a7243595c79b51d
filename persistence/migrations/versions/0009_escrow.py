"""Escrow: holds and their movements, payments that fund them, advances, release policies.

Revision 0009, after 0008. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release_policies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("min_minor", sa.BigInteger(), nullable=True),
        sa.Column("delay_hours", sa.Integer(), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("needs_compliance", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("DRAFT", "ACTIVE", "DISABLED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "min_minor IS NULL OR (min_minor >= 1 AND currency IS NOT NULL)",
            name=op.f("ck_release_policies_min_amount"),
        ),
        sa.CheckConstraint("position >= 1 AND delay_hours >= 0", name=op.f("ck_release_policies_limits")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_release_policies_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_policies")),
    )
    op.create_index(op.f("ix_release_policies_organization_id"), "release_policies", ["organization_id"], unique=False)
    op.create_table(
        "advance_applications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("advance_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount_minor >= 1 AND advance_id <> invoice_id", name=op.f("ck_advance_applications_amount")
        ),
        sa.ForeignKeyConstraint(["advance_id"], ["invoices.id"], name=op.f("fk_advance_applications_advance_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_advance_applications_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advance_applications")),
    )
    op.create_index(op.f("ix_advance_applications_invoice_id"), "advance_applications", ["invoice_id"], unique=False)
    op.create_index("uq_advance_applications", "advance_applications", ["advance_id", "invoice_id"], unique=True)
    op.create_table(
        "escrow_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("milestone_id", sa.Uuid(), nullable=False),
        sa.Column("client_organization_id", sa.Uuid(), nullable=False),
        sa.Column("freelancer_organization_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("agreed_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_rates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fee_policy_id", sa.Uuid(), nullable=False),
        sa.Column("fee_bps", sa.Integer(), nullable=False),
        sa.Column("fee_flat_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("released_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("remaining_minor", sa.BigInteger(), nullable=False),
        sa.Column("from_wallet", sa.Boolean(), nullable=False),
        sa.Column("funded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("charged_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("freeze_id", sa.Uuid(), nullable=True),
        sa.Column("release_invoice_id", sa.Uuid(), nullable=True),
        sa.Column("release_minor", sa.BigInteger(), nullable=True),
        sa.Column("scheduled_release_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("awaits_approval", sa.Boolean(), nullable=False),
        sa.Column("awaits_clearance", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "HELD",
                "PARTIALLY_RELEASED",
                "RELEASED",
                "REFUNDED",
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
        sa.CheckConstraint(
            "(release_invoice_id IS NULL) = (release_minor IS NULL) AND (release_invoice_id IS NULL) = (scheduled_release_at IS NULL) AND (release_invoice_id IS NOT NULL OR NOT (awaits_approval OR awaits_clearance)) AND (release_invoice_id IS NULL OR status IN ('HELD', 'PARTIALLY_RELEASED')) AND (release_minor IS NULL OR release_minor BETWEEN 1 AND remaining_minor)",
            name=op.f("ck_escrow_holds_waiting_release"),
        ),
        sa.CheckConstraint(
            "(status IN ('RELEASED', 'REFUNDED')) = (remaining_minor = 0)", name=op.f("ck_escrow_holds_used_up")
        ),
        sa.CheckConstraint(
            "frozen_at IS NULL OR status IN ('HELD', 'PARTIALLY_RELEASED')",
            name=op.f("ck_escrow_holds_frozen_while_held"),
        ),
        sa.CheckConstraint(
            "status <> 'PARTIALLY_RELEASED' OR released_minor > 0", name=op.f("ck_escrow_holds_released")
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'FAILED', 'CANCELED') OR funded_at IS NOT NULL", name=op.f("ck_escrow_holds_funded")
        ),
        sa.CheckConstraint(
            "status NOT IN ('PENDING', 'FAILED', 'CANCELED') OR (remaining_minor = amount_minor AND funded_at IS NULL)",
            name=op.f("ck_escrow_holds_unfunded"),
        ),
        sa.CheckConstraint("(frozen_at IS NULL) = (freeze_id IS NULL)", name=op.f("ck_escrow_holds_freeze")),
        sa.CheckConstraint(
            "amount_minor = released_minor + refunded_minor + remaining_minor AND amount_minor >= 1 AND released_minor >= 0 AND refunded_minor >= 0 AND remaining_minor >= 0",
            name=op.f("ck_escrow_holds_amounts"),
        ),
        sa.CheckConstraint(
            "fee_minor + net_minor = amount_minor AND fee_minor >= 0 AND agreed_minor >= 0",
            name=op.f("ck_escrow_holds_fee"),
        ),
        sa.ForeignKeyConstraint(
            ["client_organization_id"], ["organizations.id"], name=op.f("fk_escrow_holds_client_organization_id")
        ),
        sa.ForeignKeyConstraint(["fee_policy_id"], ["fee_policies.id"], name=op.f("fk_escrow_holds_fee_policy_id")),
        sa.ForeignKeyConstraint(
            ["freelancer_organization_id"],
            ["organizations.id"],
            name=op.f("fk_escrow_holds_freelancer_organization_id"),
        ),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestones.id"], name=op.f("fk_escrow_holds_milestone_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_escrow_holds_project_id")),
        sa.ForeignKeyConstraint(
            ["release_invoice_id"], ["invoices.id"], name=op.f("fk_escrow_holds_release_invoice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escrow_holds")),
    )
    op.create_index(
        "ix_escrow_holds_client", "escrow_holds", ["client_organization_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_escrow_holds_freelancer", "escrow_holds", ["freelancer_organization_id", "created_at", "id"], unique=False
    )
    op.create_index(op.f("ix_escrow_holds_milestone_id"), "escrow_holds", ["milestone_id"], unique=False)
    op.create_index(op.f("ix_escrow_holds_project_id"), "escrow_holds", ["project_id"], unique=False)
    op.create_index(
        "ix_escrow_holds_release",
        "escrow_holds",
        ["scheduled_release_at"],
        unique=False,
        postgresql_where=sa.text("scheduled_release_at IS NOT NULL AND NOT awaits_approval AND NOT awaits_clearance"),
    )
    op.create_index(op.f("ix_escrow_holds_release_invoice_id"), "escrow_holds", ["release_invoice_id"], unique=False)
    op.create_index(
        "uq_escrow_holds_live",
        "escrow_holds",
        ["milestone_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('PENDING', 'HELD', 'PARTIALLY_RELEASED')"),
    )
    op.create_table(
        "hold_movements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("RELEASE", "REFUND", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "cause",
            sa.Enum(
                "APPROVAL",
                "CLIENT",
                "FREELANCER",
                "POLICY",
                "RULING",
                "CANCELLATION",
                "CHARGEBACK",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("agreed_minor", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'RELEASE') = (invoice_id IS NOT NULL)", name=op.f("ck_hold_movements_pays_an_invoice")
        ),
        sa.CheckConstraint("kind = 'RELEASE' OR fee_minor = 0", name=op.f("ck_hold_movements_refunded_without_fee")),
        sa.CheckConstraint(
            "amount_minor >= 1 AND fee_minor BETWEEN 0 AND amount_minor AND agreed_minor >= 0",
            name=op.f("ck_hold_movements_amount"),
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["escrow_holds.id"], name=op.f("fk_hold_movements_hold_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_hold_movements_invoice_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_hold_movements_organization_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_hold_movements_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_movements")),
    )
    op.create_index(op.f("ix_hold_movements_invoice_id"), "hold_movements", ["invoice_id"], unique=False)
    op.create_index(
        "uq_hold_movements_source", "hold_movements", ["hold_id", "kind", "cause", "source_id"], unique=True
    )
    op.add_column("invoices", sa.Column("awaits_release", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("invoices", "awaits_release", server_default=None)
    op.create_foreign_key(op.f("fk_ledger_entries_hold_id"), "ledger_entries", "escrow_holds", ["hold_id"], ["id"])
    op.add_column("payments", sa.Column("hold_id", sa.Uuid(), nullable=True))
    op.alter_column("payments", "invoice_id", existing_type=sa.UUID(), nullable=True)
    op.create_index(op.f("ix_payments_hold_id"), "payments", ["hold_id"], unique=False)
    op.create_index(
        "uq_payments_live_for_hold",
        "payments",
        ["hold_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('CREATED', 'PROCESSING', 'UNKNOWN')"),
    )
    op.create_foreign_key(op.f("fk_payments_hold_id"), "payments", "escrow_holds", ["hold_id"], ["id"])
    op.create_foreign_key(op.f("fk_refunds_hold_id"), "refunds", "escrow_holds", ["hold_id"], ["id"])
    op.execute(
        """
    ALTER TABLE milestones DROP CONSTRAINT ck_milestones_funding_status
    """
    )
    op.execute(
        """
    ALTER TABLE milestones ADD CONSTRAINT ck_milestones_funding_status CHECK (funding_status IN (
        'NOT_REQUIRED', 'UNFUNDED', 'FUNDING', 'FUNDED', 'PARTIALLY_RELEASED', 'RELEASED', 'REFUNDED'
    ))
    """
    )
    op.execute(
        """
    ALTER TABLE milestones DROP CONSTRAINT ck_milestones_approved_via
    """
    )
    op.execute(
        """
    ALTER TABLE milestones ADD CONSTRAINT ck_milestones_approved_via CHECK (approved_via IN ('CLIENT', 'TASKS', 'TIMER', 'RULING'))
    """
    )
    op.execute(
        """
    ALTER TABLE invoices DROP CONSTRAINT ck_invoices_kind
    """
    )
    op.execute(
        """
    ALTER TABLE invoices ADD CONSTRAINT ck_invoices_kind CHECK (kind IN ('UPFRONT', 'MILESTONE', 'INTERIM', 'FINAL', 'ADVANCE', 'STANDARD'))
    """
    )
    op.execute(
        """
    ALTER TABLE payments ADD CONSTRAINT ck_payments_pays_one_thing CHECK (num_nonnulls(invoice_id, hold_id) = 1)
    """
    )
    op.execute(
        """
    -- As before, and the payment of a hold is posted to escrow (P6) or, when it comes too late, to the client's wallet (P3).
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
            WHERE a.currency = payment.currency AND e.payment_id = payment.id
                AND e.invoice_id IS NOT DISTINCT FROM payment.invoice_id AND e.hold_id IS NOT DISTINCT FROM payment.hold_id
                AND CASE
                    WHEN payment.source <> 'METHOD' THEN
                        t.kind = 'P4' AND a.code = 'wallet_available' AND a.organization_id = payment.payer_id
                    WHEN payment.hold_id IS NULL THEN
                        t.kind = 'P3' AND a.code = 'provider_cash' AND a.provider = payment.provider
                    ELSE t.kind IN ('P3', 'P6') AND a.code = 'provider_cash' AND a.provider = payment.provider
                END
        ), 0) INTO postings, moved
        FROM ledger_transfers t
        JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
        WHERE t.kind IN ('P3', 'P4', 'P6') AND t.source_type = 'Payment' AND t.source_id = paid_by;
        IF payment.status = 'SUCCEEDED' AND (postings <> 1 OR moved <> payment.captured_minor)
            OR payment.status IS DISTINCT FROM 'SUCCEEDED' AND postings <> 0 THEN
            RAISE EXCEPTION 'payment % is % and captured %, but was posted % times with %',
                paid_by, payment.status, payment.captured_minor, postings, moved USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """
    )
    op.execute(
        """
    CREATE OR REPLACE FUNCTION refuse_changed_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        -- What life changes: how far it is paid, collected, disputed, waited for, given up or taken back.
        moving CONSTANT text[] := ARRAY['status', 'version', 'updated_at', 'due_on', 'advances_applied_minor',
            'credited_due_minor', 'paid_minor', 'written_off_minor', 'amount_due_minor', 'is_frozen', 'collection_mode',
            'collection_attempts', 'collection_next_at', 'collection_last_failure', 'paid_at', 'voided_at', 'void_reason',
            'uncollectible_at', 'uncollectible_reason', 'awaits_release'];
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
    op.execute(
        """
    -- As before, and what is in escrow names its hold.
    CREATE OR REPLACE FUNCTION refuse_misplaced_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        account record;
    BEGIN
        SELECT a.code, a.currency, a.guarded, b.last_entry_id INTO account
        FROM ledger_accounts a LEFT JOIN ledger_balances b ON b.account_id = a.id WHERE a.id = NEW.account_id;
        IF NEW.currency <> account.currency THEN
            RAISE EXCEPTION 'an entry has the currency of its account' USING ERRCODE = 'check_violation';
        END IF;
        IF account.code IN ('receivable', 'billed') AND NEW.invoice_id IS NULL THEN
            RAISE EXCEPTION 'an entry of % names its invoice', account.code USING ERRCODE = 'check_violation';
        END IF;
        IF account.code = 'escrow' AND NEW.hold_id IS NULL THEN
            RAISE EXCEPTION 'an entry of escrow names its hold' USING ERRCODE = 'check_violation';
        END IF;
        IF account.guarded AND (account.last_entry_id IS NULL OR NEW.id <= account.last_entry_id) THEN
            RAISE EXCEPTION 'an entry of a guarded account needs its balance row and follows the last entry'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
    """
    )
    op.execute(
        """
    -- What a hold was funded with stays: whose it is, for what, how much, with which tax and fee.
    CREATE FUNCTION refuse_changed_hold() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        moving CONSTANT text[] := ARRAY['status', 'version', 'updated_at', 'released_minor', 'refunded_minor',
            'remaining_minor', 'funded_at', 'frozen_at', 'freeze_id', 'charged_back_at', 'release_invoice_id', 'release_minor',
            'scheduled_release_at', 'awaits_approval', 'awaits_clearance'];
    BEGIN
        IF TG_OP = 'DELETE' OR to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving THEN
            RAISE EXCEPTION 'hold % is agreed: only what is left of it changes', OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """
    )
    op.execute(
        """
    -- At the commit, escrow has what a hold has left, all of it the client's, and its movements are what left it.
    CREATE FUNCTION refuse_wrong_hold() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        hold escrow_holds;
        kept bigint;
        is_foreign boolean;
        released bigint;
        refunded bigint;
        fees bigint;
    BEGIN
        IF TG_TABLE_NAME = 'escrow_holds' THEN
            SELECT * INTO hold FROM escrow_holds WHERE id = NEW.id;
        ELSE
            SELECT * INTO hold FROM escrow_holds WHERE id = NEW.hold_id;
        END IF;
        SELECT coalesce(-sum(e.amount_minor), 0),
            coalesce(bool_or(a.organization_id <> hold.client_organization_id OR a.currency <> hold.currency), false)
        INTO kept, is_foreign
        FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE e.hold_id = hold.id AND a.code = 'escrow';
        IF is_foreign
            OR kept <> (CASE WHEN hold.status IN ('HELD', 'PARTIALLY_RELEASED') THEN hold.remaining_minor ELSE 0 END) THEN
            RAISE EXCEPTION 'hold % is % with % left, but escrow has % of it', hold.id, hold.status, hold.remaining_minor, kept
                USING ERRCODE = 'check_violation';
        END IF;
        SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'RELEASE'), 0),
            coalesce(sum(amount_minor) FILTER (WHERE kind = 'REFUND'), 0), coalesce(sum(fee_minor), 0)
        INTO released, refunded, fees FROM hold_movements WHERE hold_id = hold.id;
        IF released <> hold.released_minor OR refunded <> hold.refunded_minor
            OR fees <> round(hold.fee_minor::numeric * released / hold.amount_minor) THEN
            RAISE EXCEPTION 'hold % says % released and % refunded, its movements % and %',
                hold.id, hold.released_minor, hold.refunded_minor, released, refunded USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """
    )
    op.execute(
        """
    -- At the commit, what was paid in advance counts towards invoices at most once, and only what was paid.
    CREATE FUNCTION refuse_wrong_advances() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        invoice invoices;
        advance invoices;
    BEGIN
        IF TG_TABLE_NAME = 'advance_applications' THEN
            SELECT * INTO invoice FROM invoices WHERE id = NEW.invoice_id;
            SELECT * INTO advance FROM invoices WHERE id = NEW.advance_id;
            IF advance.kind <> 'ADVANCE' OR (advance.issuer_id, advance.customer_id, advance.currency)
                IS DISTINCT FROM (invoice.issuer_id, invoice.customer_id, invoice.currency) OR advance.paid_minor
                < (SELECT sum(amount_minor) FROM advance_applications WHERE advance_id = advance.id) THEN
                RAISE EXCEPTION 'advance % cannot count towards invoice % with so much', advance.id, invoice.id
                    USING ERRCODE = 'check_violation';
            END IF;
        ELSE
            SELECT * INTO invoice FROM invoices WHERE id = NEW.id;
        END IF;
        IF invoice.advances_applied_minor
            <> (SELECT coalesce(sum(amount_minor), 0) FROM advance_applications WHERE invoice_id = invoice.id) THEN
            RAISE EXCEPTION 'invoice % settles other advances than it says', invoice.id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """
    )
    op.execute(
        """
    CREATE TRIGGER escrow_holds_kept BEFORE UPDATE OR DELETE ON escrow_holds
        FOR EACH ROW EXECUTE FUNCTION refuse_changed_hold()
    """
    )
    op.execute(
        """
    CREATE TRIGGER hold_movements_append_only BEFORE UPDATE OR DELETE ON hold_movements
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """
    )
    op.execute(
        """
    CREATE TRIGGER advance_applications_append_only BEFORE UPDATE OR DELETE ON advance_applications
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """
    )
    op.execute(
        """
    CREATE TRIGGER hold_movements_not_emptied BEFORE TRUNCATE ON hold_movements EXECUTE FUNCTION refuse_change()
    """
    )
    op.execute(
        """
    CREATE TRIGGER advance_applications_not_emptied BEFORE TRUNCATE ON advance_applications
        EXECUTE FUNCTION refuse_change()
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER escrow_holds_agree_with_ledger AFTER INSERT
        OR UPDATE OF status, released_minor, refunded_minor, remaining_minor ON escrow_holds
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_hold()
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER hold_movements_agree_with_hold AFTER INSERT ON hold_movements
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_hold()
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER ledger_entries_agree_with_hold AFTER INSERT ON ledger_entries
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.hold_id IS NOT NULL) EXECUTE FUNCTION refuse_wrong_hold()
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER advance_applications_agree AFTER INSERT ON advance_applications
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_advances()
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER invoices_agree_with_advances AFTER INSERT OR UPDATE OF advances_applied_minor ON invoices
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.advances_applied_minor <> 0)
        EXECUTE FUNCTION refuse_wrong_advances()
    """
    )
