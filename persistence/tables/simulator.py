"""The books of the built-in payment simulator: only integrations/simulator.py reads and writes them."""

from sqlalchemy import CheckConstraint, Column, Table, Text, Uuid

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
