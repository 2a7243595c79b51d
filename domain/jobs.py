"""Jobs: what is to be done because of an event, tried until it is done or given up, and then left to people."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.permissions import Permission
from domain.reasons import said
from domain.states import Move, Side, Stateful


class JobStatus(Enum):
    """The life of a job."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    RETRYING = "RETRYING"
    SUCCEEDED = "SUCCEEDED"
    DEAD = "DEAD"


MAX_ATTEMPTS = 10
COUNTED_WHILE_AWAY = 5
"""How many attempts count of those that found away what they need: the last waits are minutes, and never used up."""
_S = JobStatus
_OPEN = (_S.QUEUED, _S.RUNNING, _S.RETRYING)


class Away(RuntimeError):
    """What a job needs does not answer now. That is no fault of the job, which waits for its return."""


@dataclass(eq=False, kw_only=True)
class Job(Stateful):
    """One reaction to one event. The relay moves it with statements of its own; what people do goes through here."""

    SUBJECT: ClassVar[str] = "job"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("beginJob", _OPEN, _S.RUNNING, Side.SYSTEM),
        Move("finishJob", (_S.RUNNING,), _S.SUCCEEDED, Side.SYSTEM),
        Move("failJob", (_S.RUNNING,), _S.RETRYING, Side.SYSTEM),
        Move("giveJobUp", _OPEN, _S.DEAD, Side.SYSTEM),
        Move("retryJob", (_S.DEAD,), _S.QUEUED, Side.STAFF, Permission.STAFF_OPS),
    )

    id: UUID
    position: int
    """Of its event."""
    reaction: str
    attempts: int
    next_at: datetime
    done_at: datetime | None
    dead_at: datetime | None
    error: str | None
    retry_reason: str | None
    status: JobStatus = field(init=False)

    @property
    def max_attempts(self) -> int:
        return MAX_ATTEMPTS

    def retry(self, reason: str, *, by: Actor, at: datetime) -> None:
        """Lets a dead one be tried again, as if its event had just come."""
        why = said(reason, required=True)
        self.move_to("retryJob", by=by, at=at)
        self.attempts, self.next_at, self.dead_at, self.error = 0, at, None, None
        self.retry_reason = why

    def organization_of(self, side: Side) -> UUID | None:
        """It has no sides: staff decide."""
        return None

    def concerned_organizations(self) -> tuple[UUID, ...]:
        """Whom it concerns learns what it does."""
        return ()
