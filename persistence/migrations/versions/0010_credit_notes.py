"""Credit notes, and the rules that keep them within their invoices.

Revision 0010, after 0009. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credit_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=True),
        sa.Column("series", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("issue_on", sa.Date(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("net_total_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_total_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("applied_minor", sa.BigInteger(), nullable=False),
        sa.Column("returned_minor", sa.BigInteger(), nullable=False),
        sa.Column("outside_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("debt_minor", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("DRAFT", "ISSUED", "VOID", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(status = 'DRAFT') = (number IS NULL)", name=op.f("ck_credit_notes_numbered_when_issued")),
        sa.CheckConstraint(
            "applied_minor >= 0 AND returned_minor >= 0 AND applied_minor + returned_minor = CASE status WHEN 'DRAFT' THEN 0 ELSE total_minor END",
            name=op.f("ck_credit_notes_used"),
        ),
        sa.CheckConstraint(
            "fee_minor >= 0 AND debt_minor >= 0 AND fee_minor + debt_minor <= returned_minor AND outside_minor >= 0 AND outside_minor <= returned_minor",
            name=op.f("ck_credit_notes_paid_for"),
        ),
        sa.CheckConstraint(
            "net_total_minor + tax_total_minor = total_minor AND net_total_minor >= 0 AND tax_total_minor >= 0 AND total_minor >= 1",
            name=op.f("ck_credit_notes_totals"),
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_credit_notes_customer_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_credit_notes_invoice_id")),
        sa.ForeignKeyConstraint(["issuer_id"], ["organizations.id"], name=op.f("fk_credit_notes_issuer_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["organizations.id"], name=op.f("fk_credit_notes_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_notes")),
    )
    op.create_index(op.f("ix_credit_notes_invoice_id"), "credit_notes", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_credit_notes_issuer_id"), "credit_notes", ["issuer_id"], unique=False)
    op.create_index(op.f("ix_credit_notes_recipient_id"), "credit_notes", ["recipient_id"], unique=False)
    op.create_index(
        "uq_credit_notes_sequence", "credit_notes", ["issuer_id", "series", "year", "sequence"], unique=True
    )
    op.create_table(
        "credit_note_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credit_note_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("taxes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "net_minor + tax_minor = amount_minor AND net_minor >= 0 AND tax_minor >= 0 AND amount_minor >= 1",
            name=op.f("ck_credit_note_lines_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["credit_note_id"], ["credit_notes.id"], name=op.f("fk_credit_note_lines_credit_note_id")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_line_id"], ["invoice_lines.id"], name=op.f("fk_credit_note_lines_invoice_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_note_lines")),
    )
    op.create_index(
        op.f("ix_credit_note_lines_invoice_line_id"), "credit_note_lines", ["invoice_line_id"], unique=False
    )
    op.create_index("uq_credit_note_lines_position", "credit_note_lines", ["credit_note_id", "position"], unique=True)
    op.create_foreign_key(op.f("fk_refunds_credit_note_id"), "refunds", "credit_notes", ["credit_note_id"], ["id"])
    op.execute(
        """
    -- Rules of credit notes that no program can go around: an issued one stays as it is, adds up, is posted as it says, and
    -- all of an invoice take off no more than there is.
    CREATE FUNCTION refuse_changed_credit_note() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        -- What voiding changes.
        moving CONSTANT text[] := ARRAY['status', 'version', 'updated_at', 'voided_at', 'void_reason'];
    BEGIN
        IF TG_OP = 'DELETE' OR OLD.status <> 'DRAFT' AND to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving THEN
            RAISE EXCEPTION 'credit note % stays: it can only be voided', OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """
    )
    op.execute(
        """
    CREATE FUNCTION refuse_changed_credit_note_line() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM credit_notes WHERE id = OLD.credit_note_id AND status <> 'DRAFT') THEN
            RAISE EXCEPTION 'credit note % is issued: its lines stay', OLD.credit_note_id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN coalesce(NEW, OLD);
    END $$
    """
    )
    op.execute(
        """
    CREATE FUNCTION refuse_wrong_credit_note_lines() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        note credit_notes;
        net bigint;
        tax bigint;
    BEGIN
        SELECT * INTO note FROM credit_notes WHERE id = coalesce(NEW.credit_note_id, OLD.credit_note_id);
        SELECT coalesce(sum(net_minor), 0), coalesce(sum(tax_minor), 0) INTO net, tax
        FROM credit_note_lines WHERE credit_note_id = note.id;
        IF note.net_total_minor <> net OR note.tax_total_minor <> tax THEN
            RAISE EXCEPTION 'credit note % says % and %, its lines % and %',
                note.id, note.net_total_minor, note.tax_total_minor, net, tax USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """
    )
    op.execute(
        """
    -- Checked at the commit: what an issued note says is what is posted about it, and of a draft or a void one nothing is.
    CREATE FUNCTION refuse_wrong_credit_note() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        note credit_notes;
        applies boolean;
        applied bigint;
        returned bigint;
        fee bigint;
    BEGIN
        IF TG_TABLE_NAME = 'ledger_transfers' THEN
            SELECT * INTO note FROM credit_notes WHERE id = NEW.source_id;
        ELSE
            SELECT * INTO note FROM credit_notes WHERE id = NEW.id;
        END IF;
        applies := coalesce(note.status = 'ISSUED', false);
        SELECT coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'receivable'), 0),
            coalesce(-sum(e.amount_minor) FILTER (WHERE a.code IN ('customer_credit', 'external_credit')), 0),
            coalesce(sum(e.amount_minor) FILTER (WHERE a.code = 'platform_fee'), 0)
        INTO applied, returned, fee
        FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
        WHERE t.source_id = note.id AND t.source_type = 'CreditNote' AND t.kind <> 'P18' AND e.invoice_id = note.invoice_id;
        IF note.id IS NULL OR applied <> note.applied_minor * applies::int OR returned <> note.returned_minor * applies::int
            OR fee <> note.fee_minor * applies::int THEN
            RAISE EXCEPTION 'credit note % is %, but % is posted as applied, % as returned and % as fee',
                note.id, note.status, applied, returned, fee USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """
    )
    op.execute(
        """
    -- Of no invoice and of no line of one is more credited than there is, and what notes applied is what it counts.
    CREATE FUNCTION refuse_overcredited_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        invoice invoices;
        total bigint;
        applied bigint;
    BEGIN
        IF TG_TABLE_NAME = 'credit_notes' THEN
            SELECT * INTO invoice FROM invoices WHERE id = NEW.invoice_id;
        ELSE
            SELECT * INTO invoice FROM invoices WHERE id = NEW.id;
        END IF;
        SELECT coalesce(sum(total_minor), 0), coalesce(sum(applied_minor), 0) INTO total, applied
        FROM credit_notes WHERE invoice_id = invoice.id AND status = 'ISSUED';
        IF applied <> invoice.credited_due_minor OR total > invoice.total_minor - invoice.advances_applied_minor THEN
            RAISE EXCEPTION 'invoice % counts % as credited, its credit notes take % off what is due and % in all',
                invoice.id, invoice.credited_due_minor, applied, total USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (
            SELECT FROM invoice_lines l
            JOIN credit_note_lines c ON c.invoice_line_id = l.id
            JOIN credit_notes n ON n.id = c.credit_note_id AND n.status = 'ISSUED'
            WHERE l.invoice_id = invoice.id
            GROUP BY l.id HAVING sum(c.net_minor) > l.net_minor OR sum(c.tax_minor) > l.tax_minor
        ) THEN
            RAISE EXCEPTION 'of a line of invoice % more is credited than there is', invoice.id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """
    )
    op.execute(
        """
    CREATE TRIGGER credit_notes_kept BEFORE UPDATE OR DELETE ON credit_notes
        FOR EACH ROW EXECUTE FUNCTION refuse_changed_credit_note()
    """
    )
    op.execute(
        """
    CREATE TRIGGER credit_note_lines_kept BEFORE UPDATE OR DELETE ON credit_note_lines
        FOR EACH ROW EXECUTE FUNCTION refuse_changed_credit_note_line()
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER credit_note_lines_add_up AFTER INSERT OR UPDATE OR DELETE ON credit_note_lines
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_credit_note_lines()
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER credit_notes_agree_with_ledger AFTER INSERT OR UPDATE OF status ON credit_notes
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_credit_note()
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER ledger_transfers_agree_with_credit_note AFTER INSERT ON ledger_transfers
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.source_type = 'CreditNote')
        EXECUTE FUNCTION refuse_wrong_credit_note()
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER credit_notes_within_invoice AFTER INSERT OR UPDATE OF status ON credit_notes
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_overcredited_invoice()
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER invoices_count_credit AFTER INSERT OR UPDATE OF credited_due_minor ON invoices
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_overcredited_invoice()
    """
    )
