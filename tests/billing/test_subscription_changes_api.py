"""Changes of subscriptions through the API: previewed, asked for, repeated, taken back."""

from datetime import timedelta
from typing import Any

from domain.prices import PriceInterval
from schema.ids import global_id
from tests.makers.subscription_changes import make_plans
from tests.makers.subscriptions import Subscribed, make_plan, subscribe
from tests.world import World

LINES = "lines { kind description quantity amount { amountMinor currency } }"
CHANGE = "scheduledChange { id kind status awaitsPayment failure price { id } quantity effectiveAt }"
PREVIEW = f"""query($id: ID!, $priceId: ID, $quantity: Int, $mode: ProrationMode) {{
  previewSubscriptionChange(id: $id, priceId: $priceId, quantity: $quantity, prorationMode: $mode) {{
    ... on SubscriptionChangePreview {{ direction prorationMode effective startsPeriod quantity credits {LINES}
      total {{ amountMinor }} charged {{ amountMinor }} periodAmount {{ amountMinor }} }}
    ... on Refusal {{ code path from }} }} }}"""
UPCOMING = """query($id: ID!) { upcomingCharge(id: $id) { dueAt periodStartsAt periodEndsAt quantity
  amount { amountMinor } lines { kind amount { amountMinor } } total { amountMinor } carriedOver { amountMinor } } }"""


def named(subscribed: Subscribed, **more: Any) -> dict[str, Any]:
    key = {"idempotencyKey": subscribed.world.key()}
    return {"subscriptionId": global_id("BillingSubscription", subscribed.id), **key, **more}


async def preview(subscribed: Subscribed, **wish: Any) -> dict[str, Any]:
    asked = await subscribed.buyer.ask(PREVIEW, id=global_id("BillingSubscription", subscribed.id), **wish)
    found: dict[str, Any] = asked["previewSubscriptionChange"]
    return found


async def upcoming(subscribed: Subscribed) -> dict[str, Any] | None:
    asked = await subscribed.buyer.ask(UPCOMING, id=global_id("BillingSubscription", subscribed.id))
    found: dict[str, Any] | None = asked["upcomingCharge"]
    return found


async def test_billing_invariant_9_what_was_previewed_is_what_is_posted(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed, price = await subscribe(world, starter), global_id("Price", business.id)
    quoted = await preview(subscribed, priceId=price)
    assert (quoted["direction"], quoted["prorationMode"], quoted["effective"]) == ("UPGRADE", "ALWAYS_INVOICE", "NOW")
    assert quoted["total"] == quoted["charged"] == {"amountMinor": "3000"}
    input = named(subscribed, priceId=price)
    made = await subscribed.buyer.do("changeSubscription", f"{LINES} {CHANGE} replayed", **input)
    assert made["lines"] == quoted["lines"]
    assert (made["scheduledChange"]["status"], made["scheduledChange"]["awaitsPayment"]) == ("PENDING", True)
    again = await subscribed.buyer.do("changeSubscription", f"{LINES} {CHANGE} replayed", **input)
    assert again == made | {"replayed": True}
    await world.settle()
    assert (await subscribed.now()).product_id == business.product_id


async def test_a_downgrade_shows_in_the_next_charge_until_it_is_taken_back(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed = await subscribe(world, business)
    before = await upcoming(subscribed)
    assert before is not None
    assert (before["total"], before["lines"]) == ({"amountMinor": "5000"}, [])
    made = await subscribed.buyer.do(
        "changeSubscription", f"{CHANGE}", **named(subscribed, priceId=global_id("Price", starter.id))
    )
    after = await upcoming(subscribed)
    assert after is not None
    assert (after["total"], after["dueAt"]) == ({"amountMinor": "2000"}, made["scheduledChange"]["effectiveAt"])
    change_id = made["scheduledChange"]["id"]
    await subscribed.buyer.do("cancelScheduledChange", "scheduledChange { status }", scheduledChangeId=change_id)
    assert await upcoming(subscribed) == before
    refusal = await subscribed.buyer.refused("cancelScheduledChange", scheduledChangeId=change_id)
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "CANCELLED")


async def test_billing_rule_14_a_month_becomes_a_year_in_a_new_period(world: World) -> None:
    month = await make_plan(world, name="Starter")
    year = await make_plan(world, name="Year", price_minor=20_000, interval=PriceInterval.YEAR)
    subscribed = await subscribe(world, month)
    world.clock.advance(timedelta(days=3))
    await subscribed.buyer.do(
        "changeSubscription", CHANGE, **named(subscribed, priceId=global_id("Price", year.id), effective="NOW")
    )
    await world.settle()
    now, (first, second) = await subscribed.now(), await subscribed.periods()
    assert (first.period_end, second.period_start) == (now.current_period_start, now.anchor_at)
    assert (now.interval_months, now.product_id, second.number) == (12, year.product_id, 0)
    assert second.sale_id is not None
    assert second.amount_minor < 20_000


async def test_what_cannot_be_changed_to_is_refused_in_the_preview_as_well(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed, stranger = await subscribe(world, starter), await world.client_side("Elsewhere")
    same = await preview(subscribed, priceId=global_id("Price", starter.id))
    assert (same["code"], same["path"]) == ("INVALID", ["priceId"])
    many = await preview(subscribed, quantity=7)
    assert (many["code"], many["path"]) == ("INVALID", ["quantity"])
    asked = await stranger.ask(
        PREVIEW, id=global_id("BillingSubscription", subscribed.id), priceId=global_id("Price", business.id)
    )
    assert asked["previewSubscriptionChange"]["code"] == "NOT_FOUND"
    assert (await stranger.ask(UPCOMING, id=global_id("BillingSubscription", subscribed.id)))["upcomingCharge"] is None


async def test_an_upgrade_without_a_payment_method_changes_nothing(world: World) -> None:
    starter, business = await make_plans(world, starter_minor=0)
    subscribed = await subscribe(world, starter, token=None)
    wish = named(subscribed, priceId=global_id("Price", business.id))
    refusal = await subscribed.buyer.refused("changeSubscription", **wish)
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "NO_PAYMENT_METHOD")
    assert (await subscribed.now()).product_id == starter.product_id


async def test_nothing_is_charged_next_where_the_subscription_ends(world: World) -> None:
    starter, _ = await make_plans(world)
    subscribed = await subscribe(world, starter)
    await subscribed.buyer.do(
        "cancelSubscription", "subscription { status }", **named(subscribed, when="AT_PERIOD_END")
    )
    assert await upcoming(subscribed) is None
