"""Seats: which members use a subscription that is sold by the seat (rule 18)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.events import Recorder
from domain.ids import new_id
from domain.refusals import RefusalCode, Refused, conflict, wrong_state
from domain.states import Versioned


@dataclass(eq=False, kw_only=True)
class SeatAssignment(Recorder, Versioned):
    """A person's seat; a person has at most one of a subscription that is not released."""

    SUBJECT: ClassVar[str] = "seat"

    id: UUID
    subscription_id: UUID
    organization_id: UUID
    user_id: UUID
    assigned_at: datetime
    released_at: datetime | None

    def release(self, *, by: Actor, at: datetime) -> None:
        """Frees the seat at once: another member can have it."""
        if self.released_at is not None:
            raise wrong_state("This seat has been released already.", from_state="RELEASED", allowed=["ASSIGNED"])
        self.released_at = at
        self.record("released", by=by, at=at)

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.subscription_id]


def assign(
    *,
    subscription_id: UUID,
    organization_id: UUID,
    user_id: UUID,
    has_one: bool,
    assigned: int,
    seats: int,
    by: Actor,
    at: datetime,
) -> SeatAssignment:
    """Gives a member one of the seats; refuses LIMIT_REACHED when all are taken."""
    if has_one:
        raise conflict("This member has a seat already.", "userId")
    if assigned >= seats:
        message = f"All {seats} seats are assigned: release one, or raise the quantity with changeSubscription."
        raise Refused(RefusalCode.LIMIT_REACHED, message, used=assigned, limit=seats)
    seat = SeatAssignment(
        id=new_id(),
        subscription_id=subscription_id,
        organization_id=organization_id,
        user_id=user_id,
        assigned_at=at,
        released_at=None,
    )
    seat.record("assigned", by=by, at=at)
    return seat
