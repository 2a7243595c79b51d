"""Tables of what providers tell: each message once, its body beside it, and how far each subject was followed."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, Uuid, text

from domain.inbound_webhooks import InboundWebhookStatus, SubjectKind
from domain.payment_methods import Provider
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

inbound_webhooks = Table(
    "inbound_webhooks",
    metadata,
    key(),
    Column("provider", one_of(Provider, "provider"), nullable=False),
    Column("account", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("kind", one_of(SubjectKind, "kind"), nullable=False),
    Column("key", Uuid),
    Column("odd_key", Text),
    Column("provider_id", Text),
    Column("occurred_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant),
    Column("lease_until", Instant),
    Column("error", Text),
    Column("result", Text),
    Column("replay_reason", Text),
    ref("exception_id", "money_exceptions", optional=True, index=True),
    Column("status", one_of(InboundWebhookStatus, "status"), nullable=False),
    *lifecycle(),
    UniqueConstraint("provider", "account", "external_id"),
    CheckConstraint("(status IN ('RECEIVED', 'FAILED')) = (next_attempt_at IS NOT NULL)", name="next_attempt"),
    CheckConstraint("(status = 'PROCESSING') = (lease_until IS NOT NULL)", name="lease"),
    CheckConstraint("attempts BETWEEN 0 AND 8", name="attempts"),
)
# What companies say that cannot be asked is looked up here, by either name.
Index("ix_inbound_webhooks_key", inbound_webhooks.c.key, postgresql_where=text("key IS NOT NULL"))
Index(
    "ix_inbound_webhooks_provider_id", inbound_webhooks.c.provider_id, postgresql_where=text("provider_id IS NOT NULL")
)
Index(
    "ix_inbound_webhooks_due",
    inbound_webhooks.c.next_attempt_at,
    postgresql_where=text("status IN ('RECEIVED', 'FAILED')"),
)
Index("ix_inbound_webhooks_leased", inbound_webhooks.c.lease_until, postgresql_where=text("status = 'PROCESSING'"))
Index(
    "ix_inbound_webhooks_unfinished",
    inbound_webhooks.c.status,
    postgresql_where=text("status NOT IN ('PROCESSED', 'IGNORED', 'PROCESSED_WITH_ERROR')"),
)

# Apart from the rest: it is large, and read only when somebody looks at one.
inbound_webhook_bodies = Table(
    "inbound_webhook_bodies",
    metadata,
    Column("webhook_id", Uuid, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# The provider's time of the newest message that was followed, for each object that messages name.
webhook_subjects = Table(
    "webhook_subjects",
    metadata,
    Column("provider", one_of(Provider, "provider"), primary_key=True),
    Column("account", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("told_at", Instant, nullable=False),
    Column("followed_at", Instant, nullable=False, index=True),
)
