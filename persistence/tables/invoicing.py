"""Tables of invoices and what they refer to."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index, Integer, Numeric, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from domain.invoice_reminders import ReminderChannel
from domain.invoices import CollectionMode, InvoiceKind, InvoiceStatus
from domain.taxes import TaxCategory, TaxLevel, TaxMode
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

tax_types = Table(
    "tax_types",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    Column("name", Text, nullable=False),
    Column("rate_bps", Integer, nullable=False),
    Column("category", one_of(TaxCategory, "category"), nullable=False),
    Column("exemption_reason", Text),
    Column("is_default", Boolean, nullable=False),
    Column("is_active", Boolean, nullable=False),
    *lifecycle(),
    CheckConstraint("rate_bps BETWEEN 0 AND 10000", name="rate"),
)

customers = Table(
    "customers",
    metadata,
    key(),
    ref("organization_id", "organizations"),
    ref("linked_organization_id", "organizations", optional=True, index=True),
    Column("name", Text, nullable=False),
    Column("legal_name", Text),
    Column("email", Text),
    Column("address", Text),
    Column("country", Text),
    Column("currency", Text),
    Column("payment_terms_days", Integer, nullable=False),
    *lifecycle(),
    Index("uq_customers_linked", "organization_id", "linked_organization_id", unique=True),
)

number_series = Table(
    "number_series",
    metadata,
    ref("organization_id", "organizations"),
    Column("document_type", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("last_sequence", Integer, nullable=False),
    Column("last_issue_on", Date, nullable=False),
    Index("uq_number_series", "organization_id", "document_type", "series", "year", unique=True),
)

invoices = Table(
    "invoices",
    metadata,
    key(),
    Column("kind", one_of(InvoiceKind, "kind"), nullable=False),
    ref("issuer_id", "organizations"),
    ref("customer_id", "customers", index=True),
    ref("recipient_id", "organizations", optional=True, index=True),
    ref("project_id", "projects", optional=True, index=True),
    ref("milestone_id", "milestones", optional=True, index=True),
    minor("agreed_minor", optional=True),
    Column("series", Text),
    Column("year", Integer),
    Column("sequence", Integer),
    Column("number", Text),
    Column("issue_on", Date),
    Column("supply_on", Date),
    Column("due_on", Date),
    Column("time_zone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("tax_mode", one_of(TaxMode, "tax_mode"), nullable=False),
    Column("tax_level", one_of(TaxLevel, "tax_level"), nullable=False),
    Column("discount_bps", Integer),
    minor("discount_minor", optional=True),
    minor("subtotal_minor"),
    minor("discount_total_minor"),
    minor("net_total_minor"),
    minor("tax_total_minor"),
    minor("total_minor"),
    minor("advances_applied_minor"),
    minor("credited_due_minor"),
    minor("paid_minor"),
    minor("written_off_minor"),
    minor("amount_due_minor"),
    ref("fee_policy_id", "fee_policies", optional=True),
    Column("fee_bps", Integer),
    minor("fee_flat_minor", optional=True),
    minor("fee_minor", optional=True),
    minor("net_minor", optional=True),
    Column("is_frozen", Boolean, nullable=False),
    Column("awaits_release", Boolean, nullable=False),
    Column("collection_mode", one_of(CollectionMode, "collection_mode"), nullable=False),
    Column("collection_attempts", Integer, nullable=False),
    Column("collection_next_at", Instant),
    Column("collection_last_failure", Text),
    Column("note", Text, nullable=False),
    Column("opened_at", Instant),
    Column("paid_at", Instant),
    Column("voided_at", Instant),
    Column("void_reason", Text),
    Column("uncollectible_at", Instant),
    Column("uncollectible_reason", Text),
    Column("status", one_of(InvoiceStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("net_total_minor + tax_total_minor = total_minor AND total_minor >= 1", name="totals"),
    CheckConstraint(
        "amount_due_minor = total_minor - advances_applied_minor - credited_due_minor - paid_minor - written_off_minor"
        " AND amount_due_minor >= 0",
        name="due",
    ),
    CheckConstraint("status <> 'PAID' OR amount_due_minor = 0", name="paid"),
    CheckConstraint("fee_minor + net_minor = total_minor - advances_applied_minor", name="fee"),
    CheckConstraint("(status = 'DRAFT') = (number IS NULL)", name="numbered_when_opened"),
    Index("uq_invoices_sequence", "issuer_id", "series", "year", "sequence", unique=True),
    Index("ix_invoices_issuer_created", "issuer_id", "created_at", "id"),
)
_live = "status <> 'VOID' AND kind = "
for _kind, _owner in (
    ("UPFRONT", "project_id"),
    ("FINAL", "project_id"),
    ("MILESTONE", "milestone_id"),
    ("INTERIM", "milestone_id"),
):
    Index(
        f"uq_invoices_{_kind.lower()}",
        invoices.c[_owner],
        unique=True,
        postgresql_where=text(f"{_live}'{_kind}'"),
    )
Index(
    "ix_invoices_collection",
    invoices.c.collection_next_at,
    postgresql_where=text("status = 'OPEN' AND collection_mode = 'AUTO'"),
)

invoice_lines = Table(
    "invoice_lines",
    metadata,
    key(),
    ref("invoice_id", "invoices"),
    Column("position", Integer, nullable=False),
    ref("milestone_id", "milestones", optional=True),
    Column("description", Text, nullable=False),
    Column("quantity", Numeric(18, 6), nullable=False),
    Column("unit", Text),
    Column("currency", Text, nullable=False),
    minor("unit_price_minor"),
    Column("discount_bps", Integer),
    minor("discount_minor", optional=True),
    Column("tax_type_ids", ARRAY(Uuid), nullable=False),
    minor("gross_minor"),
    minor("discount_amount_minor"),
    minor("share_minor"),
    minor("base_minor"),
    minor("net_minor"),
    minor("tax_minor"),
    Column("taxes", JSONB, nullable=False),
    CheckConstraint("quantity > 0 AND unit_price_minor >= 0", name="price"),
    Index("uq_invoice_lines_position", "invoice_id", "position", unique=True),
)

invoice_reminders = Table(
    "invoice_reminders",
    metadata,
    key(),
    ref("invoice_id", "invoices"),
    Column("number", Integer, nullable=False),
    Column("channel", one_of(ReminderChannel, "channel"), nullable=False),
    Column("sent_at", Instant, nullable=False),
    ref("sent_by", "users", optional=True),
    CheckConstraint("number >= 1", name="number"),
    Index("uq_invoice_reminders_number", "invoice_id", "number", unique=True),
)
