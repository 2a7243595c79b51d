"""Quotes: what credits would cost now, and what a code would take off."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.amounts import Amount
from domain.credit_prices import display_rate
from domain.credit_purchases import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditQuote:
    """What purchaseCredits would ask for at this instant, before tax."""

    package_id: UUID | None
    quantity: int
    free_credits: int
    price_minor: int
    discount_minor: int
    total_minor: int
    currency: str

    price, discount, total = Amount("price_minor"), Amount("discount_minor"), Amount("total_minor")

    @property
    def display_rate(self) -> Decimal:
        return display_rate(self.price_minor, self.quantity, self.currency)


def quote_of(terms: Terms, *, free_credits: int) -> CreditQuote:
    return CreditQuote(
        package_id=terms.package_id,
        quantity=terms.quantity,
        free_credits=free_credits,
        price_minor=terms.price_minor,
        discount_minor=terms.discount_minor,
        total_minor=terms.total_minor,
        currency=terms.currency,
    )
