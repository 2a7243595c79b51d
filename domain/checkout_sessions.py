"""Checkout sessions: an organization is about to buy something, and pays for it within the hour."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.ids import new_id
from domain.prices import Price
from domain.products import Product, ProductKind
from domain.refusals import invalid
from domain.states import Move, Side, Stateful

LASTS = timedelta(hours=1)


class CheckoutMode(Enum):
    """What comes of it: a subscription, or a purchase that is paid once."""

    SUBSCRIPTION = "SUBSCRIPTION"
    PAYMENT = "PAYMENT"


class CheckoutStatus(Enum):
    """The life of a checkout."""

    OPEN = "OPEN"
    COMPLETE = "COMPLETE"
    EXPIRED = "EXPIRED"


_S = CheckoutStatus


@dataclass(eq=False, kw_only=True)
class CheckoutSession(Stateful):
    """COMPLETE by a verified payment, or at once where nothing is to be paid; a browser that is back proves neither."""

    SUBJECT: ClassVar[str] = "checkout"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("completeCheckout", (_S.OPEN, _S.EXPIRED), _S.COMPLETE, Side.SYSTEM),
        Move("expireCheckout", (_S.OPEN,), _S.EXPIRED, Side.SYSTEM),
    )

    id: UUID
    organization_id: UUID
    app_id: UUID | None
    """Whose catalogue the price is in; None: Milepost's own."""
    price_id: UUID
    quantity: int
    mode: CheckoutMode
    currency: str
    promotion_id: UUID | None = None
    success_url: str
    cancel_url: str
    url: str = ""
    expires_at: datetime
    external_id: str | None = None
    sale_id: UUID | None = None
    purchase_id: UUID | None = None
    subscription_id: UUID | None = None
    """What comes of it, by mode."""
    status: CheckoutStatus = field(init=False)

    def complete(self, *, at: datetime) -> None:
        self.move_to("completeCheckout", by=SYSTEM, at=at)
        self.record("completed", by=SYSTEM, at=at, data={"mode": self.mode.value})

    def expire(self, *, at: datetime) -> None:
        self.move_to("expireCheckout", by=SYSTEM, at=at)
        self.record("expired", by=SYSTEM, at=at)

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID | None]:
        return [self.purchase_id, self.subscription_id]


_RECURRING = "This price is charged again and again: take SUBSCRIPTION."
_ONCE = "This price is charged once: take PAYMENT."


def require_fits(mode: CheckoutMode, price: Price, product: Product) -> None:
    """Refuses INVALID a mode that is not the price's, and credits, which have a way of their own."""
    if price.is_recurring != (mode is CheckoutMode.SUBSCRIPTION):
        raise invalid(_RECURRING if price.is_recurring else _ONCE, "mode")
    if mode is CheckoutMode.PAYMENT and product.kind is ProductKind.CREDIT_PACKAGE:
        raise invalid("Credits are bought once with purchaseCredits.", "priceId")


def opened(
    price: Price,
    *,
    organization_id: UUID,
    quantity: int,
    mode: CheckoutMode,
    success_url: str,
    cancel_url: str,
    by: Actor,
    at: datetime,
) -> CheckoutSession:
    session = CheckoutSession(
        id=new_id(),
        organization_id=organization_id,
        app_id=price.app_id,
        price_id=price.id,
        quantity=quantity,
        mode=mode,
        currency=price.currency,
        success_url=success_url,
        cancel_url=cancel_url,
        expires_at=at + LASTS,
    )
    session.born(CheckoutStatus.OPEN, action="createCheckoutSession", by=by, at=at)
    return session
