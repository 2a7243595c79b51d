"""Payment methods: provider tokens that an organization pays with; never card or account data."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.ids import new_id
from domain.permissions import Permission
from domain.refusals import conflict, invalid, wrong_state
from domain.states import Move, Side, Stateful


class Provider(Enum):
    """Who moves the money. SIMULATOR is built in and needs no account."""

    STRIPE = "STRIPE"
    ADYEN = "ADYEN"
    PAYPAL = "PAYPAL"
    SIMULATOR = "SIMULATOR"

    @property
    def title(self) -> str:
        """What people call it, inside a sentence."""
        return _TITLES[self]


_TITLES = {
    Provider.STRIPE: "Stripe",
    Provider.ADYEN: "Adyen",
    Provider.PAYPAL: "PayPal",
    Provider.SIMULATOR: "the simulator",
}


class PaymentMethodKind(Enum):
    """What a method stands for."""

    CARD = "CARD"
    BANK_ACCOUNT = "BANK_ACCOUNT"
    WALLET = "WALLET"


class PaymentMethodStatus(Enum):
    """Whether a method can be charged."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    DETACHED = "DETACHED"


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodDetails:
    """What a provider tells of a method that it keeps for us."""

    token: str
    """What is charged from now on; it may differ from the token that was shown."""
    kind: PaymentMethodKind = PaymentMethodKind.CARD
    label: str
    last4: str
    expires_on: date | None = None
    customer: str | None = None
    """The provider's own name for the payer, where it has such."""


_S, _MOVE = PaymentMethodStatus, Permission.MONEY_MOVE


@dataclass(eq=False, kw_only=True)
class PaymentMethod(Stateful):
    """Something an organization pays with. At most one is the default of its organization and currency."""

    SUBJECT: ClassVar[str] = "payment_method"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("setDefaultMethod", (_S.ACTIVE,), None, Side.OWNER, _MOVE),
        Move("expireMethod", (_S.ACTIVE,), _S.EXPIRED, Side.SYSTEM),
        Move("renewMethod", (_S.EXPIRED,), _S.ACTIVE, Side.SYSTEM),
        Move("detachMethod", (_S.ACTIVE, _S.EXPIRED), _S.DETACHED, Side.OWNER, _MOVE),
    )

    id: UUID
    organization_id: UUID
    provider: Provider
    kind: PaymentMethodKind
    token: str
    customer: str | None
    """The provider's own name for the payer, where it has such."""
    label: str
    last4: str
    currency: str
    expires_on: date | None
    is_default: bool
    status: PaymentMethodStatus = field(init=False)

    def make_default(self, *, by: Actor) -> None:
        """Makes it the one that is charged when nobody names another; the default so far has stepped back."""
        self.check("setDefaultMethod", by=by)
        self.is_default = True

    def detach(self, *, is_in_use: bool, by: Actor, at: datetime) -> None:
        """Ends it for good. No other becomes the default by itself: nobody chose to be charged there."""
        self.check("detachMethod", by=by)
        if is_in_use:
            raise conflict("A payment with this method is under way; wait for its end.", "methodId")
        self.move_to("detachMethod", by=by, at=at)
        self.is_default = False
        self.record("detached", by=by, at=at)

    def is_outlived_at(self, at: datetime) -> bool:
        return self.expires_on is not None and self.expires_on < at.date()

    def expire(self, *, at: datetime) -> bool:
        """Its last day has passed. No other becomes the default by itself: nobody chose to be charged there."""
        if self.status is not PaymentMethodStatus.ACTIVE or not self.is_outlived_at(at):
            return False
        self.move_to("expireMethod", by=SYSTEM, at=at)
        self.is_default = False
        self.record("expired", by=SYSTEM, at=at)
        return True

    def follow(self, details: MethodDetails, *, at: datetime) -> None:
        """Takes over what the provider says of it by now: cards are replaced by newer ones under the same token."""
        self.label, self.last4, self.expires_on = details.label, details.last4, details.expires_on
        if self.status is PaymentMethodStatus.EXPIRED and not self.is_outlived_at(at):
            self.move_to("renewMethod", by=SYSTEM, at=at)
        self.expire(at=at)

    def require_usable(self, currency: str) -> None:
        """Refuses to charge it when it is detached, and for an amount in another currency than its own."""
        if self.status is not PaymentMethodStatus.ACTIVE:
            message = f"This method is {self.status.name.lower()}: choose another, or add one."
            raise wrong_state(message, from_state=self.status.name, allowed=[PaymentMethodStatus.ACTIVE.name])
        if self.currency != currency:
            raise invalid(f"This method pays in {self.currency}; the invoice is in {currency}.", "methodId")

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]


def added(
    *,
    organization_id: UUID,
    provider: Provider,
    details: MethodDetails,
    currency: str,
    by: Actor,
    at: datetime,
) -> PaymentMethod:
    """A new method, not yet the default."""
    method = PaymentMethod(
        id=new_id(),
        organization_id=organization_id,
        provider=provider,
        kind=details.kind,
        token=details.token,
        customer=details.customer,
        label=details.label,
        last4=details.last4,
        currency=currency,
        expires_on=details.expires_on,
        is_default=False,
    )
    method.born(PaymentMethodStatus.ACTIVE, action="addPaymentMethod", by=by, at=at)
    method.record("added", by=by, at=at)
    return method
