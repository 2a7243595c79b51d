"""Upcoming charges: what the next period of a subscription will cost, as far as that is known by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.billing_calendar import Span
from domain.change_quotes import QuotedLine
from domain.money import Money
from domain.proration_lines import ProrationLine
from domain.prorations import settled
from domain.subscription_terms import PeriodTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingCharge:
    """The price of the next period with all that waits for its charge. Usage until then comes on top."""

    subscription_id: UUID
    period: Span
    terms: PeriodTerms
    lines: tuple[QuotedLine, ...]

    @property
    def due_at(self) -> datetime:
        return self.period.start

    @property
    def period_start(self) -> datetime:
        return self.period.start

    @property
    def period_end(self) -> datetime:
        return self.period.end

    @property
    def price_id(self) -> UUID:
        return self.terms.price_id

    @property
    def quantity(self) -> int:
        return self.terms.quantity

    @property
    def net(self) -> Money:
        """What is charged, without tax: never below zero."""
        return Money(settled(self._sum(), 0).charged_minor, self.terms.currency)

    @property
    def carried_over(self) -> Money:
        """What is left over for later charges, below zero."""
        return Money(settled(self._sum(), 0).carried_minor, self.terms.currency)

    def _sum(self) -> int:
        return sum(line.amount.amount_minor for line in self.lines)


def upcoming(
    subscription_id: UUID, period: Span, terms: PeriodTerms, waiting: Sequence[ProrationLine]
) -> UpcomingCharge:
    price = QuotedLine(
        kind=None,
        description=terms.name,
        quantity=terms.quantity,
        tax_code=terms.tax_code,
        amount=Money(terms.amount_minor, terms.currency),
    )
    return UpcomingCharge(
        subscription_id=subscription_id, period=period, terms=terms, lines=(price, *(_line(one) for one in waiting))
    )


def _line(waiting: ProrationLine) -> QuotedLine:
    return QuotedLine(
        kind=waiting.kind,
        description=waiting.description,
        quantity=waiting.quantity,
        tax_code=waiting.tax_code,
        amount=waiting.amount,
    )
