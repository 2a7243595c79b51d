"""Plans as everybody sees and keepers of a catalogue make them: how products are subscribed to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import ID

from domain import subscription_plans as domain
from domain.products import ProductKind
from domain.subscription_plans import DEFAULT_GRACE_DAYS, CreditSchedule, DunningOutcome, TrialEnd
from resolvers import catalogue as resolve
from resolvers.guards import Needs
from schema.catalogue import CatalogueStatus
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, patch, value
from schema.mutations import mutation
from schema.products import Product
from schema.scalars import Int64
from schema.shapes import Node, plain, shows

describe(
    TrialEnd,
    "What becomes of a trial that ends without a payment method.",
    PAUSE="The subscription waits until it is resumed.",
    CANCEL="The subscription ends.",
)
describe(
    DunningOutcome,
    "What becomes of a subscription whose last retry failed.",
    MARK_UNPAID="It waits, without access, until what is owed is paid.",
    CANCEL="It ends.",
)
describe(
    CreditSchedule,
    "When included credits come.",
    PER_PERIOD="With each period.",
    MONTHLY="With each month of a period.",
)


@shows(domain.Plan, "How a product is subscribed to. A period that is open keeps what it began with.")
class Plan(Node):
    product: Product = one(resolve.PRODUCT, Product, "The product.", required=True)
    product_kind: ProductKind = plain("The kind of the product; ranks order the plans of one kind.")
    rank: int = plain("Its place among the plans of its kind in this catalogue: to a higher one is an upgrade.")
    trial_days: int = plain("How long a first subscription is a trial; 0: there is none.")
    trial_end: TrialEnd = plain("What becomes of a trial that ends without a payment method.")
    grace_days: int = plain("How long access outlives a charge that failed.")
    dunning_outcome: DunningOutcome = plain("What becomes of it after the last retry.")
    seat_min: int = plain("The least number of seats.")
    seat_max: int | None = plain("The largest number of seats; null: any.")
    included_credits: Int64 = plain("The credits that come with it.")
    credit_schedule: CreditSchedule = plain("When they come.")
    version: int = plain("Counts the committed changes, from 1; send it as expectedVersion.")
    created_at: datetime = plain("When it came to exist.")
    updated_at: datetime = plain("When it last changed.")


@strawberry.input(description="Conditions on plans; all given ones must hold.")
class PlanFilter:
    app_id: ID | None = optional_id("App", "Of this app's catalogue.")
    is_own: bool | None = optional(bool, "Of Milepost's own catalogue, or of apps.")
    status: list[CatalogueStatus] | None = optional(list[CatalogueStatus], "Whose product is in one of these states.")
    product_kind: list[ProductKind] | None = optional(list[ProductKind], "For products of one of these kinds.")


PlanOrder = order_input(resolve.PLAN_LIST, "PlanOrder")

_PLAN = {"plan": (Plan, "The plan as it is now.")}
_RANK = (
    "Its place among the plans of its kind in this catalogue, from 0. What the one at 0 in Milepost's own gives, every"
    " organization has without subscribing to it."
)


def _terms(make: Callable[..., Any]) -> dict[str, Any]:
    """What a plan says besides its rank; null, and what a new plan leaves out, is as nothing was said."""
    return {
        "trial_days": make(int, "How long a first subscription is a trial, 0 to 90; 0 unless said.", 0),
        "trial_end": make(
            TrialEnd, "What becomes of a trial without a payment method; CANCEL unless said.", TrialEnd.CANCEL
        ),
        "grace_days": make(int, "Days of access after a failed charge, 0 to 30; 3 unless said.", DEFAULT_GRACE_DAYS),
        "dunning_outcome": make(
            DunningOutcome, "What becomes of it after the last retry; CANCEL unless said.", DunningOutcome.CANCEL
        ),
        "seat_min": make(int, "The least number of seats; 1 unless said.", 1),
        "seat_max": make(int, "The largest number of seats; any unless said."),
        "included_credits": make(Int64, "The credits that come with it; 0 unless said.", 0),
        "credit_schedule": make(CreditSchedule, "When they come; PER_PERIOD unless said.", CreditSchedule.PER_PERIOD),
    }


@strawberry.type
class SubscriptionPlanQueries:
    plans = connection(
        resolve.PLAN_LIST,
        Plan,
        "The plans of catalogues, by rank: Milepost's own, and those of apps that you may see.",
        filter=PlanFilter,
        order=PlanOrder,
        needs=Needs.VERIFIED,
    )


@strawberry.type
class SubscriptionPlanMutations:
    create_plan = mutation(
        resolve.create_plan,
        "Lets a product be subscribed to. CONFLICT when it has a plan, or its rank is taken; INVALID for a ONE_OFF.",
        needs=resolve.KEEPERS,
        takes={
            "product_id": an_id("Product", "An ACTIVE product."),
            "rank": value(int, _RANK),
            **_terms(optional),
        },
        gives=_PLAN,
    )
    update_plan = mutation(
        resolve.update_plan,
        "Changes a plan. A period that is open keeps what it began with. CONFLICT when its rank is taken, WRONG_STATE"
        " when its product is archived.",
        needs=resolve.KEEPERS,
        takes={
            "plan_id": an_id("Plan", "The plan."),
            "rank": patch(int, _RANK, 0),
            **_terms(patch),
        },
        gives=_PLAN,
        versioned=True,
    )
