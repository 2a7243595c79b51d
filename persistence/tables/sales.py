"""Tables of what Milepost itself sells."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.sales import SaleKind, SaleStatus
from domain.taxes import TaxMode
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

sales = Table(
    "sales",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    Column("kind", one_of(SaleKind, "kind"), nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("currency", Text, nullable=False),
    Column("tax_mode", one_of(TaxMode, "tax_mode"), nullable=False),
    Column("lines", JSONB, nullable=False),
    minor("net_minor"),
    minor("tax_minor"),
    minor("total_minor"),
    Column("success_url", Text),
    Column("cancel_url", Text),
    ref("invoice_id", "invoices", optional=True),
    minor("delivered_minor"),
    minor("undone_minor"),
    minor("tax_back_minor"),
    minor("refunded_minor"),
    minor("lost_minor"),
    Column("is_disputed", Boolean, nullable=False),
    Column("has_old_tax", Boolean, nullable=False),
    ref("subscription_id", "billing_subscriptions", optional=True),
    Column("tries", Integer),
    Column("tried_due_at", Instant),
    Column("next_try_at", Instant),
    Column("failure_code", Text),
    ref("failed_method_id", "payment_methods", optional=True),
    Column("status", one_of(SaleStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("net_minor >= 0 AND tax_minor >= 0 AND net_minor + tax_minor = total_minor", name="total"),
    CheckConstraint(
        "delivered_minor >= 0 AND undone_minor >= 0 AND delivered_minor + undone_minor <= net_minor", name="delivered"
    ),
    CheckConstraint(
        "refunded_minor >= 0 AND lost_minor >= 0 AND refunded_minor + lost_minor <= total_minor"
        " AND tax_back_minor BETWEEN 0 AND tax_minor",
        name="taken_back",
    ),
    CheckConstraint(
        "CASE WHEN total_minor > 0 AND status NOT IN ('PENDING', 'FAILED', 'CANCELED') THEN invoice_id IS NOT NULL"
        " ELSE invoice_id IS NULL OR (total_minor > 0 AND kind = 'PERIOD') END",
        name="invoiced_when_paid",
    ),
    CheckConstraint("next_try_at IS NULL OR (status = 'PENDING' AND tries IS NOT NULL)", name="next_try"),
    Index("uq_sales_invoice_id", "invoice_id", unique=True),
)
Index(
    "uq_sales_subject",
    sales.c.kind,
    sales.c.subject_id,
    unique=True,
    postgresql_where=text("status NOT IN ('FAILED', 'CANCELED')"),
)
Index("ix_sales_next_try_at", sales.c.next_try_at, postgresql_where=text("next_try_at IS NOT NULL"))
Index("ix_sales_owed", sales.c.organization_id, sales.c.created_at, postgresql_where=text("tries IS NOT NULL"))
