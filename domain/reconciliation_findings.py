"""What a reconciliation of subscriptions finds: what differs, what became of it, and what is left to people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from domain.money_exceptions import Finding, MoneyExceptionKind


class ReconciliationFindingKind(Enum):
    """What differs."""

    STATUS = "STATUS"
    PERIOD = "PERIOD"
    CANCEL_FLAG = "CANCEL_FLAG"
    QUANTITY = "QUANTITY"
    AMOUNT = "AMOUNT"
    REFUND = "REFUND"
    MISSING_LOCALLY = "MISSING_LOCALLY"
    MISSING_AT_PROVIDER = "MISSING_AT_PROVIDER"
    NOT_COMPARED = "NOT_COMPARED"


class ReconciliationResolution(Enum):
    """What became of a difference."""

    REPAIRED = "REPAIRED"
    FOR_PEOPLE = "FOR_PEOPLE"
    LEFT = "LEFT"


_K, _R, _M = ReconciliationFindingKind, ReconciliationResolution, MoneyExceptionKind
OURS, THEIRS, REFUND_THERE = "BillingSubscription", "subscription at the provider", "refund at the provider"
"""What a finding is about: an object of this API, or one that only the provider has."""

EXCEPTIONS = {
    _K.STATUS: _M.STATE_MISMATCH,
    _K.PERIOD: _M.STATE_MISMATCH,
    _K.CANCEL_FLAG: _M.STATE_MISMATCH,
    _K.QUANTITY: _M.STATE_MISMATCH,
    _K.AMOUNT: _M.AMOUNT_MISMATCH,
    _K.REFUND: _M.UNMATCHED_EVENT,
    _K.MISSING_LOCALLY: _M.UNMATCHED_EVENT,
    _K.MISSING_AT_PROVIDER: _M.MISSING_AT_PROVIDER,
}
"""As what people are told of a difference that asking the provider did not put right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that stands otherwise at the provider, and what became of that."""

    kind: ReconciliationFindingKind
    local: str
    remote: str
    resolution: ReconciliationResolution = _R.LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """An object after it was compared."""

    subject_type: str
    subject_key: str
    organization_id: UUID | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def is_known(self) -> bool:
        """False where it could not be compared: nothing is known of it."""
        return all(one.kind in EXCEPTIONS for one in self.differences)

    @property
    def for_people(self) -> Iterable[Finding]:
        """What people are told, one exception for all differences of its kind."""
        left = [one for one in self.differences if one.resolution is _R.FOR_PEOPLE]
        for kind in dict.fromkeys(EXCEPTIONS[one.kind] for one in left):
            alike = [one for one in left if EXCEPTIONS[one.kind] is kind]
            # What should be is what the provider says.
            expected, actual = (
                "; ".join(f"{one.kind.name}: {getattr(one, side)}" for one in alike) for side in ("remote", "local")
            )
            yield Finding(kind, self.subject_type, self.subject_key, expected, actual, self.organization_id)


@dataclass(eq=False, kw_only=True)
class ReconciliationFinding:
    """A difference that a run has found."""

    id: UUID
    run_id: UUID
    kind: ReconciliationFindingKind
    subject_type: str
    subject_key: str
    local: str
    remote: str
    resolution: ReconciliationResolution
    exception_id: UUID | None
    created_at: datetime
