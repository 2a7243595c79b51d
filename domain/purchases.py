"""Purchases: what an organization has bought once, for some days or for good."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount
from domain.checks import Checks
from domain.ids import new_id
from domain.money import Money
from domain.permissions import Permission
from domain.prices import Price
from domain.products import Product
from domain.refusals import Refused, wrong_state
from domain.states import Move, Side, Stateful


class PurchaseStatus(Enum):
    """The life of a purchase."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    CHARGED_BACK = "CHARGED_BACK"


_S = PurchaseStatus
HELD = (_S.SUCCEEDED, _S.PARTIALLY_REFUNDED)
"""While it is in one of these, the organization has what it bought, unless its time is over."""


@dataclass(eq=False, kw_only=True)
class Purchase(Stateful):
    """`features` is what the product had when it was bought. `starts_at` to `ends_at` is how long that is had."""

    SUBJECT: ClassVar[str] = "purchase"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("completePurchase", (_S.PENDING,), _S.SUCCEEDED, Side.SYSTEM),
        Move("failPurchase", (_S.PENDING,), _S.FAILED, Side.SYSTEM),
        Move("refundPurchase", HELD, None, Side.STAFF, Permission.STAFF_MONEY),
        Move("followPartialRefund", HELD, _S.PARTIALLY_REFUNDED, Side.SYSTEM),
        Move("followRefund", HELD, _S.REFUNDED, Side.SYSTEM),
        Move("chargeBackPurchase", HELD, _S.CHARGED_BACK, Side.SYSTEM),
    )

    id: UUID
    organization_id: UUID
    app_id: UUID | None
    product_id: UUID
    price_id: UUID
    quantity: int
    currency: str
    amount_minor: int
    """What is paid, tax included."""
    refunded_minor: int = 0
    external_charge_id: str | None = None
    access_days: int | None
    revokes_on_partial_refund: bool
    features: list[dict[str, Any]]
    sale_id: UUID | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    """None: for good."""
    revoked_at: datetime | None = None
    """Since when it gives nothing any more, because it was refunded or charged back."""
    delivered_at: datetime | None = None
    """When all of what was paid counted as earned."""
    is_disputed: bool = False
    """While the buyer's bank disputes the payment it gives nothing."""
    status: PurchaseStatus = field(init=False)

    amount, refunded = Amount("amount_minor"), Amount("refunded_minor")

    def complete(self, external_charge_id: str | None, *, at: datetime) -> None:
        """Paid, or free: it is had from now on."""
        self.move_to("completePurchase", by=SYSTEM, at=at)
        self.external_charge_id, self.starts_at = external_charge_id, at
        self.ends_at = None if self.access_days is None else at + timedelta(days=self.access_days)
        self.record("succeeded", by=SYSTEM, at=at)

    def fail(self, *, at: datetime) -> None:
        self.move_to("failPurchase", by=SYSTEM, at=at)

    def follow_refund(self, refunded_minor: int, *, by: Actor, at: datetime) -> None:
        """All that was refunded so far; a part ends it only where the product says so."""
        self.refunded_minor = refunded_minor
        is_whole = refunded_minor == self.amount_minor
        self.move_to("followRefund" if is_whole else "followPartialRefund", by=SYSTEM, at=at)
        if is_whole or self.revokes_on_partial_refund:
            self.revoked_at = self.revoked_at or at
        self.record("refunded", by=by, at=at, data={"refundedMinor": refunded_minor, "currency": self.currency})

    def dispute(self, is_disputed: bool) -> None:
        self.is_disputed = is_disputed

    def charge_back(self, *, at: datetime) -> None:
        self.is_disputed = False
        self.move_to("chargeBackPurchase", by=SYSTEM, at=at)
        self.revoked_at = self.revoked_at or at

    def is_held_at(self, at: datetime) -> bool:
        """Whether the organization has at this instant what it bought."""
        if self.starts_at is None or self.is_disputed or self.revoked_at is not None:
            return False
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    def blocked(self, action: str) -> Refused | None:
        if action == "refundPurchase" and self.amount_minor == 0:
            return wrong_state("Nothing was paid for it.", from_state="FREE", allowed=["PAID"])
        return None

    def amount_to_refund(self, amount: Money | None) -> int:
        """The chosen amount, or all that is left; refuses INVALID for any other."""
        left = Money(self.amount_minor - self.refunded_minor, self.currency)
        if amount is None:
            return left.amount_minor
        checks = Checks()
        checks.money("amount", amount, currency=self.currency)
        fits = amount.amount_minor <= left.amount_minor
        checks.require(fits, f"At most {left} of it can be refunded.", "amount", "amountMinor")
        checks.refuse()
        return amount.amount_minor

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]


def begun(
    product: Product,
    price: Price,
    *,
    organization_id: UUID,
    quantity: int,
    features: list[dict[str, Any]],
    by: Actor,
    at: datetime,
) -> Purchase:
    """A purchase that waits for its money; how much that is, its sale says."""
    purchase = Purchase(
        id=new_id(),
        organization_id=organization_id,
        app_id=price.app_id,
        product_id=product.id,
        price_id=price.id,
        quantity=quantity,
        currency=price.currency,
        amount_minor=0,
        access_days=price.access_days,
        revokes_on_partial_refund=product.revoke_on_partial_refund,
        features=features,
    )
    purchase.born(PurchaseStatus.PENDING, action="createCheckoutSession", by=by, at=at)
    return purchase
