"""Tables of exchange rates and of what they were used for on invoices."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Numeric, Table, Text, UniqueConstraint, Uuid

from persistence.tables.columns import Instant, key, metadata, minor

exchange_rates = Table(
    "exchange_rates",
    metadata,
    key(),
    Column("from_currency", Text, nullable=False),
    Column("to_currency", Text, nullable=False),
    Column("rate", Numeric(20, 10), nullable=False),
    Column("source", Text, nullable=False),
    Column("as_of", Instant, nullable=False),
    UniqueConstraint("from_currency", "to_currency", "as_of"),
    CheckConstraint("rate > 0 AND from_currency <> to_currency", name="rate"),
)

invoice_conversions = Table(
    "invoice_conversions",
    metadata,
    Column("id", Uuid, ForeignKey("invoices.id"), primary_key=True),
    Column("currency", Text, nullable=False),
    Column("exchange_rate", Numeric(20, 10), nullable=False),
    Column("minor_rate", Numeric(26, 13), nullable=False),
    Column("rate_source", Text),
    Column("rate_at", Instant),
    minor("total_minor"),
    CheckConstraint("exchange_rate > 0 AND total_minor >= 0", name="amounts"),
    CheckConstraint(
        "(rate_source IS NULL) = (rate_at IS NULL) AND (rate_source IS NOT NULL OR exchange_rate = 1)", name="source"
    ),
)
