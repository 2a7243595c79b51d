"""Tables of what goes another way than planned: write-offs, money from outside, chargebacks, exceptions."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Table, Text

from domain.recorded_payments import RecordedPaymentMethod, RecordedPaymentStatus
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

write_off_tolerances = Table(
    "write_off_tolerances",
    metadata,
    key(),
    Column("currency", Text, nullable=False),
    minor("amount_minor"),
    Column("set_at", Instant, nullable=False),
    ref("set_by_id", "users", optional=True),
    CheckConstraint("amount_minor >= 0", name="not_negative"),
    Index("ix_write_off_tolerances_newest", "currency", "id"),
)

recorded_payments = Table(
    "recorded_payments",
    metadata,
    key(),
    ref("invoice_id", "invoices", index=True),
    ref("issuer_id", "organizations"),
    ref("recipient_id", "organizations", optional=True),
    minor("amount_minor"),
    minor("allocated_minor"),
    Column("currency", Text, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("method", one_of(RecordedPaymentMethod, "method"), nullable=False),
    Column("reference", Text, nullable=False),
    ref("recorded_by_id", "users", optional=True),
    Column("removed_at", Instant),
    Column("remove_reason", Text),
    Column("status", one_of(RecordedPaymentStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("allocated_minor BETWEEN 1 AND amount_minor", name="amount"),
    CheckConstraint("(status = 'REMOVED') = (removed_at IS NOT NULL)", name="removed"),
)
