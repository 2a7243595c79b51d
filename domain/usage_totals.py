"""What usage adds up to, period by period: those of the subscription that pays for it, or else calendar months."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from domain.checks import Checks
from domain.money import Money
from domain.prices import Price
from domain.pricing import amount_of

MAX_MONTHS = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSpan:
    """A stretch of usage. `since` is earlier than its start where late events of a gap before it belong to it."""

    start: datetime
    end: datetime
    since: datetime
    is_closed: bool
    price: Price | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTotal:
    """The quantity of one stretch, and what it comes to at the price that counts for it."""

    span: UsageSpan
    quantity: Decimal

    @property
    def period_starts_at(self) -> datetime:
        return self.span.start

    @property
    def period_ends_at(self) -> datetime:
        return self.span.end

    @property
    def is_closed(self) -> bool:
        return self.span.is_closed

    @property
    def amount(self) -> Money | None:
        price = self.span.price
        return None if price is None else Money(amount_of(price, self.quantity), price.currency)


def check_stretch(start: datetime, end: datetime) -> None:
    """Refuses INVALID what is no stretch of time, or too long a one."""
    checks = Checks()
    checks.require(start < end, "Give an instant after `from`.", "to")
    months = (end.year - start.year) * 12 + end.month - start.month
    checks.require(months <= MAX_MONTHS, f"At most {MAX_MONTHS} months at once.", "from")
    checks.refuse()


def months_between(start: datetime, end: datetime) -> Iterator[UsageSpan]:
    """The calendar months, in UTC, that a stretch touches."""
    first = start.astimezone(UTC)
    at = datetime(first.year, first.month, 1, tzinfo=UTC)
    while at < end:
        following = datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
        yield UsageSpan(start=at, end=following, since=at, is_closed=False)
        at = following
