"""Usage that is charged: what a period came to waits for the next charge, and late events for the next period."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.billing_subscriptions import SubscriptionStatus
from domain.permissions import StaffRole
from domain.prices import Price
from domain.proration_lines import ProrationLine
from domain.prorations import ProrationKind
from domain.subscription_changes import ProrationMode
from domain.subscription_plans import DunningOutcome
from persistence.tables.subscription_changes import proration_lines
from schema.ids import global_id
from tests.billing.test_usage import USAGE, event, record
from tests.makers.catalogue import make_meter, make_price
from tests.makers.invariants import broken
from tests.makers.subscription_changes import change
from tests.makers.subscriptions import Subscribed, make_plan, move_to, pay_with, platform_staff, subscribe
from tests.world import World

DAY = timedelta(days=1)
TIERS = [{"upTo": 1_000, "unitAmount": "0"}, {"upTo": 10_000, "unitAmount": "0.5"}, {"unitAmount": "0.2"}]


async def subscribed_with_usage(world: World, **terms: Any) -> tuple[Subscribed, str]:
    """A subscription for 20.00 a month and for calls by tiers; and the meter of these."""
    staff = await platform_staff(world)
    meter = await make_meter(staff, "calls")
    price: Price = await make_plan(world, name="Team", price_minor=2_000, **terms)
    product = f"prd_{price.product_id.hex}"
    taxed = {"taxBehavior": price.tax_behavior.value}
    await make_price(staff, product, None, model="GRADUATED", tiers=TIERS, meterId=meter, **taxed)
    return await subscribe(world, price), meter


async def usage_lines(world: World) -> list[ProrationLine]:
    statement = select(ProrationLine).where(proration_lines.c.kind == ProrationKind.USAGE)
    async with world.database.reader() as session:
        return list(await session.scalars(statement.order_by(proration_lines.c.id)))


async def totals(world: World, subscribed: Subscribed, meter: str) -> list[Any]:
    start = (world.clock.now() - timedelta(days=100)).isoformat()
    found = (await subscribed.buyer.ask(USAGE, meter=meter, **{"from": start}))["usage"]
    return [(one["quantity"], one["amount"]["amountMinor"], one["isClosed"]) for one in found]


async def test_what_a_period_has_used_waits_for_the_next_charge_a_day_after_its_end(world: World) -> None:
    subscribed, meter = await subscribed_with_usage(world)
    await record(subscribed.buyer, event(world, "a", value="12000"), event(world, "b", value="345"))
    assert await totals(world, subscribed, meter) == [("12345", "4969", False)]
    [period] = await subscribed.periods()
    await subscribed.live_until(period.period_end + DAY - timedelta(seconds=5))
    assert await usage_lines(world) == []
    await move_to(world, period.period_end + DAY)
    [line] = await usage_lines(world)
    assert (line.amount_minor, line.currency, line.period_id) == (4_969, "EUR", None)
    assert line.description.startswith("Team: 12345 calls, ")
    second = (await subscribed.periods())[1]
    await subscribed.live_until(second.period_end)
    third = (await subscribed.periods())[2]
    assert (third.amount_minor, [line.period_id for line in await usage_lines(world)]) == (6_969, [third.id])


async def test_what_is_used_now_stands_beside_the_next_charge_and_what_was_used_before_becomes_a_part_of_it(
    world: World,
) -> None:
    subscribed, _ = await subscribed_with_usage(world)
    assert await upcoming(subscribed) == ("2000", "0", [])
    await record(subscribed.buyer, event(world, "a", value="12345"))
    assert await upcoming(subscribed) == ("2000", "4969", [("calls", "12345", "4969", False)])
    [first] = await subscribed.periods()
    await subscribed.live_until(first.period_end + timedelta(hours=1))
    await record(subscribed.buyer, event(world, "b", value="2000"))
    just_ended, running = ("calls", "12345", "4969", True), ("calls", "2000", "500", False)
    assert await upcoming(subscribed) == ("2000", "500", [just_ended, running])
    await move_to(world, first.period_end + DAY)
    assert await upcoming(subscribed) == ("6969", "500", [running])


@pytest.mark.parametrize("mode", [None, ProrationMode.CREATE_PRORATIONS])
async def test_what_was_used_is_charged_although_the_next_plan_has_no_price_for_it(
    world: World, mode: ProrationMode | None
) -> None:
    subscribed, _ = await subscribed_with_usage(world, rank=500)
    await record(subscribed.buyer, event(world, "a", value="2000"))
    [period] = await subscribed.periods()
    await change(subscribed, await make_plan(world, rank=400), mode=mode)
    await subscribed.live_until(period.period_end + DAY)
    assert [line.amount_minor for line in await usage_lines(world)] == [500]


async def test_closing_twice_charges_once(world: World) -> None:
    subscribed, _ = await subscribed_with_usage(world)
    await record(subscribed.buyer, event(world, "a", value="2000"))
    [period] = await subscribed.periods()
    await subscribed.live_until(period.period_end + DAY)
    await world.settle()
    await move_to(world, period.period_end + 2 * DAY)
    assert [line.amount_minor for line in await usage_lines(world)] == [500]


async def test_billing_rule_21_what_comes_after_the_close_counts_in_the_period_that_is_open_then(world: World) -> None:
    subscribed, meter = await subscribed_with_usage(world)
    [period] = await subscribed.periods()
    happened = (period.period_end - timedelta(hours=1)).isoformat()
    await subscribed.live_until(period.period_end + DAY - timedelta(minutes=1))
    in_time = {"meterCode": "calls", "eventId": "in time", "occurredAt": happened, "value": "1000"}
    await record(subscribed.buyer, in_time)
    await move_to(world, period.period_end + DAY)
    await record(subscribed.buyer, {**in_time, "eventId": "late", "value": "7"})
    assert await totals(world, subscribed, meter) == [("1000", "0", True), ("7", "0", False)]
    events = "{ usageEvents(orderBy: [{ field: RECORDED_AT, direction: ASC }]) { nodes { id eventId isLate } } }"
    nodes = (await subscribed.buyer.ask(events))["usageEvents"]["nodes"]
    assert [(one["eventId"], one["isLate"]) for one in nodes] == [("in time", False), ("late", True)]
    closed, still_open = nodes
    refusal = await subscribed.buyer.refused("voidUsageEvent", usageEventId=closed["id"], reason="A mistake.")
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "CLOSED")
    await subscribed.buyer.do("voidUsageEvent", "usageEvent { id }", usageEventId=still_open["id"], reason="A mistake.")
    assert await totals(world, subscribed, meter) == [("1000", "0", True), ("0", "0", False)]


async def test_usage_without_a_price_is_counted_and_never_charged(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    await make_meter(staff, "calls")
    subscribed = await subscribe(world, await make_plan(world))
    await record(subscribed.buyer, event(world, "a", value="2000"))
    [period] = await subscribed.periods()
    await subscribed.live_until(period.period_end + 2 * DAY)
    assert await usage_lines(world) == []


async def test_what_the_last_period_has_used_is_charged_by_itself_a_day_after_the_end(world: World) -> None:
    subscribed, _ = await subscribed_with_usage(world)
    await record(subscribed.buyer, event(world, "a", value="12345"))
    [period] = await subscribed.periods()
    await end(subscribed, "AT_PERIOD_END")
    await subscribed.live_until(period.period_end + DAY - timedelta(seconds=5))
    assert (await subscribed.now()).status is SubscriptionStatus.CANCELED
    assert await owed(subscribed) == []
    await move_to(world, period.period_end + DAY)
    assert await owed(subscribed) == [("PAID", "4969", None)]
    assert [line.period_id for line in await usage_lines(world)] == [period.id]
    await move_to(world, period.period_end + 10 * DAY)
    assert len(await owed(subscribed)) == 1
    assert await broken(world) == []


async def test_the_last_usage_of_what_is_ended_at_once_waits_until_its_period_is_over(world: World) -> None:
    subscribed, _ = await subscribed_with_usage(world)
    await record(subscribed.buyer, event(world, "a", value="2000"))
    [period] = await subscribed.periods()
    await end(subscribed, "NOW")
    await move_to(world, period.period_end)
    assert await owed(subscribed) == []
    await pay_with(subscribed.buyer, "sim_decline")
    await move_to(world, period.period_end + DAY)
    [(status, amount, next_at)] = await owed(subscribed)
    assert (status, amount, next_at is not None) == ("PENDING", "500", True)
    await pay_with(subscribed.buyer, "sim_ok")
    await move_to(world, period.period_end + 3 * DAY + timedelta(minutes=5))
    assert await owed(subscribed) == [("PAID", "500", None)]


async def test_what_a_period_that_nobody_paid_was_to_pay_is_owed_when_the_subscription_ends(world: World) -> None:
    """The usage of the first period waits for the third, which fails, and with it the subscription."""
    subscribed, _ = await subscribed_with_usage(world, dunning_outcome=DunningOutcome.CANCEL)
    await record(subscribed.buyer, event(world, "a", value="2000"))
    [first] = await subscribed.periods()
    await subscribed.live_until(first.period_end + 2 * DAY)
    second = (await subscribed.periods())[1]
    await pay_with(subscribed.buyer, "sim_decline")
    await subscribed.live_until(second.period_end + 21 * DAY + timedelta(minutes=5))
    assert (await subscribed.now()).status is SubscriptionStatus.CANCELED
    await pay_with(subscribed.buyer, "sim_ok")
    await move_to(world, world.clock.now() + DAY)
    assert await owed(subscribed) == [("PAID", "500", None)]
    assert await broken(world) == []


async def test_nothing_is_owed_after_the_end_where_nothing_was_used(world: World) -> None:
    subscribed, _ = await subscribed_with_usage(world)
    [period] = await subscribed.periods()
    await end(subscribed, "AT_PERIOD_END")
    await subscribed.live_until(period.period_end + 3 * DAY)
    assert await owed(subscribed) == []
    assert (await subscribed.now()).due_at is None


async def upcoming(subscribed: Subscribed) -> tuple[str, str, list[tuple[str, str, str, bool]]]:
    """The total of the next charge, what was used until now, and both by period; what nobody used is left out."""
    query = """query($id: ID!) { upcomingCharge(id: $id) { total { amountMinor } usageSoFar { amountMinor }
      usage { meterCode quantity amount { amountMinor } isChargedNext } } }"""
    asked = await subscribed.buyer.ask(query, id=global_id("BillingSubscription", subscribed.id))
    found = asked["upcomingCharge"]
    usage = [
        (one["meterCode"], one["quantity"], one["amount"]["amountMinor"], one["isChargedNext"])
        for one in found["usage"]
        if one["quantity"] != "0"
    ]
    return found["total"]["amountMinor"], found["usageSoFar"]["amountMinor"], usage


async def end(subscribed: Subscribed, when: str) -> None:
    subscription, key = global_id("BillingSubscription", subscribed.id), subscribed.world.key()
    await subscribed.buyer.do(
        "cancelSubscription", "subscription { id }", subscriptionId=subscription, when=when, idempotencyKey=key
    )


async def owed(subscribed: Subscribed) -> list[tuple[str, str, str | None]]:
    query = "{ owedCharges { nodes { status total { amountMinor } nextAttemptAt } } }"
    nodes = (await subscribed.buyer.ask(query))["owedCharges"]["nodes"]
    return [(one["status"], one["total"]["amountMinor"], one["nextAttemptAt"]) for one in nodes]
