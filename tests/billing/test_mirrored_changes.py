"""What people ask of a subscription that Stripe bills: asked of it once the wish is written down, until it answers."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from domain.billing_subscriptions import SubscriptionStatus
from domain.prices import PriceInterval, PriceModel
from domain.sales import Sale, SaleKind, SaleStatus
from domain.scheduled_changes import ScheduledChange, ScheduledChangeKind, ScheduledChangeStatus
from domain.subscription_items import SubscriptionItem
from persistence.tables.subscription_changes import scheduled_changes
from schema.ids import global_id
from standins.stripe import subscriptions
from standins.stripe.world import Call
from tests.makers.invariants import broken
from tests.makers.mirrored import Mirrored, sold_at_stripe, subscribed
from tests.makers.subscription_changes import granted_to
from tests.makers.subscriptions import make_plan
from tests.providers.companies import Stripe

_C, _S = ScheduledChangeStatus, SubscriptionStatus


async def do(mirrored: Mirrored, action: str, **fields: object) -> dict[str, Any]:
    """What the API answers; what follows from it has happened."""
    asked = {"subscriptionId": global_id("BillingSubscription", mirrored.id), **fields}
    if action in ("changeSubscription", "cancelSubscription"):
        asked["idempotencyKey"] = mirrored.world.key()
    shown = "subscription { status }" + (" scheduledChange { status }" if action == "changeSubscription" else "")
    answer: dict[str, Any] = await mirrored.buyer.attempt(action, shown, **asked)
    await mirrored.company.settle()
    return answer


def change_there(company: Stripe, mirrored: Mirrored, quantity: int, prorating: str = "always_invoice") -> None:
    """Somebody changes it in Stripe's dashboard."""
    item = mirrored.there["items"]["data"][0]
    fields = {
        "subscription_exposed_id": mirrored.there["id"],
        "items": [{"id": item["id"], "price": item["price"]["id"], "quantity": quantity}],
        "payment_behavior": "error_if_incomplete",
        "proration_behavior": prorating,
    }
    subscriptions.update(company.stripe, Call(account="", fields=fields))


async def changes(mirrored: Mirrored) -> list[tuple[ScheduledChangeKind, ScheduledChangeStatus, str | None]]:
    async with mirrored.world.database.reader() as session:
        found = (await session.scalars(select(ScheduledChange).order_by(scheduled_changes.c.id))).all()
    return [(one.kind, one.status, one.failure) for one in found]


async def held(mirrored: Mirrored) -> tuple[object, int]:
    async with mirrored.world.database.reader() as session:
        item = (await session.scalars(select(SubscriptionItem))).one()
    return item.price_id, item.quantity


async def sales_of_changes(mirrored: Mirrored) -> list[tuple[SaleStatus, int]]:
    async with mirrored.world.database.reader() as session:
        found = (await session.scalars(select(Sale).order_by(Sale.id))).all()
    return [(one.status, one.total_minor) for one in found if one.kind is SaleKind.CHANGE]


async def test_more_is_paid_for_there_at_once_and_held_here(company: Stripe) -> None:
    mirrored = await subscribed(company, model=PriceModel.PER_SEAT)
    answer = await do(mirrored, "changeSubscription", quantity=3)
    assert answer["scheduledChange"] == {"status": "PENDING"}
    assert await changes(mirrored) == [(ScheduledChangeKind.QUANTITY, _C.APPLIED, None)]
    assert (await held(mirrored))[1] == 3
    ((status, total),) = await sales_of_changes(mirrored)
    assert (status, total) == (SaleStatus.PAID, 4_000)
    assert [period.terms.quantity for period in await mirrored.periods()] == [3]
    assert await broken(company.world) == []


async def test_a_higher_plan_brings_its_credits_with_the_sale_that_pays_for_it(company: Stripe) -> None:
    mirrored = await subscribed(company, included_credits=100)
    better = await make_plan(company.world, name="Business", price_minor=5_000, rank=1_000_001, included_credits=400)
    await sold_at_stripe(company, better)
    await do(mirrored, "changeSubscription", priceId=global_id("Price", better.id))
    assert await changes(mirrored) == [(ScheduledChangeKind.PRICE, _C.APPLIED, None)]
    assert await held(mirrored) == (better.id, 1)
    [included, added] = await granted_to(mirrored)
    assert (included, 290 <= added <= 300) == (100, True)
    assert (await mirrored.periods())[0].terms.included_credits == 400
    assert await sales_of_changes(mirrored) == [(SaleStatus.PAID, 3_000)]
    assert await broken(company.world) == []


async def test_what_is_not_paid_there_leaves_all_as_it_was(company: Stripe) -> None:
    mirrored = await subscribed(company, model=PriceModel.PER_SEAT)
    await mirrored.in_portal(card="pm_card_chargeCustomerFail")
    await do(mirrored, "changeSubscription", quantity=3)
    ((kind, status, why),) = await changes(mirrored)
    assert (kind, status) == (ScheduledChangeKind.QUANTITY, _C.FAILED)
    assert why is not None
    assert (await held(mirrored))[1] == 1
    assert await sales_of_changes(mirrored) == []


async def test_a_change_that_somebody_made_there_is_a_sale_here(company: Stripe) -> None:
    mirrored = await subscribed(company, model=PriceModel.PER_SEAT)
    change_there(company, mirrored, 2)
    await company.settle()
    assert (await held(mirrored))[1] == 2
    assert await sales_of_changes(mirrored) == [(SaleStatus.PAID, 2_000)]
    assert await changes(mirrored) == [(ScheduledChangeKind.QUANTITY, _C.APPLIED, None)]
    assert await broken(company.world) == []


async def test_it_ends_with_its_period_goes_on_after_all_and_ends_at_once(company: Stripe) -> None:
    mirrored = await subscribed(company, model=PriceModel.PER_SEAT)
    await do(mirrored, "cancelSubscription", when="AT_PERIOD_END", reason="Too dear.")
    assert mirrored.there["cancel_at_period_end"]
    flagged = await mirrored.now()
    assert (flagged.cancel_at_period_end, flagged.cancel_at) == (True, flagged.current_period_end)
    assert flagged.cancel_reason == "Too dear."

    await do(mirrored, "uncancelSubscription")
    assert not mirrored.there["cancel_at_period_end"]
    stays = await mirrored.now()
    assert (stays.cancel_at_period_end, stays.cancel_at, stays.cancel_reason) == (False, None, None)

    await do(mirrored, "cancelSubscription", when="NOW", reason="Now it is.")
    assert mirrored.there["status"] == "canceled"
    ended = await mirrored.now()
    assert (ended.status, ended.cancel_reason) == (_S.CANCELED, "Now it is.")
    assert [one[:2] for one in await changes(mirrored)] == [
        (ScheduledChangeKind.CANCEL, _C.CANCELLED),
        (ScheduledChangeKind.CONTINUE, _C.APPLIED),
        (ScheduledChangeKind.CANCEL, _C.APPLIED),
    ]
    assert await broken(company.world) == []


async def test_the_end_that_waits_is_taken_back_as_any_change_is(company: Stripe) -> None:
    mirrored = await subscribed(company)
    await do(mirrored, "cancelSubscription", when="AT_PERIOD_END")
    ((kind, _, _),) = await changes(mirrored)
    async with company.world.database.reader() as session:
        (waiting,) = (await session.scalars(select(scheduled_changes.c.id))).all()
    await mirrored.buyer.do(
        "cancelScheduledChange", "scheduledChange { status }", scheduledChangeId=global_id("ScheduledChange", waiting)
    )
    await company.settle()
    assert not mirrored.there["cancel_at_period_end"]
    assert [one[:2] for one in await changes(mirrored)] == [
        (kind, _C.CANCELLED),
        (ScheduledChangeKind.CONTINUE, _C.APPLIED),
    ]


async def test_what_the_provider_is_not_asked_for_is_refused(company: Stripe) -> None:
    mirrored = await subscribed(company, model=PriceModel.PER_SEAT)
    dear = await make_plan(company.world, name="Yearly", price_minor=9_000, rank=1_000_002, interval=PriceInterval.YEAR)
    await sold_at_stripe(company, dear)
    elsewhere = await make_plan(company.world, name="Elsewhere", price_minor=9_000, rank=1_000_003)
    # Nothing is changed in the very second in which a period begins.
    company.world.clock.advance(timedelta(seconds=1))
    pause = await do(mirrored, "pauseSubscription", resumesAt="2030-01-01T00:00:00Z")
    later = await do(mirrored, "changeSubscription", quantity=3, effective="PERIOD_END")
    yearly = await do(mirrored, "changeSubscription", priceId=global_id("Price", dear.id))
    unknown = await do(mirrored, "changeSubscription", priceId=global_id("Price", elsewhere.id))
    told = [(one["code"], one.get("from") or one["path"]) for one in (pause, later, yearly, unknown)]
    assert told == [("WRONG_STATE", "PROVIDER")] * 3 + [("INVALID", ["priceId"])]
