"""Payout methods: an organization's own accounts elsewhere that its wallets are paid out to, known by tokens alone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.ids import new_id
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.refusals import conflict, invalid, wrong_state
from domain.states import Move, Side, Stateful

REPLACED_FOR = timedelta(hours=72)
"""How long payouts to a method that is not an organization's first are looked at by people: accounts get stolen.

Whatever its currency: whoever has stolen one converts the wallet.
"""


class PayoutMethodKind(Enum):
    """What money is paid out to."""

    BANK_ACCOUNT = "BANK_ACCOUNT"
    CARD = "CARD"
    PAYPAL_ACCOUNT = "PAYPAL_ACCOUNT"


class PayoutMethodStatus(Enum):
    """Whether a method can be paid out to."""

    ACTIVE = "ACTIVE"
    DETACHED = "DETACHED"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeDetails:
    """What a provider tells of a payee: how people recognize it, and whether it has checked whose it is."""

    token: str
    """What is paid out to from now on; it may differ from the token that was shown."""
    kind: PayoutMethodKind
    label: str
    last4: str
    is_verified: bool


_S, _MOVE = PayoutMethodStatus, Permission.MONEY_MOVE


@dataclass(eq=False, kw_only=True)
class PayoutMethod(Stateful):
    """Where an organization is paid out to. At most one is the default of its organization and currency."""

    SUBJECT: ClassVar[str] = "payout_method"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("setDefaultPayoutMethod", (_S.ACTIVE,), None, Side.OWNER, _MOVE),
        Move("refreshPayoutMethod", (_S.ACTIVE,), None, Side.OWNER, _MOVE),
        Move("detachPayoutMethod", (_S.ACTIVE,), _S.DETACHED, Side.OWNER, _MOVE),
    )

    id: UUID
    organization_id: UUID
    provider: Provider
    kind: PayoutMethodKind
    token: str
    label: str
    last4: str
    currency: str
    is_default: bool
    verified_at: datetime | None
    """When the provider found that it belongs to the organization; None: it has not."""
    replaced_at: datetime | None
    """When it came to an organization that had another method before; None for the first."""
    status: PayoutMethodStatus = field(init=False)

    def make_default(self, *, by: Actor) -> None:
        """Makes it the one that schedules pay out to; the default so far has stepped back."""
        self.check("setDefaultPayoutMethod", by=by)
        self.is_default = True

    def detach(self, *, is_in_use: bool, by: Actor, at: datetime) -> None:
        """Ends it for good. No other becomes the default by itself."""
        self.check("detachPayoutMethod", by=by)
        if is_in_use:
            raise conflict("A payout to this method has not ended; wait for it, or cancel it.", "methodId")
        self.move_to("detachPayoutMethod", by=by, at=at)
        self.is_default = False
        self.record("detached", by=by, at=at)

    def follow_verification(self, *, is_verified: bool, at: datetime) -> None:
        """Takes over whether the provider has verified, by now, whose it is."""
        if is_verified == (self.verified_at is not None):
            return
        self.verified_at = at if is_verified else None
        self.record("verified" if is_verified else "unverified", by=SYSTEM, at=at)

    def require_usable(self, currency: str) -> None:
        """Refuses to pay out to it when it is detached or not verified, and in another currency than its own."""
        if self.status is not PayoutMethodStatus.ACTIVE:
            raise wrong_state(
                "This method is detached.", from_state=self.status.name, allowed=[PayoutMethodStatus.ACTIVE.name]
            )
        if self.verified_at is None:
            raise invalid("The provider has not verified whose this method is: add one that it verifies.", "methodId")
        if self.currency != currency:
            raise invalid(f"This method is paid in {self.currency}, not in {currency}.", "methodId")

    @property
    def is_usable(self) -> bool:
        """Whether payouts in its currency can go to it."""
        return self.status is PayoutMethodStatus.ACTIVE and self.verified_at is not None

    def is_new_replacement_at(self, at: datetime) -> bool:
        """Whether it came in the place of another so recently that people look at its payouts."""
        return self.replaced_at is not None and at < self.replaced_at + REPLACED_FOR

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]


def added(
    *,
    organization_id: UUID,
    provider: Provider,
    details: PayeeDetails,
    currency: str,
    replaces: bool,
    by: Actor,
    at: datetime,
) -> PayoutMethod:
    """A new method, not yet the default; `replaces` where the organization has, or had, another."""
    method = PayoutMethod(
        id=new_id(),
        organization_id=organization_id,
        provider=provider,
        kind=details.kind,
        token=details.token,
        label=details.label,
        last4=details.last4,
        currency=currency,
        is_default=False,
        verified_at=at if details.is_verified else None,
        replaced_at=at if replaces else None,
    )
    method.born(PayoutMethodStatus.ACTIVE, action="addPayoutMethod", by=by, at=at)
    method.record("added", by=by, at=at)
    return method
