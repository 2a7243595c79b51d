"""Tables that every noun relies on: outbox, history, idempotency and the clock."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from domain.jobs import JobStatus
from persistence.tables.columns import Instant, key, metadata, one_of, ref

outbox = Table(
    "outbox",
    metadata,
    key(),
    Column("written", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("position", BigInteger, unique=True),
    Column("type", Text, nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("subject_version", Integer, nullable=False),
    Column("organization_ids", ARRAY(Uuid), nullable=False),
    Column("topics", ARRAY(Uuid), nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_user_id", Uuid),
    Column("actor_key_id", Uuid),
    Column("actor_organization_id", Uuid),
    Column("request_id", Text),
    Column("data", JSONB, nullable=False),
    Column("occurred_at", Instant, nullable=False),
)
Index("ix_outbox_unpositioned", outbox.c.written, postgresql_where=text("position IS NULL"))
Index("ix_outbox_topics", outbox.c.topics, postgresql_using="gin")

# The last position given. Whoever gives positions locks this row first; it outlives the events, so none is given twice.
outbox_head = Table(
    "outbox_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

outbox_reactions = Table(
    "outbox_reactions",
    metadata,
    Column("position", BigInteger, primary_key=True),
    Column("reaction", Text, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("dead_at", Instant),
    Column("error", Text),
    # As jobs, people meet them by an id of their own. The defaults are for a relay of the release before.
    Column("id", Uuid, nullable=False, unique=True, server_default=func.gen_random_uuid()),
    Column("status", one_of(JobStatus, "status"), nullable=False, server_default="QUEUED"),
    Column("retry_reason", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
    CheckConstraint("done_at IS NULL OR dead_at IS NULL", name="done_or_dead"),
)
Index("ix_outbox_reactions_open", outbox_reactions.c.status, postgresql_where=text("status <> 'SUCCEEDED'"))
Index(
    "ix_outbox_reactions_due",
    outbox_reactions.c.next_at,
    postgresql_where=text("done_at IS NULL AND dead_at IS NULL"),
)

status_changes = Table(
    "status_changes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject_id", Uuid, nullable=False),
    Column("action", Text, nullable=False),
    Column("was", Text),
    Column("now", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_user_id", Uuid),
    Column("actor_key_id", Uuid),
    Column("actor_organization_id", Uuid),
    Column("at", Instant, nullable=False),
    Index("ix_status_changes_subject", "subject_id", "id"),
)

idempotency_records = Table(
    "idempotency_records",
    metadata,
    key(),
    Column("scope_id", Uuid, nullable=False),
    Column("mutation", Text, nullable=False),
    Column("key", Uuid, nullable=False),
    Column("input_hash", LargeBinary, nullable=False),
    Column("result", JSONB),
    ref("user_id", "users", optional=True),
    Column("created_at", Instant, nullable=False),
    Index("uq_idempotency_records_key", "scope_id", "mutation", "key", unique=True),
)

clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ahead", Interval, nullable=False),
)
