"""Credit promotions: codes that take something off a purchase of credits, or give credits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.amounts import OptionalAmount
from domain.organizations import OrganizationKind
from domain.permissions import Permission
from domain.refusals import wrong_state
from domain.states import Move, Side, Stateful


class PromotionKind(Enum):
    """What a code does."""

    PERCENTAGE = "PERCENTAGE"
    FIXED_AMOUNT = "FIXED_AMOUNT"
    FREE_CREDITS = "FREE_CREDITS"


class PromotionStatus(Enum):
    """Whether a code counts, as far as staff decide it; its own window decides the rest."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    ENDED = "ENDED"


_S, _P = PromotionStatus, Permission.STAFF_CATALOGUE
_OPEN = (_S.DRAFT, _S.ACTIVE, _S.PAUSED)
NOT_STARTED = "NOT_STARTED"
"""What refusals call a promotion whose window has not begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom a promotion is for. Without kinds or organizations everybody; with both, whoever is in both."""

    kinds: Sequence[OrganizationKind] = ()
    organization_ids: Sequence[UUID] = ()
    first_purchase_only: bool = False


@dataclass(eq=False, kw_only=True)
class CreditPromotion(Stateful):
    """A code. What it gives never changes; when, how often and to whom it does may."""

    SUBJECT: ClassVar[str] = "promotion"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("updatePromotion", _OPEN, None, Side.STAFF, _P),
        Move("activatePromotion", (_S.DRAFT, _S.PAUSED), _S.ACTIVE, Side.STAFF, _P),
        Move("pausePromotion", (_S.ACTIVE,), _S.PAUSED, Side.STAFF, _P),
        Move("endPromotion", _OPEN, _S.ENDED, Side.STAFF, _P),
    )

    id: UUID
    code: str
    """In capitals; people may write it as they like."""
    kind: PromotionKind
    bps: int | None
    amount_minor: int | None
    credits: int | None
    currency: str | None
    """Of its amounts; where it has one, it counts for purchases in this currency only."""
    max_discount_minor: int | None
    min_purchase_minor: int | None
    package_ids: list[UUID]
    """The packages it is for; none: a discount is for all purchases, free credits are redeemed by themselves."""
    audience_kinds: list[str]
    audience_organization_ids: list[UUID]
    first_purchase_only: bool
    starts_at: datetime
    ends_at: datetime
    max_uses: int | None
    uses_per_organization: int
    uses: int
    """Redemptions that are reserved or applied; counted by the database alone, never here."""
    credit_validity_days: int
    status: PromotionStatus = field(init=False)

    amount, max_discount = OptionalAmount("amount_minor"), OptionalAmount("max_discount_minor")
    min_purchase = OptionalAmount("min_purchase_minor")

    def organization_of(self, side: Side) -> UUID | None:
        return None

    def concerned_organizations(self) -> list[UUID]:
        """Its codes reach people by other ways than events."""
        return []

    @property
    def audience(self) -> Audience:
        return Audience(
            kinds=[OrganizationKind(kind) for kind in self.audience_kinds],
            organization_ids=self.audience_organization_ids,
            first_purchase_only=self.first_purchase_only,
        )

    @property
    def is_redeemed_alone(self) -> bool:
        """Whether it gives its credits without a purchase."""
        return self.kind is PromotionKind.FREE_CREDITS and not self.package_ids

    @property
    def is_used_up(self) -> bool:
        return self.max_uses is not None and self.uses >= self.max_uses

    def require_running(self, at: datetime) -> None:
        """Refuses WRONG_STATE outside of its window, and while staff do not let it count."""
        state = self.status.name
        if self.status is PromotionStatus.ACTIVE:
            if self.starts_at <= at < self.ends_at:
                return
            state = NOT_STARTED if at < self.starts_at else PromotionStatus.ENDED.name
        said = {NOT_STARTED: "has not started yet", "ENDED": "has ended"}.get(state, "does not count at the moment")
        raise wrong_state(f"This code {said}.", from_state=state, allowed=[PromotionStatus.ACTIVE.name])

    def activate(self, *, by: Actor, at: datetime) -> None:
        self.move_to("activatePromotion", by=by, at=at)
        self.record("activated", by=by, at=at)

    def pause(self, *, by: Actor, at: datetime) -> None:
        """The code does not count until it is activated again; what was reserved with it still does."""
        self.move_to("pausePromotion", by=by, at=at)
        self.record("paused", by=by, at=at)

    def end(self, *, by: Actor, at: datetime) -> None:
        self.move_to("endPromotion", by=by, at=at)
        self.record("ended", by=by, at=at)

    def change(self, fields: dict[str, Any], *, by: Actor, at: datetime) -> None:
        """Sets fields that `promotion_drafts` has checked."""
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        for name, value in changed.items():
            setattr(self, name, value)
        if changed:
            self.record("updated", by=by, at=at)
