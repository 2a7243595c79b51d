"""Tables of notifications: what people are told, how it is sent to them, what they choose, and their devices."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.notifications import (
    DevicePlatform,
    NotificationCategory,
    NotificationChannel,
    NotificationMode,
    SendStatus,
)
from persistence.tables.columns import Instant, key, metadata, one_of, ref

_USER = "users.id"

notifications = Table(
    "notifications",
    metadata,
    key(),
    ref("user_id", "users"),
    ref("organization_id", "organizations", optional=True),
    # Events are kept for a shorter time than this.
    Column("event_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("category", one_of(NotificationCategory, "category"), nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("params", JSONB, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("read_at", Instant),
    # One event notifies a person once, whatever is tried again.
    Index("uq_notifications_user_id_event_id", "user_id", "event_id", unique=True),
    Index("ix_notifications_user_id_created_at_id", "user_id", "created_at", "id"),
    Index("ix_notifications_unread", "user_id", "category", postgresql_where=text("read_at IS NULL")),
    Index("ix_notifications_created_at", "created_at"),
)

notification_sends = Table(
    "notification_sends",
    metadata,
    key(),
    Column("notification_id", Uuid, ForeignKey("notifications.id", ondelete="CASCADE"), nullable=False),
    ref("user_id", "users"),
    Column("channel", one_of(NotificationChannel, "channel"), nullable=False),
    Column("is_digest", Boolean, nullable=False),
    Column("status", one_of(SendStatus, "status"), nullable=False),
    Column("count", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("error", Text),
    CheckConstraint("count > 0", name="count"),
    Index("uq_notification_sends_notification_id_channel", "notification_id", "channel", unique=True),
    Index("ix_notification_sends_due", "due_at", postgresql_where=text("status = 'PENDING'")),
    Index("ix_notification_sends_waiting", "user_id", "channel", postgresql_where=text("status = 'PENDING'")),
)

notification_preferences = Table(
    "notification_preferences",
    metadata,
    Column("user_id", Uuid, ForeignKey(_USER), primary_key=True),
    Column("category", one_of(NotificationCategory, "category"), primary_key=True),
    Column("channel", one_of(NotificationChannel, "channel"), primary_key=True),
    Column("mode", one_of(NotificationMode, "mode"), nullable=False),
    Column("set_at", Instant, nullable=False),
    CheckConstraint(
        "mode <> 'OFF' OR channel <> 'EMAIL' OR category NOT IN ('SECURITY', 'LEGAL', 'PAYMENT_FAILURE')",
        name="always_mailed",
    ),
)

notification_hours = Table(
    "notification_hours",
    metadata,
    Column("user_id", Uuid, ForeignKey(_USER), primary_key=True),
    Column("quiet_from", Text),
    Column("quiet_until", Text),
    Column("digest_at", Text, nullable=False),
    CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="two_ends"),
)

push_devices = Table(
    "push_devices",
    metadata,
    key(),
    ref("user_id", "users", index=True),
    Column("token", Text, nullable=False, unique=True),
    Column("platform", one_of(DevicePlatform, "platform"), nullable=False),
    Column("registered_at", Instant, nullable=False),
)

# Addresses at which nobody is reached. A person who takes another address is mailed again.
bounced_addresses = Table(
    "bounced_addresses",
    metadata,
    Column("email", Text, primary_key=True),
    Column("bounced_at", Instant, nullable=False),
)
