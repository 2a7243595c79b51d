"""Credit adjustments: staff correct an account by hand; above a threshold in a day a second one has to agree."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.ids import new_id
from domain.states import Move, Side, Stateful

ALONE_UP_TO = 1_000
"""Credits that one person may add to and take from an account in a day; each way counts."""
COUNTED_FOR = timedelta(hours=24)
MOST_CREDITS = 1_000_000_000
MOST_REASON = 1_000


class CreditAdjustmentStatus(Enum):
    """The life of a credit adjustment."""

    PENDING_APPROVAL = "PENDING_APPROVAL"
    POSTED = "POSTED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


_S = CreditAdjustmentStatus
COUNTED = (_S.PENDING_APPROVAL, _S.POSTED)
"""Those that count into the sum of a day: what waits may still be posted."""


@dataclass(eq=False, kw_only=True)
class CreditAdjustment(Stateful):
    """What staff add to an account, or take from it. Once posted, only a reversal undoes it."""

    SUBJECT: ClassVar[str] = "credit_adjustment"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("approveCreditAdjustment", (_S.PENDING_APPROVAL,), _S.POSTED, Side.SYSTEM),
        Move("rejectCreditAdjustment", (_S.PENDING_APPROVAL,), _S.REJECTED, Side.SYSTEM),
        Move("expireCreditAdjustment", (_S.PENDING_APPROVAL,), _S.EXPIRED, Side.SYSTEM),
    )

    id: UUID
    account_id: UUID
    organization_id: UUID
    delta: int
    reason: str
    requested_by_id: UUID | None
    approval_id: UUID | None = None
    transaction_id: UUID | None = None
    status: CreditAdjustmentStatus = field(init=False)

    def leave(self, action: str, *, by: Actor, at: datetime) -> None:
        """Posted, rejected or lapsed; the approval knows by whom."""
        self.move_to(action, by=by, at=at)

    def organization_of(self, side: Side) -> UUID | None:
        return None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.account_id]


def needs_second_person(delta: int, adjusted_before: int) -> bool:
    """Whether it goes beyond what one person may do; `adjusted_before` is what the last 24 hours have seen, each way
    counted."""
    return abs(delta) + adjusted_before > ALONE_UP_TO


def ask_for(
    account_id: UUID, organization_id: UUID, delta: int, reason: str, *, waits: bool, by: Actor, at: datetime
) -> CreditAdjustment:
    """An adjustment that is posted with this, or waits for a second person."""
    checks = Checks()
    checks.require(delta != 0, "Give how many credits are added or, below zero, taken.", "delta")
    checks.whole("delta", delta, least=-MOST_CREDITS, most=MOST_CREDITS)
    checks.text("reason", reason, least=10, most=MOST_REASON)
    checks.refuse()
    adjustment = CreditAdjustment(
        id=new_id(),
        account_id=account_id,
        organization_id=organization_id,
        delta=delta,
        reason=reason.strip(),
        requested_by_id=by.user_id,
    )
    adjustment.born(_S.PENDING_APPROVAL if waits else _S.POSTED, action="adjustCredits", by=by, at=at)
    return adjustment
