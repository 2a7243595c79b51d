"""Changes of a subscription that wait: for the end of its period, or for the payment of what they cost."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.ids import new_id
from domain.permissions import Permission
from domain.refusals import Refused, conflict
from domain.states import Move, Side, Stateful
from domain.subscription_changes import ProrationMode


class ScheduledChangeKind(Enum):
    """What will change."""

    PRICE = "PRICE"
    QUANTITY = "QUANTITY"
    CANCEL = "CANCEL"
    PAUSE = "PAUSE"
    CONTINUE = "CONTINUE"


class ScheduledChangeStatus(Enum):
    """The life of a change."""

    PENDING = "PENDING"
    APPLIED = "APPLIED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


_S = ScheduledChangeStatus


@dataclass(eq=False, kw_only=True)
class ScheduledChange(Stateful):
    """At most one of each kind is pending for a subscription; a newer one takes the older one's place."""

    SUBJECT: ClassVar[str] = "scheduled_change"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("cancelScheduledChange", (_S.PENDING,), _S.CANCELLED, Side.OWNER, Permission.BILLING_MANAGE),
        Move("replaceScheduledChange", (_S.PENDING,), _S.CANCELLED, Side.SYSTEM),
        Move("applyScheduledChange", (_S.PENDING,), _S.APPLIED, Side.SYSTEM),
        Move("failScheduledChange", (_S.PENDING,), _S.FAILED, Side.SYSTEM),
    )

    id: UUID
    subscription_id: UUID
    organization_id: UUID
    kind: ScheduledChangeKind
    price_id: UUID | None
    """The price to come; None where it stays."""
    quantity: int | None
    """The quantity to come; None where it stays."""
    resumes_at: datetime | None
    """Of a pause: when the subscription goes on by itself."""
    effective_at: datetime
    starts_period: bool
    """A new period starts with it, anchored there."""
    credits: int
    """Included credits that it adds to the open period once it is paid."""
    awaits_payment: bool
    """It takes effect when what it costs is paid, and fails when that fails."""
    failure: str | None
    mode: ProrationMode | None = None
    """What the provider that bills the subscription makes of the rest of the period."""
    next_send_at: datetime | None = None
    """When that provider is asked for it; None once it has answered, and of what nobody is asked for."""
    status: ScheduledChangeStatus = field(init=False)

    def blocked(self, action: str) -> Refused | None:
        if action == "cancelScheduledChange" and self.is_under_way:
            return under_way()
        return None

    @property
    def is_under_way(self) -> bool:
        """Whether it is being paid, or its provider is being asked for it: nobody can take it back."""
        return self.awaits_payment or self.next_send_at is not None

    @property
    def is_immediate(self) -> bool:
        """Whether it was asked for at once, and not for a later instant."""
        return self.effective_at <= self.created_at

    def order(self, *, by: Actor, at: datetime) -> None:
        """It is made by the provider that bills the subscription, which is asked for it after the commit."""
        self.next_send_at = at
        self.record("ordered", by=by, at=at, data={"kind": self.kind.value})

    def cancel(self, *, by: Actor, at: datetime) -> None:
        self.move_to("cancelScheduledChange", by=by, at=at)

    def give_way(self, *, at: datetime) -> None:
        """A newer change takes its place, or its reason is gone; one that is under way is waited for."""
        if self.is_under_way:
            raise under_way()
        self.move_to("replaceScheduledChange", by=SYSTEM, at=at)

    def apply(self, *, at: datetime) -> None:
        self.move_to("applyScheduledChange", by=SYSTEM, at=at)
        self.awaits_payment, self.next_send_at = False, None

    def fail(self, why: str, *, at: datetime) -> None:
        """The subscription stays exactly as it was (rule 16)."""
        self.move_to("failScheduledChange", by=SYSTEM, at=at)
        self.awaits_payment, self.next_send_at, self.failure = False, None, why

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.subscription_id]


def scheduled(
    *,
    subscription_id: UUID,
    organization_id: UUID,
    kind: ScheduledChangeKind,
    effective_at: datetime,
    price_id: UUID | None = None,
    quantity: int | None = None,
    resumes_at: datetime | None = None,
    starts_period: bool = False,
    credits: int = 0,
    awaits_payment: bool = False,
    by: Actor,
    at: datetime,
) -> ScheduledChange:
    """A change that waits, or is made at once."""
    change = ScheduledChange(
        id=new_id(),
        subscription_id=subscription_id,
        organization_id=organization_id,
        kind=kind,
        price_id=price_id,
        quantity=quantity,
        resumes_at=resumes_at,
        effective_at=effective_at,
        starts_period=starts_period,
        credits=credits,
        awaits_payment=awaits_payment,
        failure=None,
    )
    change.born(_S.PENDING, action="scheduleChange", by=by, at=at)
    if awaits_payment or effective_at > at:
        change.record("subscription.change_scheduled", by=by, at=at, data={"kind": kind.value})
    return change


def under_way() -> Refused:
    return conflict("A change of this subscription is being paid, or asked of its provider. Wait for the outcome.")
