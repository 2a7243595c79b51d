"""The books of the built-in payment simulator: only integrations/simulator.py reads and writes them."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, Text, Uuid

from persistence.tables.columns import Instant, metadata, minor

simulator_charges = Table(
    "simulator_charges",
    metadata,
    Column("key", Uuid, primary_key=True),
    Column("provider_id", Text, nullable=False, unique=True),
    Column("token", Text, nullable=False),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    Column("decline_code", Text),
    Column("at", Instant, nullable=False),
    CheckConstraint("amount_minor >= 1", name="amount"),
)

simulator_refunds = Table(
    "simulator_refunds",
    metadata,
    Column("key", Uuid, primary_key=True),
    Column("provider_id", Text, nullable=False, unique=True),
    Column("charge_id", Text, ForeignKey("simulator_charges.provider_id"), nullable=False, index=True),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    Column("decline_code", Text),
    Column("at", Instant, nullable=False),
    CheckConstraint("amount_minor >= 1", name="amount"),
)

simulator_chargebacks = Table(
    "simulator_chargebacks",
    metadata,
    Column("external_id", Text, primary_key=True),
    Column("charge_id", Text, ForeignKey("simulator_charges.provider_id"), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("evidence", Text),
)

simulator_payouts = Table(
    "simulator_payouts",
    metadata,
    Column("key", Uuid, primary_key=True),
    Column("provider_id", Text, nullable=False, unique=True),
    Column("token", Text, nullable=False),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    Column("decline_code", Text),
    Column("at", Instant, nullable=False),
    CheckConstraint("amount_minor >= 1", name="amount"),
)
