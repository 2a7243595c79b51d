"""Exchange rates: importing rows, their list, and what they were used for on invoices."""

from collections.abc import Sequence

from domain import exchange_rates as rules
from domain.exchange_rates import RateRow
from persistence import exchange_rates, invoice_conversions
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST = exchange_rates.LIST
OF_INVOICE, AMOUNT_DUE = invoice_conversions.OF_INVOICE, invoice_conversions.AMOUNT_DUE


async def import_exchange_rates(db: Unit, *, source: str, rates: Sequence[RateRow]) -> Changed:
    return Changed(imported=await exchange_rates.add(db, rules.imported(rates, source, at=db.at)))
