"""Tables of usage: meters, and the events that they count."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Numeric, Table, Text, UniqueConstraint, Uuid

from domain.meters import Aggregation
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

meters = Table(
    "meters",
    metadata,
    key(),
    ref("app_id", "apps", optional=True),
    ref("owner_organization_id", "organizations", optional=True),
    Column("code", Text, nullable=False),
    Column("aggregation", one_of(Aggregation, "aggregation"), nullable=False),
    *lifecycle(),
    UniqueConstraint("app_id", "code", name="uq_meters_app_id_code", postgresql_nulls_not_distinct=True),
    CheckConstraint("(app_id IS NULL) = (owner_organization_id IS NULL)", name="owned"),
)

usage_events = Table(
    "usage_events",
    metadata,
    key(),
    ref("meter_id", "meters"),
    ref("organization_id", "organizations"),
    Column("event_id", Text, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("counted_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("value", Numeric(20, 6), nullable=False),
    Column("unique_key", Text),
    Column("is_late", Boolean, nullable=False),
    Column("voided_at", Instant),
    Column("void_reason", Text),
    UniqueConstraint("meter_id", "event_id"),
    CheckConstraint("value >= 0", name="value"),
    CheckConstraint("counted_at >= occurred_at AND is_late = (counted_at > occurred_at)", name="late"),
    CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="voided"),
    Index("ix_usage_events_counted", "organization_id", "meter_id", "counted_at"),
)

usage_closings = Table(
    "usage_closings",
    metadata,
    Column("period_id", Uuid, ForeignKey("subscription_periods.id"), primary_key=True),
    Column("closed_at", Instant, nullable=False),
)
"""The periods that take no more events: what they came to waits for the next charge, or has been charged."""
