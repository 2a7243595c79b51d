"""Dunning: when a period that nobody has paid is tried again, and until when there is access meanwhile (rules 9-12)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from domain.ids import new_id
from domain.payments import Payment

WAITS = tuple(timedelta(days=days) for days in (2, 5, 7, 7))
"""Between one scheduled attempt and the next: on days 2, 7, 14 and 21 after the charge at the period's end."""

LAST_ATTEMPT = len(WAITS)

NO_METHOD = "NO_PAYMENT_METHOD"
"""The failure of an attempt that could not even start."""

HARD_DECLINES = frozenset({"METHOD_UNUSABLE", "ACCOUNT_CLOSED"})
"""Lost, stolen or closed: the same method is not tried again."""


class AttemptTrigger(Enum):
    """Who had a payment tried."""

    SCHEDULE = "SCHEDULE"
    CUSTOMER = "CUSTOMER"
    STAFF = "STAFF"


class AttemptOutcome(Enum):
    """What came of an attempt."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"


@dataclass(eq=False, kw_only=True)
class DunningAttempt:
    """One time that a period was charged, or shall be. What customers and staff try uses up no scheduled one."""

    id: UUID
    subscription_id: UUID
    period_id: UUID
    number: int
    """0 for the charge at the period's end, 1 to 4 for the retries; what people try has the number of the last."""
    due_at: datetime
    started_at: datetime | None
    outcome: AttemptOutcome | None
    failure_code: str | None
    trigger: AttemptTrigger
    payment_id: UUID | None
    method_id: UUID | None
    """What was charged: after a hard decline nothing is tried until the organization pays with another."""
    created_at: datetime

    @property
    def is_undecided(self) -> bool:
        return self.started_at is not None and self.outcome is None

    @property
    def is_hard(self) -> bool:
        return self.failure_code in HARD_DECLINES

    def start(self, payment: Payment | None, *, at: datetime) -> None:
        """Without a payment there is nothing to charge: it fails at once."""
        self.started_at = at
        if payment is not None:
            self.payment_id, self.method_id = payment.id, payment.method_id

    def succeed(self) -> None:
        self.outcome = AttemptOutcome.SUCCEEDED

    def fail(self, failure_code: str) -> None:
        self.outcome, self.failure_code = AttemptOutcome.FAILED, failure_code

    def skip(self, *, at: datetime) -> None:
        """Not charged: the method was declined for good, and it is the same one still."""
        self.started_at, self.outcome = at, AttemptOutcome.SKIPPED

    def cancel(self) -> None:
        self.outcome = AttemptOutcome.CANCELLED


def attempt(
    subscription_id: UUID, period_id: UUID, number: int, *, due_at: datetime, trigger: AttemptTrigger, at: datetime
) -> DunningAttempt:
    """An attempt that is to be made."""
    return DunningAttempt(
        id=new_id(),
        subscription_id=subscription_id,
        period_id=period_id,
        number=number,
        due_at=due_at,
        started_at=None,
        outcome=None,
        failure_code=None,
        trigger=trigger,
        payment_id=None,
        method_id=None,
        created_at=at,
    )


def next_due(number: int, due_at: datetime) -> datetime | None:
    """When the scheduled attempt after this one is due; None after the last."""
    return due_at + WAITS[number] if number < LAST_ATTEMPT else None


def grace_ends(past_due_at: datetime, grace_days: int) -> datetime:
    """Until when there is access although nothing is paid (rule 10)."""
    return past_due_at + timedelta(days=grace_days)
