"""Exchange rates: rows of what one unit of a currency is worth in another, and amounts converted by them, exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from domain.checks import Checks
from domain.currencies import EXPONENTS
from domain.ids import new_id
from domain.money import Money, rounded
from domain.refusals import RefusalCode, Refused, invalid

FRESH_FOR = timedelta(hours=72)
"""How old a rate may be that is used."""

MAX_RATE = Decimal(10) ** 10
_STEP = Decimal(1).scaleb(-10)
MOST_AT_ONCE = 1000
MAX_CONVERTED_MINOR = 10**18


RateKey = tuple[str, str, datetime]
"""From, to and as of: there is one rate for each."""


@dataclass(eq=False, kw_only=True)
class ExchangeRate:
    """From `as_of` on, one unit of `from_currency` is `rate` units of `to_currency`. Never changed, only followed."""

    id: UUID
    from_currency: str
    to_currency: str
    rate: Decimal
    source: str
    as_of: datetime

    @property
    def key(self) -> RateKey:
        return self.from_currency, self.to_currency, self.as_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """A rate as it is imported."""

    from_currency: str
    to_currency: str
    rate: Decimal
    as_of: datetime

    @property
    def key(self) -> RateKey:
        return self.from_currency, self.to_currency, self.as_of


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedRate:
    """A rate as it is copied to what uses it. A currency's rate to itself is 1 and has no source."""

    from_currency: str
    to_currency: str
    rate: Decimal
    source: str | None
    at: datetime | None

    @property
    def in_minor_units(self) -> Decimal:
        """How many minor units of the one currency a minor unit of the other is; exact."""
        return self.rate.scaleb(EXPONENTS[self.to_currency] - EXPONENTS[self.from_currency])

    def convert(self, amount: Money) -> Money:
        """The amount in the other currency, rounded once."""
        if amount.currency != self.from_currency:
            raise ValueError(f"this rate converts {self.from_currency}, not {amount.currency}")
        numerator, denominator = self.in_minor_units.as_integer_ratio()
        minor = rounded(amount.amount_minor * numerator, denominator)
        if abs(minor) > MAX_CONVERTED_MINOR:
            raise invalid(f"{amount} come to more {self.to_currency} than can be kept.", "amount")
        return Money(minor, self.to_currency)


def same(currency: str) -> UsedRate:
    return UsedRate(from_currency=currency, to_currency=currency, rate=Decimal(1), source=None, at=None)


def none_fresh(from_currency: str, to_currency: str) -> Refused:
    hours = FRESH_FOR // timedelta(hours=1)
    return Refused(
        RefusalCode.PROVIDER_UNAVAILABLE,
        f"There is no exchange rate from {from_currency} to {to_currency} of the last {hours} hours.",
    )


def imported(rows: Sequence[RateRow], source: str, *, at: datetime) -> list[ExchangeRate]:
    """The rows as rates. Refuses INVALID with every row that is no rate."""
    checks = Checks()
    checks.line("source", source, least=1, most=60)
    checks.count("rates", rows, least=1, most=MOST_AT_ONCE)
    for i, row in enumerate(rows):
        with checks.within("rates", str(i)):
            _check(checks, row, at)
    checks.require(len({row.key for row in rows}) == len(rows), "Give each pair and instant once.", "rates")
    checks.refuse()
    return [
        ExchangeRate(
            id=new_id(),
            from_currency=row.from_currency,
            to_currency=row.to_currency,
            rate=row.rate,
            source=source.strip(),
            as_of=row.as_of,
        )
        for row in rows
    ]


def _check(checks: Checks, row: RateRow, at: datetime) -> None:
    checks.currency("fromCurrency", row.from_currency)
    checks.currency("toCurrency", row.to_currency)
    checks.require(row.from_currency != row.to_currency, "A currency's rate to itself is 1.", "toCurrency")
    in_range = 0 < row.rate < MAX_RATE
    checks.require(in_range, f"A rate is above 0 and below {MAX_RATE:f}.", "rate")
    is_exact = not in_range or row.rate % _STEP == 0
    checks.require(is_exact, "Give at most 10 decimals.", "rate")
    checks.require(row.as_of <= at, "A rate is not known before its time.", "asOf")
