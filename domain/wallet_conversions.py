"""Conversions: a wallet's money changed into another currency, at a rate that is promised for a minute."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.exchange_rates import UsedRate
from domain.ids import new_id
from domain.money import MAX_AMOUNT_MINOR, Money
from domain.permissions import Permission
from domain.refusals import wrong_state
from domain.states import Move, Side, Stateful

VALID_FOR = timedelta(seconds=60)


class ConversionState(Enum):
    """The life of a conversion. A quote that was not used in time stays one."""

    QUOTED = "QUOTED"
    CONVERTED = "CONVERTED"


@dataclass(eq=False, kw_only=True)
class WalletConversion(Stateful):
    """An amount that leaves one wallet and what comes of it in another, at the rate of the quote."""

    SUBJECT: ClassVar[str] = "wallet_conversion"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("convertWallet", (ConversionState.QUOTED,), ConversionState.CONVERTED, Side.OWNER, Permission.MONEY_MOVE),
    )

    id: UUID
    organization_id: UUID
    from_currency: str
    from_minor: int
    to_currency: str
    to_minor: int
    rate: Decimal
    rate_source: str
    rate_as_of: datetime
    expires_at: datetime
    status: ConversionState = field(init=False)

    @property
    def given(self) -> Money:
        return Money(self.from_minor, self.from_currency)

    @property
    def received(self) -> Money:
        return Money(self.to_minor, self.to_currency)

    def convert(self, *, by: Actor, at: datetime) -> None:
        """Takes the quote at its word, within its minute."""
        self.check("convertWallet", by=by)
        if at >= self.expires_at:
            raise wrong_state("This quote has expired: ask for a new one.", from_state="EXPIRED", allowed=["QUOTED"])
        self.move_to("convertWallet", by=by, at=at)
        data = {"from": self.from_currency, "to": self.to_currency}
        self.record("wallet.converted", by=by, at=at, data=data)

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]


def check_quotable(amount: Money, to: str) -> None:
    """Refuses INVALID for what is no positive amount, no currency, or the same one on both sides."""
    checks = Checks()
    checks.money("amount", amount)
    checks.currency("to", to)
    checks.require(to != amount.currency, "Choose another currency than that of the amount.", "to")
    checks.refuse()


def converted(amount: Money, used: UsedRate) -> Money:
    """The amount at the rate, rounded down to whole minor units: nothing is given that was not there."""
    numerator, denominator = used.in_minor_units.as_integer_ratio()
    return Money(amount.amount_minor * numerator // denominator, used.to_currency)


def quoted(
    organization_id: UUID,
    amount: Money,
    used: UsedRate,
    *,
    by: Actor,
    at: datetime,
) -> WalletConversion:
    """A promise for a minute. Nothing is set aside: whether the wallet covers it is seen when it is used."""
    received = converted(amount, used)
    checks = Checks()
    least = f"This comes to less than the smallest amount of {used.to_currency}: give more."
    checks.require(received.amount_minor > 0, least, "amount", "amountMinor")
    most = f"This comes to more {used.to_currency} than a wallet takes at once: give less."
    checks.require(received.amount_minor <= MAX_AMOUNT_MINOR, most, "amount", "amountMinor")
    checks.refuse()
    if used.source is None or used.at is None:
        raise AssertionError("a rate between two currencies has a source")
    conversion = WalletConversion(
        id=new_id(),
        organization_id=organization_id,
        from_currency=amount.currency,
        from_minor=amount.amount_minor,
        to_currency=received.currency,
        to_minor=received.amount_minor,
        rate=used.rate,
        rate_source=used.source,
        rate_as_of=used.at,
        expires_at=at + VALID_FOR,
    )
    conversion.born(ConversionState.QUOTED, action="quoteConversion", by=by, at=at)
    return conversion
