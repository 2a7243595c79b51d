"""Prices as everybody sees and keepers of a catalogue make them."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.scalars import ID

from domain import prices as domain
from domain.prices import PriceInterval, PriceModel, TaxBehavior, Tier
from resolvers import catalogue as resolve
from resolvers.guards import Needs
from schema.catalogue import CatalogueStatus
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.meters import Meter
from schema.money import Money
from schema.mutations import mutation
from schema.scalars import Currency, DecimalText, Int64
from schema.shapes import plain, shows
from schema.stateful import Stateful

if TYPE_CHECKING:
    from schema.products import Product

_Product = Annotated["Product", strawberry.lazy("schema.products")]

describe(
    PriceModel,
    "How a quantity becomes an amount.",
    FLAT="One amount.",
    PER_SEAT="The amount for each.",
    GRADUATED="Each unit costs what its own tier says.",
    VOLUME="All units cost what the tier says that the whole quantity reaches.",
)
describe(
    PriceInterval,
    "How often a price is charged.",
    ONE_TIME="Once.",
    MONTH="Every month, or every so many months.",
    YEAR="Every year, or every so many years.",
)
describe(
    TaxBehavior,
    "Whether a price contains the tax.",
    INCLUSIVE="The tax is in it.",
    EXCLUSIVE="The tax comes on top of it.",
)


@shows(domain.Tier, "What units of a range cost.")
class PriceTier:
    up_to: Int64 | None = plain("The last unit of it; null: all that follow.")
    unit_amount: DecimalText = plain("What a unit costs, in minor units of the currency, with up to 6 decimals.")
    flat_minor: Int64 = plain("What comes with the first unit of it, in minor units.")


@shows(domain.Price, "What a product costs. It never changes: another one follows it, and subscribers stay on theirs.")
class Price(Stateful):
    status: CatalogueStatus = plain("Whether it can be chosen.")
    product: "Product" = one(resolve.PRODUCT, _Product, "The product.", required=True)
    currency: Currency = plain("The currency; amounts are never converted.")
    model: PriceModel = plain("How a quantity becomes an amount.")
    unit_amount: Money = plain("What it costs, or each seat; 0 where there are tiers.")
    tiers: list[PriceTier] = plain("What units cost, for GRADUATED and VOLUME.")
    interval: PriceInterval = plain("How often it is charged.")
    interval_count: int = plain("Every how many of these intervals.")
    meter: Meter | None = one(resolve.METER, Meter, "What is counted, for usage that is charged after a period.")
    tax_behavior: TaxBehavior = plain("Whether the tax is in it.")
    access_days: int | None = plain("How long what is bought ONE_TIME lasts; null: for good.")
    is_variant: bool = plain("Whether only those see it to whom an experiment shows it.")


@strawberry.input(description="What units of a range cost.")
class PriceTierInput:
    up_to: Int64 | None = optional(Int64, "The last unit of it; left out for the last tier, and no other.")
    unit_amount: DecimalText = value(DecimalText, "What a unit costs, in minor units, with up to 6 decimals.")
    flat_minor: Int64 = optional(Int64, "What comes with its first unit, in minor units; 0 unless said.", 0)

    build = staticmethod(Tier)


@strawberry.input(description="Conditions on the prices of a product; all given ones must hold.")
class PriceOfProductFilter:
    status: list[CatalogueStatus] | None = optional(list[CatalogueStatus], "In one of these states.")
    interval: list[PriceInterval] | None = optional(list[PriceInterval], "Of one of these intervals.")
    currency: Currency | None = optional(Currency, "In this currency.")


@strawberry.input(description="Conditions on prices; all given ones must hold.")
class PriceFilter(PriceOfProductFilter):
    app_id: ID | None = optional_id("App", "Of this app's catalogue.")
    is_own: bool | None = optional(bool, "Of Milepost's own catalogue, or of apps.")
    product_id: ID | None = optional_id("Product", "Of this product.")
    model: list[PriceModel] | None = optional(list[PriceModel], "Of one of these models.")


PriceOrder = order_input(resolve.PRICE_LIST, "PriceOrder")

_PRICE = {"price": (Price, "The price as it is now.")}


@strawberry.type
class PriceQueries:
    prices = connection(
        resolve.PRICE_LIST,
        Price,
        "The prices of catalogues, oldest first: Milepost's own, and those of apps that you may see.",
        filter=PriceFilter,
        order=PriceOrder,
        needs=Needs.VERIFIED,
    )


@strawberry.type
class PriceMutations:
    create_price = mutation(
        resolve.create_price,
        "Adds a price to an ACTIVE product. CONFLICT while another one is ACTIVE for the same currency, interval and"
        " meter, unless it replaces that. FORBIDDEN to others than staff when it is for an experiment.",
        needs=resolve.KEEPERS,
        takes={
            "product_id": an_id("Product", "The product."),
            "replaces_id": optional_id("Price", "The price that it follows: archived in the same transaction."),
            "currency": value(Currency, "The currency."),
            "model": value(PriceModel, "How a quantity becomes an amount."),
            "unit_amount_minor": optional(Int64, "In minor units, from 0, for FLAT and PER_SEAT."),
            "tiers": optional(list[PriceTierInput], "1 to 100, ascending, for GRADUATED and VOLUME.", ()),
            "interval": value(PriceInterval, "How often it is charged."),
            "interval_count": optional(int, "Every how many of these intervals, 1 to 12; 1 unless said.", 1),
            "meter_id": optional_id("Meter", "What is counted: usage is charged after each period, by tiers."),
            "tax_behavior": optional(
                TaxBehavior, "Whether the tax is in it; EXCLUSIVE unless said.", TaxBehavior.EXCLUSIVE
            ),
            "access_days": optional(int, "How long what is bought ONE_TIME lasts; for good unless said."),
            "provider_price_id": optional(str, "What the provider calls it, where that bills."),
            "is_variant": optional(bool, "For an experiment, which shows it; false unless said.", False),
        },
        gives=_PRICE,
    )
    archive_price = mutation(
        resolve.archive_price,
        "Takes a price out of sale. Subscribers stay on it until they change. WRONG_STATE when it is archived already.",
        needs=resolve.KEEPERS,
        takes={"price_id": an_id("Price", "The price.")},
        gives=_PRICE,
    )
