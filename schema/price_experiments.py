"""Price experiments for staff, and the prices that an organization is offered."""

from typing import Annotated, Any

import strawberry
from strawberry.scalars import ID

from domain import experiment_reports
from domain import price_experiments as domain
from domain.permissions import Permission
from domain.price_experiments import ExperimentStatus, Variant
from domain.prices import PriceInterval
from resolvers import price_experiments as resolve
from resolvers.context import Context
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.guarded import asks
from schema.ids import global_id, read_id
from schema.inputs import an_id, optional, optional_id, value
from schema.money import Money
from schema.mutations import mutation
from schema.prices import Price
from schema.products import Product
from schema.scalars import Currency, DecimalText
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    ExperimentStatus,
    "The life of a price experiment.",
    DRAFT="It has not been started.",
    RUNNING="Organizations that ask for offers are given a variant, each for good.",
    PAUSED="Nobody new is given one; whoever has one goes on seeing it.",
    COMPLETED="A variant has won: its price is everybody's.",
    CANCELLED="It is over: everybody is shown the ordinary price.",
)


@shows(domain.Variant, "A price of an experiment, and its share of the organizations.")
class PriceVariant:
    key: str = plain("What it is called.")
    weight: int = plain("Its share, of 10000.")

    @strawberry.field(description="The id of the price.")
    def price_id(self: Any) -> ID:
        return ID(global_id("Price", self.price_id))


@shows(domain.PriceExperiment, "Organizations are shown one of several prices. Whoever subscribes stays on theirs.")
class PriceExperiment(Stateful):
    status: ExperimentStatus = plain("Where it stands.")
    product: Product = one(resolve.PRODUCT, Product, "What the prices are for.", required=True)
    currency: Currency = plain("Their currency.")
    interval: PriceInterval = plain("How often they are charged.")
    interval_count: int = plain("Every how many of these intervals.")
    variants: list[PriceVariant] = plain("What is shown; their weights add up to 10000.")
    winner: str | None = plain("The variant that has won.")


@shows(experiment_reports.VariantReport, "What has come of a variant so far.")
class VariantReport:
    key: str = plain("The variant.")
    exposures: int = plain("Organizations that were shown its price.")
    conversions: int = plain("Of these, those that have paid it since.")
    conversion_rate: DecimalText | None = plain("Their share, to 4 decimals; null while nobody was shown it.")
    interval_low: DecimalText | None = plain("Below which the true share is not, with 95 %: Wilson's interval.")
    interval_high: DecimalText | None = plain("Above which it is not.")
    revenue: Money = plain("What they have paid for it since, less refunds.")
    revenue_per_exposure: Money | None = plain("That for each organization that was shown it, rounded once.")


@strawberry.input(description="A price of an experiment.")
class PriceVariantInput:
    key: str = value(str, "What it is called, 1 to 40 characters.")
    price_id: ID = an_id("Price", "One variant has the ordinary price, the others prices made with isVariant.")
    weight: int = value(int, "Its share of the organizations, of 10000.")

    build = staticmethod(Variant)


@strawberry.input(description="Conditions on price experiments; all given ones must hold.")
class PriceExperimentFilter:
    status: list[ExperimentStatus] | None = optional(list[ExperimentStatus], "In one of these states.")
    product_id: ID | None = optional_id("Product", "For this product.")


@strawberry.input(description="Conditions on offers; all given ones must hold.")
class OfferFilter:
    app_id: ID | None = optional_id("App", "Of this app's catalogue.")
    is_own: bool | None = optional(bool, "Of Milepost's own catalogue, or of apps.")
    product_id: ID | None = optional_id("Product", "Of this product.")
    currency: Currency | None = optional(Currency, "In this currency.")
    interval: list[PriceInterval] | None = optional(list[PriceInterval], "Of one of these intervals.")


PriceExperimentOrder = order_input(resolve.LIST, "PriceExperimentOrder")

_EXPERIMENT = {"experiment": (PriceExperiment, "The experiment as it is now.")}
_ID = {"experiment_id": an_id("PriceExperiment", "The experiment.")}
_Id = Annotated[ID, strawberry.argument(description="The experiment.", name="experimentId")]


@strawberry.type
class PriceExperimentQueries:
    offers = connection(
        resolve.OFFERS,
        Price,
        "The prices that your organization is shown: one for each product, currency and interval.",
        filter=OfferFilter,
        needs=Permission.BILLING_READ,
        first=resolve.expose,
    )
    price_experiments = connection(
        resolve.LIST,
        PriceExperiment,
        "Experiments with prices, newest first.",
        filter=PriceExperimentFilter,
        order=PriceExperimentOrder,
        needs=resolve.READERS,
    )

    @asks(resolve.READERS, "What an experiment has shown so far.", graphql_type=list[VariantReport])
    async def price_experiment_report(self, info: strawberry.Info[Context, None], experiment_id: _Id) -> Any:
        return await resolve.report(info.context, read_id(experiment_id, "PriceExperiment", "experimentId"))


@strawberry.type
class PriceExperimentMutations:
    create_price_experiment = mutation(
        resolve.create_price_experiment,
        "Makes an experiment with prices of a product, to be started. INVALID names every wrong field.",
        needs=Permission.STAFF_CATALOGUE,
        takes={
            "product_id": an_id("Product", "An ACTIVE product."),
            "currency": value(Currency, "The currency of all its prices."),
            "interval": value(PriceInterval, "How often all of them are charged."),
            "interval_count": optional(int, "Every how many of these intervals; 1 unless said.", 1),
            "variants": value(list[PriceVariantInput], "2 to 10 variants; their weights add up to 10000."),
        },
        gives=_EXPERIMENT,
    )
    start_price_experiment = mutation(
        resolve.start_price_experiment,
        "Starts an experiment, or lets it go on. CONFLICT while another one for the same product, currency and interval"
        " is running; WRONG_STATE unless it is DRAFT or PAUSED.",
        needs=Permission.STAFF_CATALOGUE,
        takes=_ID,
        gives=_EXPERIMENT,
    )
    pause_price_experiment = mutation(
        resolve.pause_price_experiment,
        "Shows nobody new a variant; whoever has seen one goes on seeing it. WRONG_STATE unless it is RUNNING.",
        needs=Permission.STAFF_CATALOGUE,
        takes=_ID,
        gives=_EXPERIMENT,
    )
    complete_price_experiment = mutation(
        resolve.complete_price_experiment,
        "Ends an experiment with a winner: its price is everybody's, the others are archived. Subscribers stay on"
        " theirs. INVALID for a variant that it does not have.",
        needs=Permission.STAFF_CATALOGUE,
        takes={**_ID, "winner": value(str, "The key of a variant.")},
        gives=_EXPERIMENT,
    )
    cancel_price_experiment = mutation(
        resolve.cancel_price_experiment,
        "Ends an experiment without a winner: everybody is shown the ordinary price, the others are archived.",
        needs=Permission.STAFF_CATALOGUE,
        takes=_ID,
        gives=_EXPERIMENT,
    )
