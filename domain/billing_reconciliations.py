"""Reconciliation runs: the subscriptions of one catalogue, compared object by object with whoever bills them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.events import Recorder
from domain.ids import new_id
from domain.money_exceptions import Finding, MoneyExceptionKind
from domain.reconciliation_findings import Compared, ReconciliationResolution
from domain.refusals import Refused, conflict
from domain.states import Versioned

AT = time(2)
"""When the daily run is due, in UTC."""
LOOKS_BACK = timedelta(days=35)
"""How long ago what a provider lists may have changed."""
LEASE = timedelta(minutes=10)
"""How long a run is left to whoever works on it; every object begins this time anew."""
AGAIN_AFTER = timedelta(hours=1)
"""When the daily run is made again whose listing failed."""
MOST_DRIFT_PERCENT = 1


class ReconciliationTrigger(Enum):
    """Who began a run."""

    SCHEDULE = "SCHEDULE"
    STAFF = "STAFF"


class ReconciliationRunStatus(Enum):
    """How far a run has come."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class ReconciliationStage(Enum):
    """What a run compares, one after the other."""

    OURS = "OURS"
    """Every subscription that lives here."""
    THEIRS = "THEIRS"
    """Every subscription that was begun or has changed there lately."""
    REFUNDS = "REFUNDS"
    """Every refund that was made there lately."""


@dataclass(eq=False, kw_only=True)
class ReconciliationRun(Recorder, Versioned):
    """A run over one catalogue; of each catalogue one runs at a time. It goes on after its last object if it stops."""

    SUBJECT: ClassVar[str] = "reconciliation"

    id: UUID
    app_id: UUID | None
    owner_organization_id: UUID | None
    trigger: ReconciliationTrigger
    dry_run: bool
    """Nothing is repaired, and nobody is told."""
    requested_by_id: UUID | None
    started_at: datetime
    leased_until: datetime
    stage: ReconciliationStage = ReconciliationStage.OURS
    cursor: str | None = None
    """The last object of the stage that was compared."""
    object_count: int = 0
    differing_count: int = 0
    finding_count: int = 0
    repaired_count: int = 0
    failure: str | None = None
    completed_at: datetime | None = None
    status: ReconciliationRunStatus = ReconciliationRunStatus.RUNNING

    @property
    def since(self) -> datetime:
        return self.started_at - LOOKS_BACK

    @property
    def has_drifted(self) -> bool:
        """Whether more than one object in a hundred stood otherwise."""
        return self.differing_count * 100 > self.object_count * MOST_DRIFT_PERCENT

    def lease(self, *, at: datetime) -> None:
        self.leased_until = at + LEASE

    def rest(self, *, at: datetime) -> None:
        """Whoever comes next goes on with it."""
        self.leased_until = at

    def count(self, compared: Compared, cursor: str) -> None:
        """One object is done."""
        found = compared.differences
        self.cursor, self.object_count = cursor, self.object_count + 1
        self.finding_count += len(found)
        self.differing_count += bool(found) and compared.is_known
        self.repaired_count += sum(one.resolution is ReconciliationResolution.REPAIRED for one in found)

    @property
    def stages_left(self) -> list[ReconciliationStage]:
        """What it compares from here on."""
        stages = list(ReconciliationStage)
        return stages[stages.index(self.stage) :]

    def go_on(self) -> None:
        """To the next stage."""
        self.stage, self.cursor = self.stages_left[1], None

    def complete(self, *, at: datetime) -> None:
        self.status, self.completed_at = ReconciliationRunStatus.COMPLETED, at
        self.record("completed", by=SYSTEM, at=at, data=self._counts())

    def fail(self, reason: str, *, at: datetime) -> None:
        self.status, self.failure, self.completed_at = ReconciliationRunStatus.FAILED, reason, at
        self.record("failed", by=SYSTEM, at=at, data=self._counts())

    def drift(self) -> Finding:
        catalogue = "Milepost" if self.app_id is None else str(self.app_id)
        most = f"at most {MOST_DRIFT_PERCENT} % stand otherwise at the provider"
        actual = f"{self.differing_count} of {self.object_count}"
        return Finding(MoneyExceptionKind.STATE_MISMATCH, "catalogue", catalogue, most, actual)

    def concerned_organizations(self) -> Iterable[UUID]:
        """Staff learn of it, and whose catalogue it is."""
        return () if self.owner_organization_id is None else (self.owner_organization_id,)

    def _counts(self) -> dict[str, object]:
        return {
            "dryRun": self.dry_run,
            "objectCount": self.object_count,
            "findingCount": self.finding_count,
            "repairedCount": self.repaired_count,
        }


def start(
    app_id: UUID | None, owner_organization_id: UUID | None, *, dry_run: bool, by: Actor, at: datetime
) -> ReconciliationRun:
    run = ReconciliationRun(
        id=new_id(),
        app_id=app_id,
        owner_organization_id=owner_organization_id,
        trigger=ReconciliationTrigger.SCHEDULE if by is SYSTEM else ReconciliationTrigger.STAFF,
        dry_run=dry_run,
        requested_by_id=by.user_id,
        started_at=at,
        leased_until=at,
    )
    run.record("started", by=by, at=at, data={"dryRun": dry_run})
    return run


def last_due(now: datetime) -> datetime:
    """When the daily run was due last."""
    today = datetime.combine(now.date(), AT, now.tzinfo)
    return today if now >= today else today - timedelta(days=1)


def running_already() -> Refused:
    return conflict("A reconciliation of this catalogue is running. Wait until it has come to its end.")
