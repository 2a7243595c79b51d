"""Tables of what keeps the platform going: runs at set times, and the workers."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text, UniqueConstraint, Uuid, text

from domain.scheduled_runs import ScheduledRunStatus
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

scheduled_runs = Table(
    "scheduled_runs",
    metadata,
    key(),
    Column("name", Text, nullable=False),
    Column("scheduled_for", Instant, nullable=False),
    ref("asked_by_id", "users", optional=True),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("handled", Integer),
    Column("error", Text),
    Column("status", one_of(ScheduledRunStatus, "status"), nullable=False),
    *lifecycle(),
    # The same time is never run twice, whoever has entered it.
    UniqueConstraint("name", "scheduled_for"),
    CheckConstraint("status NOT IN ('QUEUED', 'RUNNING') OR next_at IS NOT NULL", name="open_is_due"),
    CheckConstraint("status <> 'SUCCEEDED' OR next_at IS NULL", name="done_is_done"),
)
Index("ix_scheduled_runs_due", scheduled_runs.c.next_at, postgresql_where=text("next_at IS NOT NULL"))

# Real time, whatever the platform's clock says: it is about processes.
workers = Table(
    "workers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("last_heartbeat", Instant, nullable=False),
)
