"""Invoices in the currency that their issuer keeps its books in: the rate is frozen when an invoice opens."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.amounts import Amount
from domain.exchange_rates import UsedRate
from domain.invoices import Invoice
from domain.money import rounded


@dataclass(eq=False, kw_only=True)
class InvoiceConversion:
    """What an invoice comes to in the issuer's own currency, under the invoice's id; it is written once.

    `minor_rate` is the exchange rate between minor units.
    """

    id: UUID
    currency: str
    exchange_rate: Decimal
    minor_rate: Decimal
    rate_source: str | None
    rate_at: datetime | None
    total_minor: int

    total = Amount("total_minor")

    def settled_minor(self, before_minor: int, after_minor: int) -> int:
        """What a settlement comes to, from how much of the document was settled before and after it.

        Cumulative: all settlements of a document add up to its converted total, so a paid one leaves no remainder.
        """
        numerator, denominator = self.minor_rate.as_integer_ratio()
        before, after = (rounded(minor * numerator, denominator) for minor in (before_minor, after_minor))
        return after - before


def converted(invoice: Invoice, rate: UsedRate) -> InvoiceConversion:
    """The invoice at that rate, from its opening on."""
    return InvoiceConversion(
        id=invoice.id,
        currency=rate.to_currency,
        exchange_rate=rate.rate,
        minor_rate=rate.in_minor_units,
        rate_source=rate.source,
        rate_at=rate.at,
        total_minor=rate.convert(invoice.total).amount_minor,
    )
