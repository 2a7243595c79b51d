"""What credits cost: the price of one in a free quantity, and the rate that people compare packages by."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.currencies import EXPONENTS
from domain.events import Recorder
from domain.ids import new_id
from domain.money import MAX_AMOUNT_MINOR, Money
from domain.refusals import conflict
from domain.states import Versioned

MIN_QUANTITY, MAX_QUANTITY = 10, 100_000
"""How many credits can be bought without a package."""

MAX_UNIT_AMOUNT = Decimal(1_000_000)
_RATE, _UNIT = Decimal("0.0001"), Decimal("0.000001")


@dataclass(eq=False, kw_only=True)
class CreditUnitPrice(Recorder, Versioned):
    """The price of one credit in a currency, in its minor unit, from an instant until the next price begins."""

    SUBJECT: ClassVar[str] = "credit_unit_price"

    id: UUID
    currency: str
    unit_amount: Decimal
    starts_at: datetime

    def concerned_organizations(self) -> list[UUID]:
        """Prices are nobody's own: whoever is interested reads them."""
        return []


@dataclass(frozen=True, slots=True)
class PackagePrice:
    """What a package costs in one currency, and the rate to compare it by."""

    price: Money
    display_rate: Decimal


def set_unit_price(
    *, currency: str, unit_amount: Decimal, starts_at: datetime | None, is_taken: bool, by: Actor, at: datetime
) -> CreditUnitPrice:
    """A further price, from now on unless said. What has begun never changes: a price that follows it is set."""
    starts = at if starts_at is None else starts_at
    checks = Checks()
    checks.currency("currency", currency)
    fits = 0 < unit_amount <= MAX_UNIT_AMOUNT and unit_amount == unit_amount.quantize(_UNIT)
    checks.require(fits, f"Give more than 0 and at most {MAX_UNIT_AMOUNT}, with six decimals or fewer.", "unitAmount")
    checks.require(starts >= at, "A price begins now or later: what was bought keeps its price.", "startsAt")
    checks.refuse()
    if is_taken:
        raise conflict("A price of this currency begins at that instant already.", "startsAt")
    price = CreditUnitPrice(id=new_id(), currency=currency, unit_amount=unit_amount, starts_at=starts)
    price.record("set", by=by, at=at, data={"currency": currency})
    return price


def check_quantity(checks: Checks, quantity: int) -> None:
    checks.whole("quantity", quantity, least=MIN_QUANTITY, most=MAX_QUANTITY)


def price_of(quantity: int, unit_amount: Decimal) -> int:
    """What a free quantity costs in minor units, rounded once, halves away from zero."""
    price = int((quantity * unit_amount).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if price > MAX_AMOUNT_MINOR:
        raise AssertionError("quantities and unit prices are bounded so that no price can be this large")
    return price


def display_rate(price_minor: int, credit_count: int, currency: str) -> Decimal:
    """Price ÷ credits in whole currency units to four decimals, halves away from zero; for people, never to count."""
    price = Decimal(price_minor).scaleb(-EXPONENTS[currency])
    return (price / credit_count).quantize(_RATE, rounding=ROUND_HALF_UP)
