"""Sales, checkouts and purchases.

Revision 0028, after 0027. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "CREDIT_PURCHASE",
                "PURCHASE",
                "PERIOD",
                "CHANGE",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "tax_mode",
            sa.Enum("EXCLUSIVE", "INCLUSIVE", name="tax_mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("success_url", sa.Text(), nullable=True),
        sa.Column("cancel_url", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("delivered_minor", sa.BigInteger(), nullable=False),
        sa.Column("undone_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_back_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("lost_minor", sa.BigInteger(), nullable=False),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.Column("has_old_tax", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "PAID",
                "FAILED",
                "CANCELED",
                "PARTIALLY_REFUNDED",
                "REFUNDED",
                "CHARGED_BACK",
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
            "(invoice_id IS NOT NULL) = (total_minor > 0 AND status NOT IN ('PENDING', 'FAILED', 'CANCELED'))",
            name=op.f("ck_sales_invoiced_when_paid"),
        ),
        sa.CheckConstraint(
            "delivered_minor >= 0 AND undone_minor >= 0 AND delivered_minor + undone_minor <= net_minor",
            name=op.f("ck_sales_delivered"),
        ),
        sa.CheckConstraint(
            "net_minor >= 0 AND tax_minor >= 0 AND net_minor + tax_minor = total_minor", name=op.f("ck_sales_total")
        ),
        sa.CheckConstraint(
            "refunded_minor >= 0 AND lost_minor >= 0 AND refunded_minor + lost_minor <= total_minor AND tax_back_minor BETWEEN 0 AND tax_minor",
            name=op.f("ck_sales_taken_back"),
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_sales_invoice_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_sales_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales")),
    )
    op.create_index(op.f("ix_sales_organization_id"), "sales", ["organization_id"], unique=False)
    op.create_index("uq_sales_invoice_id", "sales", ["invoice_id"], unique=True)
    op.create_index(
        "uq_sales_subject",
        "sales",
        ["kind", "subject_id"],
        unique=True,
        postgresql_where=sa.text("status NOT IN ('FAILED', 'CANCELED')"),
    )
    op.create_table(
        "purchases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("price_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("external_charge_id", sa.Text(), nullable=True),
        sa.Column("access_days", sa.Integer(), nullable=True),
        sa.Column("revokes_on_partial_refund", sa.Boolean(), nullable=False),
        sa.Column("features", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "SUCCEEDED",
                "FAILED",
                "PARTIALLY_REFUNDED",
                "REFUNDED",
                "CHARGED_BACK",
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
            "(status IN ('PENDING', 'FAILED')) = (starts_at IS NULL) AND ends_at > starts_at",
            name=op.f("ck_purchases_access"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('REFUNDED', 'CHARGED_BACK') OR revoked_at IS NOT NULL", name=op.f("ck_purchases_revoked")
        ),
        sa.CheckConstraint(
            "quantity >= 1 AND refunded_minor BETWEEN 0 AND amount_minor", name=op.f("ck_purchases_amount")
        ),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_purchases_app_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_purchases_organization_id")),
        sa.ForeignKeyConstraint(["price_id"], ["prices.id"], name=op.f("fk_purchases_price_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_purchases_product_id")),
        sa.ForeignKeyConstraint(["sale_id"], ["sales.id"], name=op.f("fk_purchases_sale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchases")),
        sa.UniqueConstraint("external_charge_id", name=op.f("uq_purchases_external_charge_id")),
    )
    op.create_index(op.f("ix_purchases_organization_id"), "purchases", ["organization_id"], unique=False)
    op.create_index(
        "ix_purchases_deliver",
        "purchases",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("delivered_at IS NULL AND ends_at IS NOT NULL"),
    )
    op.create_table(
        "checkout_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("price_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("SUBSCRIPTION", "PAYMENT", name="mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("promotion_id", sa.Uuid(), nullable=True),
        sa.Column("success_url", sa.Text(), nullable=False),
        sa.Column("cancel_url", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("sale_id", sa.Uuid(), nullable=True),
        sa.Column("purchase_id", sa.Uuid(), nullable=True),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("OPEN", "COMPLETE", "EXPIRED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mode = 'PAYMENT' OR purchase_id IS NULL", name=op.f("ck_checkout_sessions_purchase")),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_checkout_sessions_quantity")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_checkout_sessions_app_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_checkout_sessions_organization_id")
        ),
        sa.ForeignKeyConstraint(["price_id"], ["prices.id"], name=op.f("fk_checkout_sessions_price_id")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], name=op.f("fk_checkout_sessions_purchase_id")),
        sa.ForeignKeyConstraint(["sale_id"], ["sales.id"], name=op.f("fk_checkout_sessions_sale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkout_sessions")),
        sa.UniqueConstraint("external_id", name=op.f("uq_checkout_sessions_external_id")),
    )
    op.create_index(
        "ix_checkout_sessions_expire",
        "checkout_sessions",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'OPEN'"),
    )
    op.create_index(
        op.f("ix_checkout_sessions_organization_id"), "checkout_sessions", ["organization_id"], unique=False
    )
    op.create_index(op.f("ix_checkout_sessions_purchase_id"), "checkout_sessions", ["purchase_id"], unique=False)
    op.create_table(
        "portal_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_portal_sessions_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_portal_sessions_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_portal_sessions_token_hash")),
    )
    op.create_index(op.f("ix_portal_sessions_expires_at"), "portal_sessions", ["expires_at"], unique=False)
    op.add_column("payments", sa.Column("sale_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_payments_sale_id"), "payments", ["sale_id"], unique=False)
    op.create_index(
        "uq_payments_live_for_sale",
        "payments",
        ["sale_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'AUTHORIZED', 'UNKNOWN')"),
    )
    op.create_foreign_key(op.f("fk_payments_sale_id"), "payments", "sales", ["sale_id"], ["id"])
    op.execute(
        """
    ALTER TABLE invoices DROP CONSTRAINT ck_invoices_kind,
        ADD CONSTRAINT ck_invoices_kind CHECK (kind IN (
        'UPFRONT', 'MILESTONE', 'INTERIM', 'FINAL', 'ADVANCE', 'STANDARD', 'PLATFORM'
        ))
    """
    )
    op.execute(
        """
    ALTER TABLE refunds DROP CONSTRAINT ck_refunds_cause,
        ADD CONSTRAINT ck_refunds_cause CHECK (cause IN ('REQUEST', 'CREDIT_NOTE', 'CANCELLATION', 'HOLD', 'SALE'))
    """
    )
    op.execute(
        """
    ALTER TABLE payments DROP CONSTRAINT ck_payments_pays_one_thing,
        ADD CONSTRAINT ck_payments_pays_one_thing CHECK (
        CASE WHEN sale_id IS NULL THEN num_nonnulls(invoice_id, hold_id) = 1
        ELSE hold_id IS NULL AND source = 'METHOD' AND (invoice_id IS NULL OR status = 'SUCCEEDED') END
        )
    """
    )
    op.execute(
        """
    -- As before, and the payment of a sale is posted with the invoice that is opened for it (P20) or, when it comes too late,
    -- to the buyer's credit (P3).
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
                    ELSE a.code = 'provider_cash' AND a.provider = payment.provider AND CASE
                        WHEN payment.sale_id IS NOT NULL THEN
                            t.kind = CASE WHEN payment.invoice_id IS NULL THEN 'P3' ELSE 'P20' END
                        WHEN payment.hold_id IS NOT NULL THEN t.kind IN ('P3', 'P6')
                        ELSE t.kind = 'P3'
                    END
                END
        ), 0) INTO postings, moved
        FROM ledger_transfers t
        JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
        WHERE t.kind IN ('P3', 'P4', 'P6', 'P20') AND t.source_type = 'Payment' AND t.source_id = paid_by;
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
    -- What is sold, to whom and for how much stays; a sale is paid once, with one invoice.
    CREATE FUNCTION refuse_changed_sale() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        -- What life changes: how far it is paid, earned and given back.
        moving CONSTANT text[] := ARRAY['status', 'version', 'updated_at', 'invoice_id', 'delivered_minor', 'undone_minor',
            'tax_back_minor', 'refunded_minor', 'lost_minor', 'is_disputed', 'success_url', 'cancel_url'];
    BEGIN
        IF TG_OP = 'DELETE' OR to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving
            OR OLD.invoice_id IS NOT NULL AND NEW.invoice_id IS DISTINCT FROM OLD.invoice_id THEN
            RAISE EXCEPTION 'sale % is opened: only what becomes of it changes', OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """
    )
    op.execute(
        """
    CREATE TRIGGER sales_kept BEFORE UPDATE OR DELETE ON sales
        FOR EACH ROW EXECUTE FUNCTION refuse_changed_sale()
    """
    )
