"""What runs at set times, and its runs: one row for each time, so that it runs once however many workers there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import Enum
from uuid import UUID

from domain.ids import new_id
from domain.states import Versioned


class ScheduledRunStatus(Enum):
    """The life of a scheduled run."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


LEASE = timedelta(minutes=5)
"""How long whoever runs it may take before somebody else does."""
MAX_ATTEMPTS = 10
_FIRST_WAIT, _LONGEST_WAIT, _MAX_ERROR = timedelta(seconds=10), timedelta(hours=1), 2000


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at this time, in UTC."""

    at: time

    def latest(self, now: datetime) -> datetime:
        """The last time that has come."""
        today = datetime.combine(now.date(), self.at, now.tzinfo)
        return today if today <= now else today - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Monthly:
    """On the first of every month at this time, in UTC."""

    at: time

    def latest(self, now: datetime) -> datetime:
        """The last time that has come."""
        this_month = datetime.combine(now.date().replace(day=1), self.at, now.tzinfo)
        if this_month <= now:
            return this_month
        return datetime.combine((this_month - timedelta(days=1)).date().replace(day=1), self.at, now.tzinfo)


SCHEDULE: Mapping[str, Daily | Monthly] = {
    "audit.anchor": Daily(time(0, 5)),
    "events.forget": Daily(time(1, 30)),
    "webhooks.forget": Daily(time(1, 30)),
    "sign_ins.forget": Daily(time(1, 30)),
    "ledger_exports.forget": Daily(time(1, 30)),
    "audit_exports.forget": Daily(time(1, 30)),
    "credits.summary": Monthly(time(3, 0)),
    "files.cleanup": Daily(time(5, 0)),
}
"""By the name of a timer. Of times that were missed only the last is made up for: each does all that is due by then."""


@dataclass(eq=False, kw_only=True)
class ScheduledRun(Versioned):
    """One run of what runs at set times: of its time, or of one at which somebody asked for it."""

    id: UUID
    name: str
    scheduled_for: datetime
    asked_by_id: UUID | None
    attempts: int
    next_at: datetime | None
    """When a worker takes it, again where one has said nothing for so long; None: never again."""
    started_at: datetime | None
    ended_at: datetime | None
    handled: int | None
    error: str | None
    status: ScheduledRunStatus = field(default=ScheduledRunStatus.QUEUED)

    def begin(self, *, at: datetime) -> None:
        """A worker takes it, for five minutes."""
        self.status, self.next_at = ScheduledRunStatus.RUNNING, at + LEASE
        self.attempts += 1
        self.started_at, self.ended_at = at, None

    def succeed(self, handled: int, *, at: datetime) -> None:
        """All is done that was due."""
        self.status, self.next_at = ScheduledRunStatus.SUCCEEDED, None
        self.handled, self.error, self.ended_at = handled, None, at

    def fail(self, error: str, *, at: datetime) -> None:
        """It is tried again after a while, ten times in all."""
        wait: timedelta = min(_FIRST_WAIT * 2 ** (self.attempts - 1), _LONGEST_WAIT)
        self.status = ScheduledRunStatus.FAILED
        self.next_at = at + wait if self.attempts < MAX_ATTEMPTS else None
        self.error, self.ended_at = error[:_MAX_ERROR], at

    def is_held_by(self, attempt: int) -> bool:
        """Whether whoever began that attempt still may say what came of it."""
        return self.status is ScheduledRunStatus.RUNNING and self.attempts == attempt


def scheduled(name: str, scheduled_for: datetime, *, due_at: datetime, asked_by_id: UUID | None = None) -> ScheduledRun:
    """A run that waits for a worker."""
    return ScheduledRun(
        id=new_id(),
        name=name,
        scheduled_for=scheduled_for,
        asked_by_id=asked_by_id,
        attempts=0,
        next_at=due_at,
        started_at=None,
        ended_at=None,
        handled=None,
        error=None,
    )
