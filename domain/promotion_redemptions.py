"""Using a code: whether it fits a purchase, what it takes off, and the redemption that stands for the use."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import OptionalAmount
from domain.credit_promotions import CreditPromotion
from domain.credit_purchases import CreditPurchase
from domain.ids import new_id
from domain.money import Money, share_of
from domain.organizations import OrganizationKind
from domain.refusals import RefusalCode, Refused, invalid
from domain.states import Move, Side, Stateful

FAILED_CODES_PER_HOUR = 10
"""How often an organization may try codes that come to nothing; beyond that nobody can guess them."""
FAILURES_COUNT_FOR = timedelta(hours=1)


class CodeRefused(Refused):
    """A code that came to nothing: it counts towards those that its organization may try in an hour."""

    def __init__(self, refused: Refused, organization_id: UUID) -> None:
        Exception.__init__(self, str(refused))
        self.refusal, self.organization_id = refused.refusal, organization_id


class RedemptionStatus(Enum):
    """The life of a use of a code."""

    RESERVED = "RESERVED"
    APPLIED = "APPLIED"
    RELEASED = "RELEASED"


_S = RedemptionStatus
COUNTED = (_S.RESERVED, _S.APPLIED)
"""Uses: what is released can be used by somebody else."""


@dataclass(eq=False, kw_only=True)
class PromotionRedemption(Stateful):
    """One use of a code by an organization: with a purchase, or by itself for credits."""

    SUBJECT: ClassVar[str] = "promotion_redemption"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("applyPromotion", (_S.RESERVED,), _S.APPLIED, Side.SYSTEM),
        Move("releasePromotion", (_S.RESERVED,), _S.RELEASED, Side.SYSTEM),
    )

    id: UUID
    promotion_id: UUID
    organization_id: UUID
    purchase_id: UUID | None
    discount_minor: int | None
    currency: str | None
    credits: int | None
    status: RedemptionStatus = field(init=False)

    discount = OptionalAmount("discount_minor")

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID | None]:
        return [self.purchase_id]

    def apply(self, *, by: Actor, at: datetime) -> None:
        self.move_to("applyPromotion", by=SYSTEM, at=at)
        self.record("promotion.redeemed", by=by, at=at)

    def release(self, *, at: datetime) -> None:
        """The purchase came to nothing: the code can be used again."""
        self.move_to("releasePromotion", by=SYSTEM, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """What a code's audience is about."""

    organization_id: UUID
    kind: OrganizationKind
    has_bought: bool


def require_fit(
    promotion: CreditPromotion, buyer: Buyer, *, package_id: UUID | None, price: Money, at: datetime
) -> None:
    """Refuses WRONG_STATE for a code that does not run, INVALID for a purchase that it is not for."""
    promotion.require_running(at)
    require_audience(promotion, buyer)
    if promotion.is_redeemed_alone:
        raise _misfit("This code gives credits without a purchase: use redeemPromotion.")
    if promotion.package_ids and package_id not in promotion.package_ids:
        raise _misfit("This code is for other packages.")
    if promotion.currency not in (None, price.currency):
        raise _misfit(f"This code is for purchases in {promotion.currency}.")
    least = promotion.min_purchase
    if least is not None and price.amount_minor < least.amount_minor:
        raise _misfit(f"This code is for purchases of at least {least}.")


def require_redeemable(promotion: CreditPromotion, buyer: Buyer, *, at: datetime) -> None:
    """The same for a code that is redeemed by itself."""
    promotion.require_running(at)
    require_audience(promotion, buyer)
    if not promotion.is_redeemed_alone:
        raise _misfit("This code counts with a purchase: name it in purchaseCredits.")


def require_audience(promotion: CreditPromotion, buyer: Buyer) -> None:
    audience = promotion.audience
    in_kinds = not audience.kinds or buyer.kind in audience.kinds
    if not in_kinds or (audience.organization_ids and buyer.organization_id not in audience.organization_ids):
        raise _misfit("This code is not for your organization.")
    if audience.first_purchase_only and buyer.has_bought:
        raise _misfit("This code is for the first purchase of an organization.")


def discount_of(promotion: CreditPromotion, price_minor: int) -> int:
    """What it takes off a price: never more than its own limit, nor than the price."""
    computed = promotion.amount_minor or 0
    if promotion.bps is not None:
        computed = share_of(price_minor, promotion.bps)
    most = price_minor if promotion.max_discount_minor is None else promotion.max_discount_minor
    return min(computed, most, price_minor)


def used_up(promotion: CreditPromotion) -> Refused:
    most = promotion.max_uses or 0
    return _limit("This code has been used as often as it can be.", most, most)


def used_by_organization(promotion: CreditPromotion, used: int) -> Refused:
    return _limit("Your organization has used this code as often as it can.", used, promotion.uses_per_organization)


def reserved(
    promotion: CreditPromotion,
    organization_id: UUID,
    *,
    purchase: CreditPurchase | None = None,
    by: Actor,
    at: datetime,
) -> PromotionRedemption:
    """The use is taken; whether it counts for good is known once the purchase, if there is one, is paid."""
    discount = purchase.discount if purchase is not None and purchase.discount_minor else None
    redemption = PromotionRedemption(
        id=new_id(),
        promotion_id=promotion.id,
        organization_id=organization_id,
        purchase_id=None if purchase is None else purchase.id,
        discount_minor=None if discount is None else discount.amount_minor,
        currency=None if discount is None else discount.currency,
        credits=promotion.credits,
    )
    redemption.born(RedemptionStatus.RESERVED, action="reservePromotion", by=by, at=at)
    return redemption


def _misfit(message: str) -> Refused:
    return invalid(message, "code")


def _limit(message: str, used: int, limit: int) -> Refused:
    return Refused(RefusalCode.LIMIT_REACHED, message, path=("code",), used=used, limit=limit)
