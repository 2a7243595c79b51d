"""Money exceptions: what does not fit and that a person has to look at, in one queue with an owner and an age."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.ids import new_id
from domain.money import Money
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.reasons import said
from domain.states import Move, Side, Stateful


class MoneyExceptionKind(Enum):
    """What does not fit."""

    MISSING_IN_LEDGER = "MISSING_IN_LEDGER"
    MISSING_AT_PROVIDER = "MISSING_AT_PROVIDER"
    AMOUNT_MISMATCH = "AMOUNT_MISMATCH"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    STATE_MISMATCH = "STATE_MISMATCH"
    DUPLICATE = "DUPLICATE"
    FEE_MISMATCH = "FEE_MISMATCH"
    BALANCE_DRIFT = "BALANCE_DRIFT"
    LATE_SUCCESS = "LATE_SUCCESS"
    UNKNOWN_TOO_LONG = "UNKNOWN_TOO_LONG"
    UNMATCHED_EVENT = "UNMATCHED_EVENT"
    BAD_METADATA = "BAD_METADATA"
    PROJECTION_DRIFT = "PROJECTION_DRIFT"
    INVARIANT = "INVARIANT"


class MoneyExceptionStatus(Enum):
    """The life of an exception."""

    OPEN = "OPEN"
    ASSIGNED = "ASSIGNED"
    RESOLVED = "RESOLVED"
    WAIVED = "WAIVED"


_S, _MONEY = MoneyExceptionStatus, Permission.STAFF_MONEY
UNDECIDED = (_S.OPEN, _S.ASSIGNED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact that does not fit. `subject_type` is the API's type of the subject or, where it has none, a word."""

    kind: MoneyExceptionKind
    subject_type: str
    subject_key: str
    expected: str
    actual: str
    organization_id: UUID | None = None


@dataclass(eq=False, kw_only=True)
class MoneyException(Stateful):
    """At most one is undecided for a kind and subject. Deciding it posts nothing by itself."""

    SUBJECT: ClassVar[str] = "money_exception"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("assignMoneyException", UNDECIDED, _S.ASSIGNED, Side.STAFF, _MONEY),
        Move("resolveMoneyException", UNDECIDED, _S.RESOLVED, Side.STAFF, _MONEY),
        Move("waiveMoneyException", UNDECIDED, _S.WAIVED, Side.STAFF, _MONEY),
    )

    id: UUID
    kind: MoneyExceptionKind
    subject_type: str
    subject_key: str
    expected: str
    actual: str
    organization_id: UUID | None
    owner_id: UUID | None
    resolution: str | None
    decided_by_id: UUID | None
    decided_at: datetime | None
    provider: Provider | None = None
    """Of what was found by comparing with a provider's report, as are the day and both amounts."""
    day: date | None = None
    expected_minor: int | None = None
    expected_currency: str | None = None
    actual_minor: int | None = None
    actual_currency: str | None = None
    status: MoneyExceptionStatus = field(init=False)

    @property
    def expected_amount(self) -> Money | None:
        return _amount(self.expected_minor, self.expected_currency)

    @property
    def actual_amount(self) -> Money | None:
        return _amount(self.actual_minor, self.actual_currency)

    @property
    def difference(self) -> Counter[str]:
        """What the ledger lacks to be as the provider reports, by currency: money in is positive."""
        change: Counter[str] = Counter()
        if self.expected_amount is not None and self.actual_amount is not None:
            change[self.actual_amount.currency] += self.actual_amount.amount_minor
            change[self.expected_amount.currency] -= self.expected_amount.amount_minor
        return Counter({currency: minor for currency, minor in change.items() if minor})

    def compare(self, day: date, provider: Provider, ours: Money | None, theirs: Money | None) -> None:
        """What a comparison says of it now; it may have said otherwise before."""
        self.day, self.provider = day, provider
        if ours is not None and theirs is not None:
            self.expected_minor, self.expected_currency = ours.amount_minor, ours.currency
            self.actual_minor, self.actual_currency = theirs.amount_minor, theirs.currency

    def assign(self, owner_id: UUID, *, by: Actor, at: datetime) -> None:
        self.move_to("assignMoneyException", by=by, at=at)
        self.owner_id = owner_id
        self.record("assigned", by=by, at=at)

    def resolve(self, reason: str, *, by: Actor, at: datetime) -> None:
        """What did not fit is put right."""
        self._decide("resolveMoneyException", reason, by, at)

    def waive(self, reason: str, *, by: Actor, at: datetime) -> None:
        """It stays as it is."""
        self._decide("waiveMoneyException", reason, by, at)

    def _decide(self, action: str, reason: str, by: Actor, at: datetime) -> None:
        resolution = said(reason, required=True)
        self.move_to(action, by=by, at=at)
        self.resolution, self.decided_by_id, self.decided_at = resolution, by.user_id, at
        self.record("resolved", by=by, at=at, data={"status": self.status.name})

    def organization_of(self, side: Side) -> UUID | None:
        """It has no sides: staff decide."""
        return None

    def concerned_organizations(self) -> tuple[UUID, ...]:
        """Staff learn of it; whom it concerns learns what is decided."""
        return ()


def _amount(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)


def opened(finding: Finding, *, at: datetime) -> MoneyException:
    exception = MoneyException(
        id=new_id(),
        kind=finding.kind,
        subject_type=finding.subject_type,
        subject_key=finding.subject_key,
        expected=finding.expected,
        actual=finding.actual,
        organization_id=finding.organization_id,
        owner_id=None,
        resolution=None,
        decided_by_id=None,
        decided_at=None,
    )
    exception.born(_S.OPEN, action="openMoneyException", by=SYSTEM, at=at)
    exception.record("opened", by=SYSTEM, at=at, data={"kind": finding.kind.name})
    return exception
