"""Cash reconciliations: one run compares what a provider reports of a day with the ledger and with what it is about."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.cash_findings import Horizon
from domain.events import Recorder
from domain.ids import new_id
from domain.money import Money
from domain.payment_methods import Provider
from domain.provider_reports import end_of, start_of
from domain.refusals import invalid
from domain.states import Versioned

DUE_AFTER = timedelta(hours=2)
"""How long after the end of a day it is reconciled: at 02:00 UTC."""

GRACE = timedelta(hours=1)
"""By how much our instant of a movement and the provider's may differ; what is younger waits for the next run."""

AGAIN_AFTER = timedelta(hours=1)
"""When a day is tried again whose run did not come to its end."""

MOST_DAYS = 31
"""How many nights that were missed one run makes up for."""


class ReconciliationStatus(Enum):
    """How far a run has come."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class ReconciliationPhase(Enum):
    """What a run is doing."""

    READING = "READING"
    COMPARING = "COMPARING"
    REPAIRING = "REPAIRING"
    DONE = "DONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencySum:
    """One currency of a run. The balances are those of the end of the day; None where the report has none."""

    currency: str
    line_count: int
    in_minor: int
    out_minor: int
    fee_minor: int
    ledger_minor: int
    reported_minor: int | None
    explained_minor: int

    @property
    def money_in(self) -> Money:
        return Money(self.in_minor, self.currency)

    @property
    def money_out(self) -> Money:
        return Money(self.out_minor, self.currency)

    @property
    def fees(self) -> Money:
        return Money(self.fee_minor, self.currency)

    @property
    def ledger(self) -> Money:
        return Money(self.ledger_minor, self.currency)

    @property
    def reported(self) -> Money | None:
        return None if self.reported_minor is None else Money(self.reported_minor, self.currency)

    @property
    def drift(self) -> Money | None:
        """Reported less posted."""
        return None if self.reported is None else self.reported - self.ledger

    @property
    def explained(self) -> Money:
        """What of the drift is money on its way and findings."""
        return Money(self.explained_minor, self.currency)

    @property
    def unexplained(self) -> Money | None:
        return None if self.drift is None else self.drift - self.explained


@dataclass(eq=False, kw_only=True)
class CashReconciliation(Recorder, Versioned):
    """A run. However often one is made for a day, a difference is told of once."""

    SUBJECT: ClassVar[str] = "cash_reconciliation"

    id: UUID
    provider: Provider
    day: date
    requested_by_id: UUID | None
    """None: the daily job."""
    started_at: datetime
    leased_until: datetime
    """Until then nobody else works on it."""
    phase: ReconciliationPhase = ReconciliationPhase.READING
    line_count: int = 0
    lines_read: int = 0
    matched_count: int = 0
    finding_count: int = 0
    new_count: int = 0
    repaired_count: int = 0
    sums: list[dict[str, Any]] = field(default_factory=list)
    failure: str | None = None
    completed_at: datetime | None = None
    status: ReconciliationStatus = ReconciliationStatus.RUNNING

    @property
    def currencies(self) -> list[CurrencySum]:
        return [CurrencySum(**one) for one in self.sums]

    def advance(self, phase: ReconciliationPhase, *, by: Actor, at: datetime) -> None:
        self.phase = phase
        data = {"phase": phase.name, "linesRead": self.lines_read, "lineCount": self.line_count}
        self.record("progressed", by=by, at=at, data=data)

    def complete(self, *, by: Actor, at: datetime) -> None:
        self.status, self.phase, self.completed_at = ReconciliationStatus.COMPLETED, ReconciliationPhase.DONE, at
        data = {"findingCount": self.finding_count, "newCount": self.new_count, "repairedCount": self.repaired_count}
        self.record("completed", by=by, at=at, data=data)

    def fail(self, reason: str, *, by: Actor, at: datetime) -> None:
        self.status, self.failure, self.completed_at = ReconciliationStatus.FAILED, reason, at
        self.record("failed", by=by, at=at, data={"reason": reason})

    def concerned_organizations(self) -> Iterable[UUID]:
        """Staff learn of it."""
        return ()


def require_begun(day: date, now: datetime) -> None:
    if start_of(day) > now:
        raise invalid("This day has not begun: nothing can be compared yet.", "day")


def start(provider: Provider, day: date, *, by: Actor, at: datetime) -> CashReconciliation:
    require_begun(day, at)
    run = CashReconciliation(
        id=new_id(), provider=provider, day=day, requested_by_id=by.user_id, started_at=at, leased_until=at
    )
    run.record("started", by=by, at=at, data={"provider": provider.name, "day": day.isoformat()})
    return run


def stored(sum_: CurrencySum) -> dict[str, Any]:
    """As a run keeps it."""
    return asdict(sum_)


def is_due(day: date, now: datetime) -> bool:
    return now >= end_of(day) + DUE_AFTER


def last_due(now: datetime) -> date:
    """The last day whose night is over."""
    return (now - DUE_AFTER).date() - timedelta(days=1)


def horizon(days: dict[date, datetime], day: date, now: datetime) -> Horizon:
    """From the days of a provider that are known without a gap around a day, each with the instant it was read."""
    first = last = day
    while (before := first - timedelta(days=1)) in days:
        first = before
    while days[last] >= end_of(last) and (after := last + timedelta(days=1)) in days:
        last = after
    known_until = min(end_of(last), days[last])
    return Horizon(known_from=start_of(first), lines_before=now - GRACE, postings_before=known_until - GRACE)
