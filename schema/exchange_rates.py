"""Exchange rates as clients see and staff import them, and invoices in the currency of their issuer's books."""

from datetime import datetime

import strawberry

from domain import exchange_rates as domain
from domain import invoice_conversions
from domain.exchange_rates import RateRow
from domain.permissions import Permission
from resolvers import exchange_rates as resolve
from resolvers.ledger import READERS
from schema.connections import computed, connection, order_input
from schema.inputs import optional, value
from schema.money import Money
from schema.mutations import mutation
from schema.scalars import Currency, DecimalText
from schema.shapes import plain, shows


@shows(domain.ExchangeRate, "What a unit of one currency is worth in another; the newest row up to an instant counts.")
class ExchangeRate:
    from_currency: Currency = plain("The currency that is converted.")
    to_currency: Currency = plain("The currency it is converted into.")
    rate: DecimalText = plain("How many units of the one a unit of the other is, with up to 10 decimals.")
    source: str = plain("Who said so.")
    as_of: datetime = plain("Since when.")


@shows(
    invoice_conversions.InvoiceConversion,
    "An invoice in the currency its issuer keeps its books in, at the rate of the instant at which it was opened.",
)
class InvoiceConversion:
    currency: Currency = plain("The issuer's own currency.")
    exchange_rate: DecimalText = plain("How many of its units a unit of the invoice's currency was; 1 for the same.")
    rate_source: str | None = plain("Who said so; null for a rate of 1 between the same currency.")
    rate_at: datetime | None = plain("When the rate was of; null for a rate of 1 between the same currency.")
    total: Money = plain("The total, rounded once.")
    amount_due: Money = computed(
        resolve.AMOUNT_DUE, Money, "The total less all that is settled, converted together: a paid invoice leaves 0."
    )


@strawberry.input(description="A rate to be imported.")
class ExchangeRateInput:
    from_currency: Currency = value(Currency, "The currency that is converted.")
    to_currency: Currency = value(Currency, "The currency it is converted into.")
    rate: DecimalText = value(DecimalText, "How many units of the one a unit of the other is; up to 10 decimals.")
    as_of: datetime = value(datetime, "Since when; not in the future.")

    build = staticmethod(RateRow)


@strawberry.input(description="Conditions on exchange rates; all given ones must hold.")
class ExchangeRateFilter:
    from_currency: Currency | None = optional(Currency, "From this currency.")
    to_currency: Currency | None = optional(Currency, "Into this currency.")
    as_of_from: datetime | None = optional(datetime, "Of this instant or later.")
    as_of_before: datetime | None = optional(datetime, "Of before this instant.")


ExchangeRateOrder = order_input(resolve.LIST, "ExchangeRateOrder")


@strawberry.type
class ExchangeRateQueries:
    exchange_rates = connection(
        resolve.LIST,
        ExchangeRate,
        "Exchange rates, newest first. Needs money:read or staff:money.",
        filter=ExchangeRateFilter,
        order=ExchangeRateOrder,
        needs=READERS,
    )


@strawberry.type
class ExchangeRateMutations:
    import_exchange_rates = mutation(
        resolve.import_exchange_rates,
        "Adds exchange rates. A rate that is known already is left as it is; CONFLICT when it is known to be another."
        " One that is more than 72 hours old counts for nothing that is opened or converted now.",
        needs=Permission.STAFF_MONEY,
        takes={
            "source": value(str, "Who says so, to 60 characters."),
            "rates": value(list[ExchangeRateInput], "The rates, 1 to 1000."),
        },
        gives={"imported": (int, "How many of them are new.")},
        keyed=True,
    )
