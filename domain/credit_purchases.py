"""Credit purchases: credits that an organization buys, from the checkout to the money that may go back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount
from domain.checks import Checks
from domain.ids import new_id
from domain.money import Money
from domain.permissions import Permission
from domain.refusals import wrong_state
from domain.states import Move, Side, Stateful

PAY_WITHIN = timedelta(hours=1)


class PurchaseOrigin(Enum):
    """Who bought: somebody at a checkout, the account by itself, or an app for the organization."""

    CHECKOUT = "CHECKOUT"
    AUTO_TOP_UP = "AUTO_TOP_UP"
    APP = "APP"


class CreditPurchaseStatus(Enum):
    """The life of a purchase."""

    PENDING = "PENDING"
    PAID = "PAID"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    CHARGED_BACK = "CHARGED_BACK"


class Shortfall(Enum):
    """What becomes of a refund whose credits are spent already."""

    REFUSE = "REFUSE"
    DEBT = "DEBT"


_S, _P = CreditPurchaseStatus, Permission
KEPT = (_S.PAID, _S.PARTIALLY_REFUNDED)
"""While some of its money is still ours."""
NEVER_PAID = (_S.FAILED, _S.CANCELED, _S.EXPIRED)


@dataclass(eq=False, kw_only=True)
class CreditPurchase(Stateful):
    """So many credits for one price. They come with the verified payment, as one lot."""

    SUBJECT: ClassVar[str] = "credit_purchase"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("payCreditPurchase", (_S.PENDING,), _S.PAID, Side.SYSTEM),
        Move("failCreditPurchase", (_S.PENDING,), _S.FAILED, Side.SYSTEM),
        Move("expireCreditPurchase", (_S.PENDING,), _S.EXPIRED, Side.SYSTEM),
        Move("cancelCreditPurchase", (_S.PENDING,), _S.CANCELED, Side.CLIENT, _P.CREDITS_PURCHASE),
        Move("refundCreditPurchase", KEPT, None, Side.STAFF, _P.STAFF_MONEY),
        Move("partlyRefundCreditPurchase", KEPT, _S.PARTIALLY_REFUNDED, Side.SYSTEM),
        Move("fullyRefundCreditPurchase", KEPT, _S.REFUNDED, Side.SYSTEM),
        Move("chargeBackCreditPurchase", KEPT, _S.CHARGED_BACK, Side.SYSTEM),
    )

    id: UUID
    organization_id: UUID
    account_id: UUID
    origin: PurchaseOrigin
    app_id: UUID | None
    package_id: UUID | None
    """None: a free quantity."""
    quantity: int
    validity_days: int | None
    """How long its credits last once it is paid; None: for ever."""
    price_minor: int
    discount_minor: int
    total_minor: int
    currency: str
    promotion_id: UUID | None
    sale_id: UUID | None = None
    expires_at: datetime
    paid_at: datetime | None = None
    refunded_minor: int = 0
    clawed_back: int = 0
    """Credits taken back or owed for, in all."""
    missing: int = 0
    """Those of them that were spent already, and are owed for."""
    status: CreditPurchaseStatus = field(init=False)

    price, discount, total = Amount("price_minor"), Amount("discount_minor"), Amount("total_minor")
    refunded = Amount("refunded_minor")

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.CLIENT else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID | None]:
        return [self.account_id]

    def pay(self, *, at: datetime) -> None:
        """Only ever called with the verified payment, or where there is nothing to pay."""
        self.move_to("payCreditPurchase", by=SYSTEM, at=at)
        self.paid_at = at
        self.record("paid", by=SYSTEM, at=at)

    def end_unpaid(self, *, at: datetime) -> None:
        """Its payment came to nothing: in its hour it has failed, after that it has expired."""
        if at >= self.expires_at:
            self.move_to("expireCreditPurchase", by=SYSTEM, at=at)
            self.record("expired", by=SYSTEM, at=at)
        else:
            self.move_to("failCreditPurchase", by=SYSTEM, at=at)
            self.record("failed", by=SYSTEM, at=at)

    def cancel(self, *, by: Actor, at: datetime) -> None:
        self.move_to("cancelCreditPurchase", by=by, at=at)
        self.record("canceled", by=by, at=at)

    def give_back(self, *, refunded_minor: int, is_all: bool, clawed_back: int, missing: int, at: datetime) -> None:
        """A part of its money went back, and its credits with it."""
        self.refunded_minor += refunded_minor
        self._claw_back(clawed_back, missing)
        self.move_to("fullyRefundCreditPurchase" if is_all else "partlyRefundCreditPurchase", by=SYSTEM, at=at)
        self.record("refunded", by=SYSTEM, at=at, data={"credits": clawed_back})

    def lose(self, *, clawed_back: int, missing: int, at: datetime) -> None:
        """The payer's bank took money back for good, of what was left; it may do so in parts."""
        self._claw_back(clawed_back, missing)
        if self.status in KEPT:
            self.move_to("chargeBackCreditPurchase", by=SYSTEM, at=at)
        self.record("charged_back", by=SYSTEM, at=at, data={"credits": clawed_back})

    def _claw_back(self, clawed_back: int, missing: int) -> None:
        self.clawed_back += clawed_back
        self.missing += missing
        if self.clawed_back > self.quantity:
            raise AssertionError("no more credits are taken back than were bought")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is bought and what it costs, before and after what a code takes off."""

    package_id: UUID | None
    quantity: int
    validity_days: int | None
    price_minor: int
    discount_minor: int
    currency: str
    promotion_id: UUID | None

    @property
    def total_minor(self) -> int:
        return self.price_minor - self.discount_minor


def opened(
    terms: Terms,
    *,
    organization_id: UUID,
    account_id: UUID,
    origin: PurchaseOrigin,
    app_id: UUID | None,
    by: Actor,
    at: datetime,
) -> CreditPurchase:
    """A purchase that waits for its payment."""
    purchase = CreditPurchase(
        id=new_id(),
        organization_id=organization_id,
        account_id=account_id,
        origin=origin,
        app_id=app_id,
        package_id=terms.package_id,
        quantity=terms.quantity,
        validity_days=terms.validity_days,
        price_minor=terms.price_minor,
        discount_minor=terms.discount_minor,
        total_minor=terms.total_minor,
        currency=terms.currency,
        promotion_id=terms.promotion_id,
        expires_at=at + PAY_WITHIN,
    )
    purchase.born(CreditPurchaseStatus.PENDING, action="purchaseCredits", by=by, at=at)
    purchase.record("created", by=by, at=at)
    return purchase


def amount_to_refund(purchase: CreditPurchase, amount: Money | None, *, left_minor: int) -> int:
    """The chosen amount in minor units, tax included, or all that is left; refuses INVALID for any other."""
    if amount is None:
        if left_minor:
            return left_minor
        raise wrong_state(
            "Nothing was paid that could go back.", from_state="FREE", allowed=[state.name for state in KEPT]
        )
    checks = Checks()
    checks.money("amount", amount, currency=purchase.currency)
    left = Money(left_minor, purchase.currency)
    checks.require(amount.amount_minor <= left_minor, f"At most {left} of it can be refunded.", "amount", "amountMinor")
    checks.refuse()
    return amount.amount_minor
