"""How the platform stands, as its operators see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.jobs import JobStatus


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something a process cannot do without, or (not `required`) does worse without."""

    name: str
    status: str
    latency_ms: float
    required: bool


@dataclass(frozen=True, slots=True)
class WorkerBeat:
    """A worker, and when it has last said that it lives."""

    type: str
    host: str
    started_at: datetime
    last_heartbeat: datetime


@dataclass(frozen=True, slots=True)
class JobCount:
    """How many jobs of a kind have a status."""

    kind: str
    status: JobStatus
    count: int


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """All of it, at one moment."""

    schema_revision: str
    dependencies: Sequence[Dependency]
    workers: Sequence[WorkerBeat]
    outbox_waiting: int
    outbox_lag_seconds: float
    jobs: Sequence[JobCount]
