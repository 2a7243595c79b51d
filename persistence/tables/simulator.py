"""The books of the built-in payment simulator: only integrations/simulator reads and writes them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from persistence.tables.columns import Instant, metadata, minor

simulator_settings = Table(
    "simulator_settings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("settings", JSONB, nullable=False),
    CheckConstraint("id = 1", name="single"),
)

simulator_ordinals = Table(
    "simulator_ordinals",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

simulator_charges = Table(
    "simulator_charges",
    metadata,
    Column("key", Uuid, primary_key=True),
    Column("provider_id", Text, nullable=False, unique=True),
    Column("token", Text, nullable=False),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    Column("is_manual", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("decline_code", Text),
    minor("fee_minor"),
    Column("ordinal", BigInteger, nullable=False),
    Column("return_url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    CheckConstraint("amount_minor >= 1 OR state = 'VOIDED'", name="amount"),
)

simulator_refunds = Table(
    "simulator_refunds",
    metadata,
    Column("key", Uuid, primary_key=True),
    Column("provider_id", Text, nullable=False, unique=True),
    Column("charge_id", Text, ForeignKey("simulator_charges.provider_id"), nullable=False, index=True),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("decline_code", Text),
    Column("ordinal", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    CheckConstraint("amount_minor >= 1", name="amount"),
)

simulator_chargebacks = Table(
    "simulator_chargebacks",
    metadata,
    Column("external_id", Text, primary_key=True),
    Column("charge_id", Text, ForeignKey("simulator_charges.provider_id"), nullable=False, index=True),
    Column("charge_key", Uuid, nullable=False),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("evidence", Text),
    Column("evidence_due_at", Instant, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False, index=True),
    CheckConstraint("amount_minor >= 1", name="amount"),
)

simulator_payouts = Table(
    "simulator_payouts",
    metadata,
    Column("key", Uuid, primary_key=True),
    Column("provider_id", Text, nullable=False, unique=True),
    Column("token", Text, nullable=False),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("decline_code", Text),
    Column("ordinal", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    CheckConstraint("amount_minor >= 1", name="amount"),
)

simulator_diary = Table(
    "simulator_diary",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("due_at", Instant, nullable=False, index=True),
    Column("turn", Text, nullable=False),
    Column("subject", Text, nullable=False),
)

simulator_movements = Table(
    "simulator_movements",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("external_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("key", Uuid),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    minor("fee_minor"),
    Column("at", Instant, nullable=False, index=True),
    CheckConstraint("amount_minor >= 1", name="amount"),
)

simulator_events = Table(
    "simulator_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Uuid),
    Column("provider_id", Text, nullable=False, index=True),
    Column("at", Instant, nullable=False),
)

simulator_deliveries = Table(
    "simulator_deliveries",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("event_id", Text, ForeignKey("simulator_events.id"), nullable=False, index=True),
    Column("due_at", Instant, nullable=False),
    Column("is_forged", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("answer", Integer),
    Column("done_at", Instant),
)
Index("ix_simulator_deliveries_due", simulator_deliveries.c.due_at, postgresql_where=text("done_at IS NULL"))
