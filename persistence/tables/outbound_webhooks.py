"""Tables of what organizations are told: their endpoints, one delivery for each event, its body and its attempts."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from domain.webhook_deliveries import WebhookDeliveryStatus, WebhookSkipReason
from domain.webhook_endpoints import DisabledBy, WebhookEndpointStatus
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    ref("app_id", "apps", optional=True),
    Column("url", Text, nullable=False),
    Column("event_types", ARRAY(Text), nullable=False),
    Column("payload_query", Text),
    Column("schema_version", Integer, nullable=False),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("max_per_second", Integer, nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("former_sealed_secret", Text),
    Column("former_until", Instant),
    Column("disabled_by", one_of(DisabledBy, "disabled_by")),
    Column("disabled_because", Text),
    Column("failing_at", Instant),
    Column("deleted_at", Instant),
    Column("status", one_of(WebhookEndpointStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("(former_sealed_secret IS NULL) = (former_until IS NULL)", name="former_secret"),
    CheckConstraint("(status = 'DISABLED') = (disabled_by IS NOT NULL)", name="disabled"),
    CheckConstraint("max_per_second BETWEEN 1 AND 100", name="max_per_second"),
    CheckConstraint("(deleted_at IS NULL) = (sealed_secret <> '')", name="deleted_opens_nothing"),
    CheckConstraint("app_id IS NULL OR permissions = '{}'", name="permissions_of_app"),
)
Index("ix_webhook_endpoints_app_id", webhook_endpoints.c.app_id, postgresql_where=text("app_id IS NOT NULL"))
Index(
    "ix_webhook_endpoints_failing",
    webhook_endpoints.c.failing_at,
    postgresql_where=text("failing_at IS NOT NULL AND status = 'ENABLED'"),
)

_WAITING = "status IN ('PENDING', 'RETRYING')"
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    key(),
    ref("organization_id", "organizations"),
    ref("endpoint_id", "webhook_endpoints"),
    ref("installation_id", "app_installations", optional=True),
    # Events are kept for longer than deliveries, but those of tests are in no outbox.
    Column("event_id", Uuid, nullable=False),
    Column("redelivery", Integer, nullable=False),
    Column("turn", BigInteger, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("subject_version", Integer, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant),
    Column("first_tried_at", Instant),
    Column("tried_at", Instant),
    Column("lease_until", Instant),
    Column("skipped_because", one_of(WebhookSkipReason, "skipped_because")),
    Column("status", one_of(WebhookDeliveryStatus, "status"), nullable=False),
    *lifecycle(),
    UniqueConstraint("endpoint_id", "event_id", "redelivery"),
    CheckConstraint(f"({_WAITING}) = (next_attempt_at IS NOT NULL)", name="next_attempt"),
    CheckConstraint(f"lease_until IS NULL OR {_WAITING}", name="lease"),
    CheckConstraint("attempts BETWEEN 0 AND 8", name="attempts"),
    CheckConstraint("skipped_because IS NULL OR status = 'SKIPPED'", name="skipped"),
    CheckConstraint("(attempts = 0) = (first_tried_at IS NULL)", name="first_tried"),
    Index("ix_webhook_deliveries_listed", "endpoint_id", "created_at", "id"),
    Index("ix_webhook_deliveries_tried", "endpoint_id", "tried_at"),
    Index("ix_webhook_deliveries_created_at", "created_at"),
)
Index(
    "ix_webhook_deliveries_due",
    webhook_deliveries.c.next_attempt_at,
    postgresql_where=text(_WAITING),
)
Index(
    "ix_webhook_deliveries_leased",
    webhook_deliveries.c.endpoint_id,
    postgresql_where=text("lease_until IS NOT NULL"),
)
Index(
    "ix_webhook_deliveries_line",
    webhook_deliveries.c.endpoint_id,
    webhook_deliveries.c.subject_id,
    webhook_deliveries.c.turn,
    postgresql_where=text(_WAITING),
)

# Written before the first attempt, and the same for all that follow and for all redeliveries.
webhook_bodies = Table(
    "webhook_bodies",
    metadata,
    Column("endpoint_id", Uuid, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    key(),
    ref("delivery_id", "webhook_deliveries"),
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("latency_ms", Integer, nullable=False),
    Column("status_code", Integer),
    Column("response_excerpt", Text),
    Column("error", Text),
    UniqueConstraint("delivery_id", "number"),
    CheckConstraint("octet_length(response_excerpt) <= 2048", name="excerpt"),
    CheckConstraint("(status_code IS NULL) = (error IS NOT NULL)", name="answered"),
)
